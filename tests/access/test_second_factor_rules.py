"""Codes as arithmetic, against the figures of the standards."""

import base64
from uuid import UUID, uuid4

import pyotp
from hypothesis import given
from hypothesis import strategies as st

from dispatch.access.rules import (
    DRIFT,
    authenticator_key,
    enrolment_address,
    is_timed,
    matching_step,
    phone_code,
    phone_step_at,
    recovery_digest,
    same_code,
    step_at,
)

RFC_KEY = base64.b32encode(b"12345678901234567890").decode()
USER = UUID(int=7)


def test_codes_are_those_of_rfc_6238() -> None:
    """Appendix B, the last six digits."""
    for epoch_s, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert matching_step(RFC_KEY, code, step_at(epoch_s)) == step_at(epoch_s)


@given(st.integers(0, 2**40), st.integers(-5, 5))
def test_a_code_is_right_one_step_early_or_late_and_not_two(now: int, ahead: int) -> None:
    step = now + 10 + ahead
    found = matching_step(RFC_KEY, pyotp.HOTP(RFC_KEY).at(step), now + 10)
    if abs(ahead) <= DRIFT:
        assert found is not None
    else:
        assert found is None or pyotp.HOTP(RFC_KEY).at(found) == pyotp.HOTP(RFC_KEY).at(step)


def test_a_code_that_is_none_matches_nothing() -> None:
    for typed in ("", "12345", "1234567", "abcdef", "１２３４５６", "28708２"):
        assert matching_step(RFC_KEY, typed, 1) is None
        assert not is_timed(typed)


def test_a_key_depends_on_installation_account_and_seed() -> None:
    seed = b"s" * 32
    key = authenticator_key(b"k" * 32, USER, seed)
    assert len(base64.b32decode(key)) == 20
    assert key == authenticator_key(b"k" * 32, USER, seed)
    others = [(b"x" * 32, USER, seed), (b"k" * 32, uuid4(), seed), (b"k" * 32, USER, b"t" * 32)]
    assert len({key, *(authenticator_key(*other) for other in others)}) == 4


def test_an_app_reads_the_address() -> None:
    read = pyotp.parse_uri(enrolment_address(RFC_KEY, "anna@spb", "Dispatch Питер"))
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer, read.digits, read.interval) == (
        RFC_KEY,
        "anna@spb",
        "Dispatch Питер",
        6,
        30,
    )


def test_a_recovery_code_may_be_typed_as_people_write() -> None:
    code = "01ab-cdef-ghjk-mnpq"
    for typed in ("01AB CDEF GHJK MNPQ", "O1abcdefghjkmnpq", "0lab-cdef\u2013ghjk-mnpq ", "0Iab-cdef-ghjk-mnpq"):
        assert recovery_digest(USER, typed) == recovery_digest(USER, code)
    assert recovery_digest(USER, code) != recovery_digest(uuid4(), code)


def test_a_code_proves_one_number_of_one_man_for_one_step() -> None:
    man, step = uuid4(), phone_step_at(1_800_000_000.0)
    code = phone_code(b"key", man, "+79211234567", step)
    assert (len(code), code.isdecimal()) == (6, True)
    others = [
        phone_code(b"another", man, "+79211234567", step),
        phone_code(b"key", uuid4(), "+79211234567", step),
        phone_code(b"key", man, "+79211234568", step),
        phone_code(b"key", man, "+79211234567", step + 1),
    ]
    assert [other for other in others if other == code] == []
    assert same_code(f" {code[:3]} {code[3:]} ", [others[0], code])
    assert not same_code(code, others)
