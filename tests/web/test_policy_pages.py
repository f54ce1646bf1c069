"""The rules on pages: forms made from the models, changed with a reason, compared, restored, replaced by a preset."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient, Response
from pydantic import ValidationError

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.policy import SECTIONS, Calendar, Discipline, Pace, Rating, Scoring, Section, Strategy, Weights
from dispatch.tenancy.presets import PRESETS
from dispatch.tenancy.service import write_policy
from dispatch.web.languages import Language, speech
from dispatch.web.policies import PRESET_HINTS
from dispatch.web.policy_form import Unit, parts_of, read, typed_of
from dispatch.web.policy_words import PARTS, SENTENCES, TITLES, WORDS, Words
from tests.factories.access import PASSWORD, make_user
from tests.factories.tenancy import make_franchise

_OWN_WEIGHTS = Weights(
    distance=Decimal("0.333"),
    rating=Decimal("0.267"),
    likelihood=Decimal("0.2"),
    favourites=Decimal("0.1"),
    fairness=Decimal("0.1"),
)


def test_every_setting_has_words_and_a_place() -> None:
    assert TITLES.keys() == SECTIONS.keys() == PARTS.keys()
    for name, model in SECTIONS.items():
        placed = [field for _, fields in PARTS[name] for field in fields]
        assert sorted(placed) == sorted(model.model_fields)
        assert {f"{name}.{field}" for field in placed} <= WORDS.keys()
    assert PRESET_HINTS.keys() == PRESETS.keys()


def _said(words: Words) -> tuple[str, ...]:
    told = words.told if words.told != "%(value)s" else ""
    return (words.label, words.hint, words.unit, told, words.lacking)


def test_the_words_are_known_in_russian() -> None:
    words = speech(Language.RU).words
    said = [text for each in (*TITLES.values(), *WORDS.values()) for text in _said(each)]
    said += [heading for parts in PARTS.values() for heading, _ in parts]
    said += [*SENTENCES.values(), *PRESET_HINTS.values(), *map(str, Unit), "Fill this in.", "This does not fit."]
    assert [text for text in said if text and text != "%" and words.gettext(text) == text] == []


@pytest.mark.parametrize(
    ("name", "section"),
    [
        *((name, getattr(policy, name)) for policy in PRESETS.values() for name in SECTIONS),
        ("scoring", Scoring(strategy=Strategy.CUSTOM, custom=_OWN_WEIGHTS)),
        ("pace", Pace(travel_per_km=timedelta(0), doubtful_lead=timedelta(minutes=61, milliseconds=1))),
        ("discipline", Discipline(ladder=(), strikes={}, legal_basis={})),
    ],
)
def test_a_form_gives_back_what_it_was_made_from(name: str, section: Section) -> None:
    got = read(name, type(section), typed_of(name, section))
    assert got.faults == {}
    assert got.section == section


def test_empty_lines_are_dropped_and_an_empty_field_is_not_the_default() -> None:
    typed = typed_of("pace", Pace()) | {"waves.2.lead": "", "waves.2.interval": "", "waves.9.lead": ""}
    got = read("pace", Pace, typed)
    assert isinstance(got.section, Pace)
    assert [step.lead for step in got.section.waves] == [step.lead for n, step in enumerate(Pace().waves) if n != 2]
    assert read("pace", Pace, typed | {"grace": " "}).faults == {"grace": "Fill this in."}


@pytest.mark.parametrize(
    ("name", "change", "where", "words"),
    [
        ("pace", {"waves.0.lead": "1", "waves.0.lead.unit": "hours"}, "waves", "List the times from longest"),
        ("pace", {"waves.4.interval": "1", "waves.4.interval.unit": "seconds"}, "waves", "No wave may be shorter"),
        ("pace", {"grace": "31"}, "grace", "The grace must not"),
        ("pace", {"doubtful_lead": "3", "doubtful_lead.unit": "hours"}, "doubtful_lead", "The second question"),
        ("pace", {"window_share": "70"}, "window_share", "limits"),
        ("pace", {"grace": "ten"}, "grace", "Type a number."),
        ("pace", {"grace": "1e99"}, "grace", "Type a number."),
        ("pace", {"grace.unit": "years"}, "grace", "This does not fit."),
        ("pace", {"promotion_asks_per_seat": "1,5"}, "promotion_asks_per_seat", "Type a whole number."),
        ("pace", {"evening_reminder_at": "25:00"}, "evening_reminder_at", "This does not fit."),
        ("scoring", {"strategy": "custom"}, "custom", "Give own weights"),
        ("scoring", {"custom.distance": "20"}, "custom.rating", "Fill this in."),
        ("calendar", {"kept_for_home": "9"}, "unanswered_limit", "At most 8 offers"),
        ("calendar", {"cancel_late_notice": "9", "cancel_late_notice.unit": "days"}, "cancel_late_notice", "This must"),
        ("discipline", {"fines.late.amount_minor": "1", "fines.late.hours": "1"}, "fines.late", "Give an amount"),
        ("discipline", {"fines.cancel_ahead.hours": "1"}, "fines", "A cancel ahead"),
        ("discipline", {"caps.shift_minor": "9000"}, "caps", "No more a shift"),
        ("discipline", {"legal_basis.employment": "contract_penalty"}, "legal_basis", "An employment contract"),
        ("discipline", {"ladder.0.strikes": "9"}, "ladder", "List the steps"),
        ("money", {"vat_percent": "101"}, "vat_percent", "limits"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(name: str, change: dict[str, str], where: str, words: str) -> None:
    model = SECTIONS[name]
    faults = read(name, model, typed_of(name, model()) | change).faults
    assert list(faults) == [where] or (where in faults and where.startswith("custom."))
    assert faults[where].startswith(words)


def test_weights_must_make_a_whole() -> None:
    typed = typed_of("scoring", Scoring(strategy=Strategy.CUSTOM, custom=_OWN_WEIGHTS)) | {"custom.rating": "30"}
    assert read("scoring", Scoring, typed).faults == {"custom": "Together these make 100 %."}


def test_no_section_can_be_made_that_the_form_cannot_hold() -> None:
    """Every field of every section is drawn; a new kind of field fails here first."""
    for name, model in SECTIONS.items():
        assert [heading for heading, entries in parts_of(name, model, {}) if not entries] == []
    with pytest.raises(ValidationError):
        Rating(marks={})


class Desk:
    """An owner's browser on the rules of a franchise of its own."""

    def __init__(self, browser: AsyncClient, franchise_id: UUID) -> None:
        self.browser, self.franchise_id = browser, franchise_id
        self.csrf = ""

    async def page(self, where: str, status: int = 200) -> str:
        answer = await self.browser.get(f"/settings/policies{where}")
        assert answer.status_code == status, answer.text[-500:]
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer.text

    async def send(self, where: str, form: dict[str, str]) -> Response:
        return await self.browser.post(f"/settings/policies{where}", data=form | {"csrf": self.csrf})


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stranger: AsyncClient, settings: Settings, app_db: Database) -> Desk:
    franchise = await make_franchise(settings)
    user = await make_user(app_db, franchise.id, Role.OWNER)
    assert (await stranger.post("/login", data={"login": user.login, "password": PASSWORD})).status_code == 303
    return Desk(stranger, franchise.id)


