import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from dispatch.kit.ids import new_id
from dispatch.kit.masking import is_personal, mask_text, withhold

RUSSIAN_SHAPES = (
    "+7{0}{1}{2}{3}",
    "+7 {0} {1}-{2}-{3}",
    "+7({0}){1}{2}{3}",
    "+7 ({0}) {1} {2} {3}",
    "+7-{0}-{1}-{2}-{3}",
    "+7.{0}.{1}.{2}.{3}",
    "7{0}{1}{2}{3}",
    "8{0}{1}{2}{3}",
    "8({0}){1}{2}{3}",
    "8 ({0}) {1}-{2}-{3}",
    "8-{0}-{1}-{2}-{3}",
    "8 {0} {1} {2} {3}",
    "8.{0}.{1}.{2}.{3}",
    "8 {0} {1}\u2013{2}\u2013{3}",
    "+7\u00a0{0}\u00a0{1}\u00a0{2}\u00a0{3}",
    "{0}{1}{2}{3}",
    "{0} {1}-{2}-{3}",
    "({0}) {1}-{2}-{3}",
    "{0}.{1}.{2}.{3}",
    "007{0}{1}{2}{3}",
    "007 ({0}) {1}-{2}-{3}",
    "8107{0}{1}{2}{3}",
)
SETTINGS = (
    "{}",
    "to={}",
    "phone:{}",
    "tel:{},",
    "тел{} звонить",
    "<{}>",
    "'{}'",
    "ring {}.",
    "({})",
    "\\n{}\\n",
    "a {}, b",
)

groups = st.tuples(st.integers(900, 999), st.integers(100, 999), st.integers(10, 99), st.integers(10, 99)).map(
    lambda parts: [str(part) for part in parts]
)


@given(groups, st.sampled_from(RUSSIAN_SHAPES), st.sampled_from(SETTINGS))
def test_every_way_to_write_a_russian_mobile_is_masked(parts: list[str], shape: str, setting: str) -> None:
    masked = mask_text(setting.format(shape.format(*parts)))
    assert "[phone *" in masked
    assert sum(character.isdigit() for character in masked) == 2
    assert parts[3] in masked


@pytest.mark.parametrize(
    "written",
    [
        "+36301234567",
        "+36 30 123 4567",
        "+998 90 123 45 67",
        "998901234567",
        "+12125550123",
        "+1 (212) 555-0123",
        "+44 20 7946 0958",
        "+49 1512 3456789",
        "0036301234567",
        "36301234567",
        "+77011234567",
        "8 (812) 323-45-67",
        "(812) 323-45-67",
        "8 (4842) 12-34-56",
        "whatsapp:+4915123456789",
        "From=%2B79211234567&To=1",
        "e89211234567",
    ],
)
def test_other_numbers_are_masked(written: str) -> None:
    assert "[phone *" in mask_text(f"rang {written}")
    assert sum(character.isdigit() for character in mask_text(written).replace("To=1", "").replace("%2B", "")) == 2


def test_several_numbers_in_one_line_are_all_masked() -> None:
    row = "Иван,89211234567,5,+7 (812) 323-45-68,2026-01-02,79211234569;9211234570,25"
    assert mask_text(row) == "Иван,[phone *67],5,[phone *68],2026-01-02,[phone *69];[phone *70],25"


def test_ten_digits_in_groups_after_a_plus_are_a_phone_only_where_one_could_ring() -> None:
    assert mask_text("+372 512 3456") == "[phone *56]"
    assert mask_text("+210 512 3456") == "+210 512 3456"
    assert mask_text("+1 234 567 890") == "+1 234 567 890"


@given(st.text())
def test_masking_is_idempotent_and_always_encodable(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once) == once
    once.encode()


@given(st.uuids())
def test_uuids_survive(value: UUID) -> None:
    for text in (
        str(value),
        value.hex,
        f"shift {value} closed",
        f"'\\n{value}'",
        f"urn:uuid:{value}",
        str(value).upper(),
    ):
        assert mask_text(text) == text


@given(st.integers(0, 10**32 - 1))
def test_uuids_of_digits_only_survive(number: int) -> None:
    digits = f"{number:032}"
    assert mask_text(digits) == digits
    assert mask_text(str(UUID(digits))) == str(UUID(digits))


def test_our_own_ids_and_digests_survive() -> None:
    for _ in range(2000):
        text = f"{new_id()} {hashlib.sha256(new_id().bytes).hexdigest()}"
        assert mask_text(text) == text


moments = st.datetimes(datetime(2001, 9, 10), datetime(2099, 12, 31))  # noqa: DTZ001 - the zone is put on below
offsets = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


@given(moments, offsets)
def test_timestamps_survive(moment: datetime, zone: timezone) -> None:
    at = moment.replace(tzinfo=zone)
    utc = moment.replace(tzinfo=UTC)
    for text in (
        at.isoformat(),
        str(at),
        at.strftime("%Y-%m-%d %H:%M:%S%z"),
        at.strftime("%d.%m.%Y %H:%M:%S"),
        at.strftime("%Y-%m-%d %H:%M:%S,%f"),
        at.strftime("%H:%M:%S.%f"),
        utc.strftime("%Y%m%dT%H%M%SZ"),
        utc.strftime("%Y%m%d%H%M"),
        str(int(utc.timestamp())),
        str(int(utc.timestamp() * 1000)),
        str(int(utc.timestamp() * 1_000_000)),
        f"{utc.timestamp():.6f}",
        f"{utc.timestamp():.2f}",
        f"at {at.isoformat()} by 8",
    ):
        assert mask_text(text) == text


