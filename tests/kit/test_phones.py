import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatch.kit.errors import Invalid
from dispatch.kit.phones import PhoneFault, PhoneInvalid, mask_phone, parse_phone

SAMPLE = "+79211234567"


@pytest.mark.parametrize(
    "written",
    [
        "+79211234567",
        "+7 921 123-45-67",
        "+7 (921) 123 45 67",
        "+7.921.123.45.67",
        "+7/921/1234567",
        "8 (921) 123-45-67",
        "8(921)1234567",
        "89211234567",
        "8-921-123-45-67",
        "8 921 123\u201345\u201367",
        "8\u00a0921\u00a0123\u00a045\u00a067",
        "921 123 45 67",
        "9211234567",
        "(921) 123-45-67",
        "79211234567",
        "7 921 123 45 67",
        "007 921 123-45-67",
        "0079211234567",
        "(007) 921 123 45 67",
        "810 7 921 123 45 67",
        "+7 8 921 123 45 67",
        "tel:+79211234567",
        "  +7 921 123-45-67\n",
        "＋７９２１１２３４５６７",
    ],
)
def test_every_way_people_write_it_is_the_same_number(written: str) -> None:
    assert parse_phone(written, mobile=True) == SAMPLE


@given(st.integers(900_000_0000, 999_999_9999), st.sampled_from(["+7", "8", "7", "007", "", "+7 ", "8 (", "7-"]))
def test_every_russian_mobile_parses_and_parses_again(national: int, prefix: str) -> None:
    digits = str(national)
    assume(
        phonenumbers.is_valid_number(phonenumbers.parse(f"+7{digits}"))
    )  # 930 000-00-00 and the like are not given out
    written = f"{prefix}{digits[:3]}) {digits[3:]}" if prefix.endswith("(") else f"{prefix}{digits}"
    e164 = parse_phone(written, mobile=True)
    assert e164 == f"+7{digits}"
    assert parse_phone(e164, mobile=True) == e164


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("06 30 123 4567", "HU", "+36301234567"),
        ("+36 30 123 4567", "RU", "+36301234567"),
        ("00 36 30 123 4567", "RU", "+36301234567"),
        ("00 36 30 123 4567", "HU", "+36301234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+998 90 123 45 67", "RU", "+998901234567"),
        ("8 701 123 45 67", "RU", "+77011234567"),
        ("8 (812) 323-45-67", "RU", "+78123234567"),
        ("8 800 555-35-35", "RU", "+78005553535"),
    ],
)
def test_other_countries_and_landlines(written: str, region: str, e164: str) -> None:
    assert parse_phone(written, region) == e164


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", PhoneFault.EMPTY),
        (" \t", PhoneFault.EMPTY),
        ("Иван", PhoneFault.CHARACTERS),
        ("8-800-FLOWERS", PhoneFault.CHARACTERS),
        ("8 921 123-45-67 доб. 12", PhoneFault.CHARACTERS),
        ("89211234567, 89217654321", PhoneFault.CHARACTERS),
        ("+7 921 123-45-67\x00", PhoneFault.CHARACTERS),
        ("9" * 4000, PhoneFault.CHARACTERS),
        ("+7+9211234567", PhoneFault.CHARACTERS),
        ("٨٩٢١١٢٣٤٥٦٧", PhoneFault.CHARACTERS),
        ("765-43-21", PhoneFault.NOT_DIALABLE),
        ("+7921123456", PhoneFault.NOT_DIALABLE),
        ("+8 921 123 45 67", PhoneFault.NOT_DIALABLE),
        ("()", PhoneFault.NOT_DIALABLE),
        ("+", PhoneFault.CHARACTERS),
        ("0000", PhoneFault.NOT_DIALABLE),
        ("1e9", PhoneFault.CHARACTERS),
    ],
)
def test_what_cannot_be_used_is_refused_with_advice_and_without_the_number(written: str, fault: PhoneFault) -> None:
    with pytest.raises(PhoneInvalid) as caught:
        parse_phone(written)
    assert isinstance(caught.value, Invalid)
    assert caught.value.code == "phone_invalid"
    assert caught.value.fields == {"fault": fault.value}
    assert "send" in str(caught.value).lower() or "Send" in str(caught.value)
    assert len(written.strip()) < 4 or written.strip() not in str(caught.value)


@pytest.mark.parametrize("written", ["8 (812) 323-45-67", "8 800 555-35-35", "+36 1 234 5678"])
def test_a_landline_cannot_receive_texts(written: str) -> None:
    parse_phone(written)
    with pytest.raises(PhoneInvalid, match="mobile"):
        parse_phone(written, mobile=True)


def test_a_country_that_does_not_tell_mobiles_apart_is_accepted() -> None:
    assert parse_phone("+1 212 555 0123", mobile=True) == "+12125550123"


def test_an_unknown_region_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="XX"):
        parse_phone(SAMPLE, "XX")


@given(st.text(max_size=60))
def test_nothing_else_is_ever_raised(written: str) -> None:
    try:
        e164 = parse_phone(written)
    except PhoneInvalid:
        return
    assert parse_phone(e164) == e164


@pytest.mark.parametrize(
    ("e164", "masked"),
    [
        ("+79211234567", "+7 921 •••-••-67"),
        ("+36301234567", "+36 30 ••• ••67"),
        ("+12125550123", "+1 212-•••-••23"),
        ("+78123234567", "+7 812 •••-••-67"),
        ("+3545551234", "+354 ••• ••34"),
        ("nonsense", "•••••••"),
        ("", "•••••••"),
    ],
)
def test_screens_show_the_ends_only(e164: str, masked: str) -> None:
    assert mask_phone(e164) == masked


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_the_middle_is_hidden_in_every_country(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    country, _, national = mask_phone(e164).partition(" ")
    hidden, shown = national.count("•"), sum(character.isdigit() for character in national)
    assert e164.startswith(country)
    assert hidden >= shown - 2
    assert hidden >= 2
    assert e164.endswith("".join(character for character in national if character.isdigit())[-2:])