async def test_a_rule_is_changed_after_it_was_looked_at_and_with_a_reason(
    desk: Desk, owner: asyncpg.Connection
) -> None:
    page = await desk.page("/calendar")
    form = typed_of("calendar", Calendar()) | {"version": hidden(page, "version"), "rest": "10"}
    looked = await desk.send("/calendar", form | {"act": "look"})
    assert looked.status_code == 200
    assert "<del>8 hours</del>" in looked.text
    assert "<ins>10 hours</ins>" in looked.text
    form |= {"act": "save", "seen": hidden(looked.text, "seen")}
    assert "Fill this in." in (await desk.send("/calendar", form)).text
    unlike = await desk.send("/calendar", form | {"rest": "11", "reason": "Longer nights"})
    assert unlike.status_code == 409
    assert "You changed something after you looked" in unlike.text
    assert await _versions(owner, desk.franchise_id, "calendar") == [1]
    saved = await desk.send("/calendar", form | {"reason": "Longer nights"})
    assert saved.status_code == 303, saved.text[-500:]
    row = await owner.fetchrow(
        "SELECT version, body ->> 'rest' AS rest, author, reason FROM policy_versions "
        "WHERE franchise_id = $1 AND section = 'calendar' AND upper_inf(valid)",
        desk.franchise_id,
    )
    assert (row["version"], row["rest"], row["reason"]) == (2, "PT10H", "Longer nights")
    trail = await owner.fetchval(
        "SELECT count(*) FROM audit_log WHERE franchise_id = $1 AND entity = 'policy_versions' AND actor = $2",
        desk.franchise_id,
        row["author"],
    )
    assert trail == 2, "the new version, and the end of the old one"
    page = await desk.page("/calendar")
    assert "Анна Иванова" in page
    assert "Longer nights" in page
    history = await desk.page("/calendar/history")
    assert "<del>8 hours</del>" in history
    back = await desk.page("/calendar?restore=1")
    assert "<ins>8 hours</ins>" in back
    assert hidden(back, "version") == "2"
    assert "Back to version 1" in back


