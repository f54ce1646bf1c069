"""Whatever stops somebody is told in the language of his page: every class of refusals, and all it is raised with."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pytest

from dispatch.access.errors import LoginLocked
from dispatch.kit.errors import DispatchError, TooMany
from dispatch.orders.shifts import ShiftNotFound
from dispatch.staffing.by_hand import NotEligible
from dispatch.web.languages import Language, speech
from dispatch.web.order_form import fault_of
from dispatch.web.refusal_words import WORDS
from dispatch.web.refusals import is_known, told
from tests.factories.refusals import Refusal, all_refusals

ON_NO_PAGE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dispatch.commandline.": "told at a terminal",
        "dispatch.local.": "told at a terminal: servers of a checkout",
        "dispatch.demo.": "told at a terminal: the demonstration",
        "dispatch.faults.": "told at a terminal: the fault kit",
        "dispatch.kit.fail_points.": "a process does not start",
        "dispatch.seed.": "told at a terminal: made-up people",
        "dispatch.simulator.": "another process, without our pages",
        "dispatch.audit.": "told at a terminal: the audit of the books",
        "dispatch.kit.db.": "a process does not start",
        "dispatch.app.AddressRefused": "a process does not start",
        "dispatch.web.assets.AssetsMissing": "a process does not start",
        "dispatch.web.doors.SecretKeyTooShort": "a process does not start",
        "dispatch.geocoding.errors.GeocoderKeyMissing": "a process does not start",
        "dispatch.api.": "headers and bodies that only programs send",
        "dispatch.kit.pages.CursorInvalid": "cursors that only programs send",
        "dispatch.access.errors.TestKeyRefused": "test keys are for programs",
        "dispatch.sms.errors.SimulatorAccountMissing": "test keys are for programs",
        "dispatch.sms.errors.WebhookMalformed": "answered to a gateway",
        "dispatch.sms.errors.WebhookRefused": "answered to a gateway",
        "dispatch.sms.errors.GatewayUnknown": "answered to a gateway",
        "dispatch.sms.evaluate.": "told at a terminal: how well replies are read",
        "dispatch.web.forms.FormUnfit": "says each field's fault in the page's language by itself",
        "dispatch.kit.phones.PhoneInvalid": "says one of four pieces of advice, each known; see below",
    }
)
"""Where a refusal comes from that no page shows, and why; of `api.` only the key of forms is shown."""

FOR_PROGRAMS = re.compile(r"/api/|\b(GET|POST|PUT|PATCH|DELETE) |`|_id\b|If-Match|Idempotency-Key")


def shown() -> list[Refusal]:
    """Return what a page may show."""
    return [
        refusal
        for name, refusal in sorted(all_refusals().items())
        if not name.startswith(tuple(ON_NO_PAGE)) or refusal.made.code == "idempotency_key_reused"
    ]


def test_every_refusal_is_put_into_every_language() -> None:
    silent: list[str] = []
    for refusal in shown():
        code = refusal.made.code
        if code in WORDS:
            continue
        silent += [f"{code}: {sentence}" for sentence in sorted(refusal.sentences) if not is_known(sentence)]
        base = refusal.where == DispatchError.__module__
        if (refusal.varies or not refusal.sentences) and not (issubclass(refusal.made, TooMany) or base):
            silent.append(f"{code}: says something else each time; give it words in refusal_words.py")
    assert silent == []


def test_words_of_refusals_are_put_into_every_language_and_belong_to_one() -> None:
    assert [words for words in WORDS.values() if not is_known(words)] == []
    assert set(WORDS) - {refusal.made.code for refusal in all_refusals().values()} == set()


@pytest.mark.parametrize("language", Language)
def test_no_page_speaks_of_the_api(language: Language) -> None:
    speaking = speech(language)
    said = {
        f"{refusal.made.code}: {told(speaking, _raised(refusal.made, sentence))}"
        for refusal in shown()
        for sentence in refusal.sentences
    }
    assert [one for one in sorted(said) if FOR_PROGRAMS.search(one.partition(": ")[2])] == []


def _raised(made: type[DispatchError], sentence: str) -> DispatchError:
    """Return an error as it is raised, with facts for whatever its words want to name."""
    error = made.__new__(made)
    facts = dict.fromkeys(re.findall(r"%\((\w+)\)", WORDS.get(made.code, "")), "7")
    DispatchError.__init__(error, sentence, **facts)
    return error


def test_figures_and_reasons_are_told_too() -> None:
    russian = speech(Language.RU)
    assert told(russian, NotEligible(["contact_budget_spent"])) == (
        "Его нельзя позвать на эту смену: " + russian.words.gettext("contact_budget_spent") + "."
    )
    assert russian.words.gettext("contact_budget_spent") != "contact_budget_spent"
    assert told(russian, LoginLocked(61)) == "Слишком много попыток. Попробуйте через 2 минуты."
    missing = ShiftNotFound("There is no such shift in this franchise; list them with GET /api/v1/orders.")
    assert told(speech(Language.EN), missing) == "There is no such shift."
    assert fault_of(missing)[""].words == "There is no such shift."


@pytest.mark.parametrize("where", ON_NO_PAGE)
def test_what_is_left_out_exists(where: str) -> None:
    assert any(name.startswith(where) for name in all_refusals()) or where == "dispatch.simulator."
