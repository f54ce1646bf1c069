"""What `dispatch begin` asks, in its order; each answer is checked by what will hold it later."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import SecretStr, TypeAdapter, ValidationError

from dispatch.access.commands import Login
from dispatch.commandline.beginning import Owner
from dispatch.commandline.guide import Guide, Question, Refusal
from dispatch.commandline.root import command_of
from dispatch.commandline.towns import PlaceMissing, Town, town_of
from dispatch.kit.phones import parse_phone
from dispatch.settings import SendingMode
from dispatch.sms.accounts import BETWEEN_FIGURES, AddAccount, Number
from dispatch.sms.gateways.registry import CONSOLE, GATEWAYS
from dispatch.tenancy.commands import Name, OpenFranchise

SIMULATOR: Final = "simulator"
PRESETS: Final = {
    "personal-solution": "the best rated first; who does not come loses rating, and strikes suspend him",
    "loaders-service": "everybody has his turn; all is recorded and fined, lateness ends the cooperation",
}
"""The rules made for work, with what they stand for."""
MODES: Final[Mapping[str, str]] = {
    SendingMode.OFF: "nothing leaves; look around first",
    SendingMode.ALLOW_LIST: "only the owner's own phone gets texts",
    SendingMode.LIVE: "whoever is texted gets it",
}

_SECRET_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Given:
    """The answers that came as options; None is to be asked for."""

    name: str | None = None
    city: str | None = None
    zone: str | None = None
    lat: float | None = None
    lon: float | None = None
    country: str = "RU"
    rules: str | None = None
    owner_name: str | None = None
    owner_login: str | None = None
    owner_phone: str | None = None
    sending: str | None = None
    number: str | None = None
    gateway: str | None = None
    sid: str | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that is to be done."""

    franchise: OpenFranchise
    owner: Owner
    mode: SendingMode
    account: AddAccount | None


def ask_all(guide: Guide, given: Given, *, mode_set: SendingMode | None) -> Answers:
    """Ask what was not given.

    Args:
        guide: asks.
        given: the answers there are.
        mode_set: the sending mode, where the environment decides it; then it is not asked for.

    Raises:
        Invalid: an answer that was given cannot be meant; or one is missing, and nobody may be asked.
    """
    name = guide.answer(Question("Name of the franchise", "--name", _name), given.name)
    city, town = guide.answer(Question("City", "--city", _Cities(given)), given.city)
    guide.say("  Its clocks show %(zone)s; its middle is at %(lat)s, %(lon)s.", **_shown(town))
    guide.list("Rules to begin with; each can be changed in the settings", PRESETS)
    rules = guide.answer(Question("Rules", "--rules", _Choice(PRESETS), default=next(iter(PRESETS))), given.rules)
    owner = _ask_owner(guide, given, town)
    mode = mode_set if mode_set is not None else _ask_mode(guide, given, owner)
    account = _ask_account(guide, given)
    franchise = command_of(
        OpenFranchise,
        slug=town.slug or "first",
        name=name,
        city=city,
        zone=town.zone,
        lat=town.lat,
        lon=town.lon,
        preset=rules,
    )
    return Answers(franchise, owner, mode, account)


def _ask_owner(guide: Guide, given: Given, town: Town) -> Owner:
    name = guide.answer(Question("Name of its owner", "--owner-name", _name), given.owner_name)
    login = guide.answer(
        Question("His login", "--owner-login", _login, default=f"owner@{town.slug or 'first'}"), given.owner_login
    )
    phone = guide.answer(
        Question("His mobile phone, for links to a new password (Enter: none)", "--owner-phone", _phone, default=""),
        given.owner_phone,
    )
    return Owner(name, login, phone)


def _ask_mode(guide: Guide, given: Given, owner: Owner) -> SendingMode:
    guide.list("Whether texts leave; another word can be said at any time", MODES)

    def read(typed: str) -> SendingMode:
        mode = SendingMode(_Choice(MODES)(typed))
        if mode is SendingMode.ALLOW_LIST and owner.phone is None:
            raise Refusal("The owner has no phone that texts could be sent to: choose off, or begin again with it.")
        return mode

    return guide.answer(Question("Texts", "--sending", read, default=SendingMode.OFF), given.sending)


def _ask_account(guide: Guide, given: Given) -> AddAccount | None:
    question = Question("Number to text from (Enter: later, in the settings)", "--number", _number, default="")
    number = guide.answer(question, given.number)
    if number is None:
        return None
    gateways = dict.fromkeys((name for name in GATEWAYS if name != CONSOLE), "")
    gateway = guide.answer(
        Question("Gateway", "--gateway", _Choice(gateways), default=next(iter(gateways))), given.gateway
    )
    if gateway == SIMULATOR:
        sid, secret = f"AC{secrets.token_hex(_SECRET_BYTES)}", secrets.token_hex(_SECRET_BYTES)
    else:
        sid = guide.answer(Question("Account at the gateway (SID)", "--sid", _name), given.sid)
        secret = guide.answer(Question("Its secret (not shown)", "--secret-file", _secret, hidden=True), given.secret)
    return command_of(AddAccount, gateway=gateway, sid=sid, secret=SecretStr(secret), number=number)


class _Choice:
    """Reads one of several names, or its number in the list."""

    def __init__(self, names: Mapping[Any, str]) -> None:
        self._names = [str(name) for name in names]

    def __call__(self, typed: str) -> str:
        if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(self._names):
            return self._names[int(typed) - 1]
        if typed.lower() in self._names:
            return typed.lower()
        raise Refusal("Choose one of: %(names)s.", names=", ".join(self._names))


class _Cities:
    """Reads a city with its place, unless zone and point were given."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def __call__(self, typed: str) -> tuple[str, Town]:
        city, given = _name(typed), self._given
        try:
            return city, town_of(city, given.country, zone=given.zone, lat=given.lat, lon=given.lon)
        except PlaceMissing as missing:
            meant = missing.fields["meant"]
            if meant:
                raise Refusal(
                    "No city called '%(city)s' is known. Did you mean %(meant)s?", city=city, meant=meant
                ) from missing
            raise Refusal(
                "No city called '%(city)s' is known. Write it as on a map, or take the nearest larger one; "
                "or begin again with --zone, --lat and --lon.",
                city=city,
            ) from missing


def _fitting(kind: Any, typed: str, words: str) -> str:  # noqa: ANN401 - an annotated type is no type
    try:
        fitting: str = TypeAdapter(kind).validate_python(typed)
    except ValidationError:
        raise Refusal(words) from None
    return fitting


def _name(typed: str) -> str:
    return _fitting(Name, typed, "Type one line of 1 to 120 letters.")


def _login(typed: str) -> str:
    return _fitting(Login, typed, "Type at least 3 Latin letters, figures or . _ @ + -, a letter or figure first.")


def _phone(typed: str) -> str | None:
    return parse_phone(typed, mobile=True) if typed else None


def _number(typed: str) -> str | None:
    if not typed:
        return None
    return _fitting(
        Number, typed.translate(BETWEEN_FIGURES), "Type the number with + and its country code, like +7 800 555-00-00."
    )


def _secret(typed: str) -> str:
    if not typed:
        raise Refusal("Type the secret; the gateway shows it beside the account.")
    return typed


def _shown(town: Town) -> dict[str, object]:
    return {"zone": town.zone, "lat": f"{town.lat:.3f}", "lon": f"{town.lon:.3f}"}