async def _versions(owner: asyncpg.Connection, franchise_id: UUID, section: str) -> list[int]:
    rows = await owner.fetch(
        "SELECT version FROM policy_versions WHERE franchise_id = $1 AND section = $2 ORDER BY 1", franchise_id, section
    )
    return [row["version"] for row in rows]


async def test_what_somebody_saved_meanwhile_is_shown_and_nothing_typed_is_lost(
    desk: Desk, app_db: Database, owner: asyncpg.Connection
) -> None:
    page = await desk.page("/calendar")
    form = typed_of("calendar", Calendar()) | {"version": hidden(page, "version"), "rest": "10", "act": "look"}
    seen = hidden((await desk.send("/calendar", form)).text, "seen")
    async with app_db.begin(desk.franchise_id, "system:test") as uow:
        await write_policy(uow, "calendar", Calendar(unanswered_limit=5), "meanwhile")
    late = await desk.send("/calendar", form | {"act": "save", "seen": seen, "reason": "Longer nights"})
    assert late.status_code == 409
    assert "Somebody saved another version meanwhile" in late.text
    assert "<ins>5 texts</ins>" in late.text, "what the other changed"
    assert "<ins>10 hours</ins>" in late.text, "what he wants"
    assert "Longer nights" in late.text
    assert hidden(late.text, "version") == "2"
    assert await _versions(owner, desk.franchise_id, "calendar") == [1, 2]


async def test_a_wrong_field_is_told_and_keeps_what_was_typed(desk: Desk) -> None:
    page = await desk.page("/pace")
    form = typed_of("pace", Pace()) | {"version": hidden(page, "version"), "window_share": "70", "grace": "x<b>"}
    refused = await desk.send("/pace", form)
    assert refused.status_code == 422
    assert 'value="x&lt;b&gt;"' in refused.text
    assert "Type a number." in refused.text
    refused = await desk.send("/pace", form | {"grace": "10"})
    assert "Possible here: more than 0, at most 50." in refused.text


async def test_sums_stand_in_groups_with_their_sign_and_come_back_so(desk: Desk) -> None:
    answer = await desk.browser.get("/settings/policies/discipline", headers={"Accept-Language": "ru"})
    most = typed_of("discipline", Discipline())["caps.month_minor"]
    shown = speech(Language.RU).spaced(most)
    assert len(most) < len(shown)
    assert re.search(rf'id="caps.month_minor"[^>]* value="{shown}"', answer.text.replace("\n", " "))
    assert re.findall(r">(RUB|₽)<", answer.text).count("RUB") == 0
    headings = re.findall(r"<(?:h2|legend)[^>]*>([^<]+)</", answer.text)
    assert len(headings) == len({*headings}), "none stands twice"
    same = read("discipline", Discipline, typed_of("discipline", Discipline()) | {"caps.month_minor": shown})
    assert same.section == Discipline()


async def test_a_preset_is_looked_at_before_it_counts(desk: Desk, app_db: Database, owner: asyncpg.Connection) -> None:
    page = await desk.page("/presets/loaders-service")
    assert "Unannounced lateness ends cooperation" in page
    form = {f"version.{name}": hidden(page, f"version.{name}") for name in SECTIONS}
    where = "/presets/loaders-service"
    assert (await desk.send(where, form)).status_code == 422
    async with app_db.begin(desk.franchise_id, "system:test") as uow:
        await write_policy(uow, "calendar", Calendar(unanswered_limit=5), "meanwhile")
    moved = await desk.send(where, form | {"reason": "The other way"})
    assert moved.status_code == 409
    assert "Somebody changed the rules meanwhile" in moved.text
    form = {f"version.{name}": hidden(moved.text, f"version.{name}") for name in SECTIONS}
    assert (await desk.send(where, form | {"reason": "The other way"})).status_code == 303
    ends = "SELECT body ->> 'lateness_ends_cooperation' FROM policy_versions WHERE franchise_id = $1 AND section = $2"
    assert await owner.fetchval(f"{ends} AND upper_inf(valid)", desk.franchise_id, "discipline") == "true"
    assert "Nothing would change" in await desk.page(where)


async def test_who_may_not_change_rules_reads_them(dispatcher: AsyncClient) -> None:
    page = (await dispatcher.get("/settings/policies/pace")).text
    assert "2 hours" in page
    assert '<form class="policy-form"' not in page
    assert (await dispatcher.get("/settings/policies/nonsense")).status_code == 404
    assert (await dispatcher.get("/settings/policies/pace?restore=999")).status_code == 200
    assert (await dispatcher.get("/settings/policies/presets/demo")).status_code == 403


async def test_network_rules_are_read_only_for_owners_too(desk: Desk) -> None:
    assert "same for the whole network" in await desk.page("/rating")
    await desk.page("/calendar")
    answer = await desk.send("/rating", {"version": "0", "act": "save", "reason": "mine"})
    assert answer.status_code == 403