@given(st.integers(1, 65535), st.ip_addresses(v=4))
def test_addresses_and_ports_survive(port: int, address: object) -> None:
    for text in (f"127.0.0.1:{port}", f"http://{address}:{port}/x", f"port {port}", f"{address}"):
        assert mask_text(text) == text


@given(st.integers(-(10**9) + 1, 10**9 - 1))
def test_amounts_survive(minor: int) -> None:
    rubles, kopecks = divmod(abs(minor), 100)
    grouped = f"{rubles:,}".replace(",", " ")
    for text in (
        str(minor),
        f"{minor:+}",
        f"{minor:,}",
        f"{minor:,}".replace(",", " "),
        f"{minor:+,}".replace(",", " "),
        f"{rubles}.{kopecks:02}",
        f"{rubles},{kopecks:02} RUB",
        f"{grouped},{kopecks:02}",
        f"{grouped}.{kopecks:02} of {grouped}",
        f"{{'bill_minor': {minor}}}",
    ):
        assert mask_text(text) == text


@given(st.decimals(0, 10**9 - 1, places=2))
def test_amounts_with_cents_survive(amount: Decimal) -> None:
    assert mask_text(f"{amount:.2f}") == f"{amount:.2f}"


@given(st.floats(-180, 180))
def test_coordinates_survive(degrees: float) -> None:
    for text in (f"{degrees:.6f}", f"{degrees:+.7f}", f"POINT({degrees:.5f} {degrees:.5f})"):
        assert mask_text(text) == text


@given(st.integers(0, 10**16))
def test_fractions_survive(digits: int) -> None:
    assert mask_text(f"took 0.{digits:012} s") == f"took 0.{digits:012} s"
    assert mask_text("0.89211234567 0.9211234567") == "0.89211234567 0.9211234567"


@given(st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()))
def test_number_objects_are_never_touched(value: object) -> None:
    assert withhold({"bill_minor": value}) == {"bill_minor": value}


@pytest.mark.parametrize(
    "key",
    [
        *["name", "first_name", "firstName", "worker_name", "phone", "phone_e164", "Phone", "passport", "passport_no"],
        *["body", "Body", "text", "message_text", "password", "new_password", "token", "access_token", "accessToken"],
        *["Authorization", "set-cookie", "client_secret", "фио", "телефон_1", "email"],
    ],
)
def test_personal_fields_are_left_out(key: str) -> None:
    assert is_personal(key)
    assert withhold({key: "Иван", "n": 1}) == {"n": 1}


@pytest.mark.parametrize(
    "key", ["phone_id", "message_id", "body_bytes", "text_count", "token_kind", "named", "context", "somebody", "", "n"]
)
def test_facts_about_them_stay(key: str) -> None:
    assert not is_personal(key)


class Role(StrEnum):
    OWNER = "owner"


class Card(BaseModel):
    name: str
    skills: list[str]


@dataclasses.dataclass
class Contact:
    phone: str
    note: str


class Pair(NamedTuple):
    name: str
    score: int


def test_structures_lose_personal_fields_at_every_level() -> None:
    assert withhold(
        {
            "card": Card(name="Иван", skills=["roof", "+79211234567"]),
            "rows": [Contact(phone="+79211234567", note="ring 8(921)1234567"), Pair("Иван", 3)],
            "+79211234567": {"role": Role.OWNER},
            "raw": b"79211234567",
            "when": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            "amount": Decimal(79211234567),
            "ids": {UUID(int=1)},
        }
    ) == {
        "card": {"skills": ["roof", "[phone *67]"]},
        "rows": [{"note": "ring [phone *67]"}, {"score": 3}],
        "[phone *67]": {"role": "owner"},
        "raw": "<11 bytes>",
        "when": "2026-01-02T03:04:00+00:00",
        "amount": "79211234567",
        "ids": ["00000000-0000-0000-0000-000000000001"],
    }


def test_anything_unknown_becomes_its_masked_repr() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "<Odd 8 921 123-45-67>"

    assert withhold({"odd": Odd()}) == {"odd": "<Odd [phone *67]>"}


def test_a_structure_that_contains_itself_ends() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "<deeper>" in str(withhold(loop))


@given(st.from_regex(r"\A[A-Za-z0-9_-]{41}Z7\Z"), st.sampled_from(["dlink", "dpass", "dsess"]))
def test_a_token_is_masked_wherever_it_stands(random: str, prefix: str) -> None:
    assert mask_text(f"GET /w/{prefix}_{random}/x?a=1") == "GET /w/[token]/x?a=1"


@pytest.mark.parametrize("name", ["test_a_very_long_name_of_a_test_in_our_own_code_base_1", "sha256_" + "a" * 43])
def test_a_name_is_no_token(name: str) -> None:
    assert mask_text(name) == name
