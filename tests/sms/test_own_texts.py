"""A franchise's own texts: what may be said, what goes out, how it is kept, and what reading it costs."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.errors import OwnTextChanged, OwnTextUnfit
from dispatch.sms.own_texts import ChangeOwnText, change_own_text, history_of, own_texts_of, set_in_latin, wording_of
from dispatch.sms.segments import Encoding, measure
from dispatch.sms.text_preview import preview
from dispatch.sms.text_rules import (
    OCCASIONS,
    FaultKind,
    asked_words,
    faults_of,
    needed_places,
    places_of,
    samples,
)
from dispatch.sms.texts import HOUSE, SENTENCES, Language, Template, Wording, render
from dispatch.staffing.wave_now import StartWave, start_wave
from tests.factories.desk import another_day
from tests.factories.stage import Stage, place, run_lane, set_stage
from tests.factories.tenancy import make_franchise

RU = Language.RU
OWN = "{service}: {when}, {place}, платим {rate} за час. Код {code}: 1=да 2=нет"
ACTOR = "staff:test"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=24)


async def say(database: Database, franchise_id: UUID, body: str | None, based_on: int = 0) -> int:
    async with database.begin(franchise_id, ACTOR) as uow:
        return await change_own_text(uow, Template.OFFER, RU, ChangeOwnText(body=body, based_on=based_on))


def test_every_text_has_an_occasion() -> None:
    assert sorted(template for group in OCCASIONS.values() for template in group) == sorted(Template)


@pytest.mark.parametrize("language", Language)
def test_the_house_keeps_its_own_rules(language: Language) -> None:
    assert {
        template: found for template in Template if (found := faults_of(template, language, _house(template, language)))
    } == {}
    for template in Template:
        text = Wording().render(template, language, **samples(template, language))
        assert measure(text).segments <= 3
        names = set(places_of(template))
        assert names >= set(needed_places(template))
        assert asked_words(template, language) or template not in {Template.NO_SHOW, Template.STOP_CONFIRMED}


def _house(template: Template, language: Language) -> str:
    return SENTENCES[language][template]


@pytest.mark.parametrize(
    ("template", "body", "kinds"),
    [
        (Template.OFFER, OWN, []),
        (Template.OFFER, "   ", [FaultKind.EMPTY]),
        (Template.OFFER, OWN.replace("Код {code}: ", ""), [FaultKind.MISSING_PLACE]),
        (Template.OFFER, OWN.replace("Код {code}:", "[Код {code}]:"), [FaultKind.MISSING_PLACE]),
        (Template.OFFER, OWN.replace("{place}, ", ""), [FaultKind.MISSING_PLACE]),
        (Template.OFFER, OWN.replace("1=да ", ""), [FaultKind.MISSING_ANSWER]),
        (Template.OFFER, OWN.replace(" 2=нет", ""), [FaultKind.MISSING_ANSWER]),
        (Template.OFFER, f"{OWN} {{address}}", [FaultKind.UNKNOWN_PLACE]),
        (Template.OFFER, f"{OWN} [{{name}}", [FaultKind.BRACKETS]),
        (Template.OFFER, f"{OWN} {{name", [FaultKind.BRACKETS]),
        (Template.OFFER, f"{OWN} www.evil.ru", [FaultKind.LINK]),
        (Template.OFFER, f"{OWN} evil.shop", [FaultKind.LINK]),
        (Template.OFFER, OWN.replace("{when}, {place}", "{when}.{place}"), [FaultKind.LINK]),
        (Template.OFFER, f"{OWN} https://evil", [FaultKind.LINK]),
        (Template.OFFER, f"{OWN} +7 921 123-45-67", [FaultKind.NUMBER]),
        (Template.OFFER, f"STOP. {OWN}", [FaultKind.CARRIER_WORD]),
        (Template.OFFER, f"{OWN}, отписка: СТОП", [FaultKind.CARRIER_WORD]),
        (Template.OFFER, f"{OWN}\nи ещё", [FaultKind.UNSEEN]),
        (Template.OFFER, f"{OWN}\u202e", [FaultKind.UNSEEN]),
        (Template.OFFER, OWN + " а" * 300, [FaultKind.TOO_LONG]),
        (Template.OFFER, OWN + " а" * 110, [FaultKind.TOO_MANY_SEGMENTS]),
        (
            Template.NO_SHOW,
            "Не пришли {when}[, штраф {amount}]. Код {code}",
            [FaultKind.MISSING_WORD],
        ),
        (Template.NO_SHOW, "Не пришли {when}[, штраф {amount}]. Ответ: спор {code}", []),
        (Template.NO_SHOW, "Не пришли {when}. Ответ: СПОР {code}", [FaultKind.MISSING_PLACE]),
        (Template.STOP_CONFIRMED, "Больше не пишем.", [FaultKind.MISSING_WORD]),
        (Template.STOP_CONFIRMED, "Больше не пишем. Снова заявки - СТАРТ", []),
        (Template.WORKER_LINK, "Ваша страница", [FaultKind.MISSING_PLACE]),
    ],
)
def test_what_is_wrong_with_a_text(template: Template, body: str, kinds: list[FaultKind]) -> None:
    assert [fault.kind for fault in faults_of(template, RU, body)] == kinds


@given(st.sampled_from(Template), st.sampled_from(Language), st.text(max_size=80))
def test_any_text_is_judged_and_previewed_without_an_error(template: Template, language: Language, body: str) -> None:
    seen = preview(template, language, body, samples(template, language))
    assert "".join(piece.text for part in seen.pieces for piece in part) == seen.text
    assert len(seen.pieces) == seen.segments
    assert bool(seen.forced) is (seen.encoding is Encoding.UCS2)


def test_the_preview_counts_and_shows_what_costs() -> None:
    plain = preview(Template.OFFER, Language.UZ, _house(Template.OFFER, Language.UZ), {}, price_minor=300)
    assert plain.text == _house(Template.OFFER, Language.UZ), "what cannot be filled in is measured as it stands"
    values = samples(Template.OFFER, Language.UZ)
    house = preview(Template.OFFER, Language.UZ, _house(Template.OFFER, Language.UZ), values, price_minor=300)
    assert (house.encoding, house.segments, house.cost_minor, house.forced) == (Encoding.GSM7, 1, 300, ())
    long = "Hurmatli hamkasbimiz, sizni ishga taklif qilamiz! "
    dear = preview(
        Template.OFFER, Language.UZ, f"“{long}” {_house(Template.OFFER, Language.UZ)}", values, price_minor=300
    )
    assert (dear.encoding, dear.segments, dear.cost_minor) == (Encoding.UCS2, 2, 600)
    assert dear.forced == ("“", "”")
    assert [piece.text for part in dear.pieces for piece in part if piece.dear] == ["“", "”"]
    latin = preview(Template.OFFER, RU, _house(Template.OFFER, RU), samples(Template.OFFER, RU), in_latin=True)
    assert (latin.encoding, latin.segments, latin.faults) == (Encoding.GSM7, 1, ())
    assert latin.text == "pogruzka vt 24.11 09:00-18:00, Sadovaya ulitsa, 38, 250r/ch. Kod 31: 1=da 2=net"


async def test_an_own_text_goes_out_and_the_house_comes_back(
    app_db: Database, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    assert await say(app_db, stage.franchise_id, OWN) == 1
    async with app_db.begin(stage.franchise_id, ACTOR) as uow:
        assert (await wording_of(uow)).own == {(Template.OFFER, RU): OWN}
    await place(jobs_db, stage, 2, another_day())
    await run_lane(jobs_db)
    bodies = [row["body"] for row in await owner.fetch("SELECT body FROM messages WHERE template = 'offer'")]
    assert bodies
    assert all("платим 100р за час" in body for body in bodies)
    assert await say(app_db, stage.franchise_id, None, 1) == 2
    async with app_db.begin(stage.franchise_id, ACTOR) as uow:
        assert (await wording_of(uow)).own == {}
        told = [(one.version, one.body, one.created_by) for one in await history_of(uow, Template.OFFER, RU)]
    assert told == [(2, None, ACTOR), (1, OWN, ACTOR)]


async def test_a_text_that_lacks_something_is_not_kept(app_db: Database, settings: Settings) -> None:
    franchise = await make_franchise(settings)
    with pytest.raises(OwnTextUnfit) as unfit:
        await say(app_db, franchise.id, "Приходите! STOP")
    assert {fault["kind"] for fault in unfit.value.fields["faults"]} >= {"missing_place", "carrier_word"}  # type: ignore[attr-defined]
    async with app_db.begin(franchise.id, ACTOR) as uow:
        assert await own_texts_of(uow) == {}
        assert await wording_of(uow) is HOUSE


async def test_of_two_who_change_one_text_the_second_is_told(app_db: Database, settings: Settings) -> None:
    franchise = await make_franchise(settings)
    others = f"{OWN}."
    outcomes = await asyncio.gather(
        *(say(app_db, franchise.id, body) for body in (OWN, others)), return_exceptions=True
    )
    assert sorted(map(type, outcomes), key=str) == sorted((int, OwnTextChanged), key=str)
    with pytest.raises(OwnTextChanged):
        await say(app_db, franchise.id, others, 7)
    assert await say(app_db, franchise.id, others, 1) == 2


async def test_what_no_longer_fits_is_said_as_the_house_says_it(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    franchise = await make_franchise(settings)
    await say(app_db, franchise.id, OWN)
    await owner.execute(
        """INSERT INTO own_texts SELECT franchise_id, template, language, 2, 'Есть {job}, код {code}', 'x', created_at
           FROM own_texts WHERE franchise_id = $1""",
        franchise.id,
    )
    await owner.execute("UPDATE text_settings SET stamp = gen_random_uuid() WHERE franchise_id = $1", franchise.id)
    values = samples(Template.OFFER, RU)
    with capture_logs() as logs:
        async with app_db.begin(franchise.id, ACTOR) as uow:
            assert (await wording_of(uow)).render(Template.OFFER, RU, **values) == render(Template.OFFER, RU, **values)
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["own_text_unfit"]
    with capture_logs() as logs:
        unread = Wording({(Template.OFFER, RU): "Есть {job}, код {code}"})
        assert unread.render(Template.OFFER, RU, **values) == render(Template.OFFER, RU, **values)
    assert [log["event"] for log in logs] == ["own_text_unfit"]


async def test_latin_letters_are_a_choice_of_the_franchise(app_db: Database, settings: Settings) -> None:
    franchise = await make_franchise(settings)
    async with app_db.begin(franchise.id, ACTOR) as uow:
        await set_in_latin(uow, in_latin=True)
        assert (await wording_of(uow)).render(Template.DECLINED_OK, "ru") == "Ponyatno, spasibo za otvet"
    await say(app_db, franchise.id, OWN)
    async with app_db.begin(franchise.id, ACTOR) as uow:
        wording = await wording_of(uow)
        assert wording.in_latin, "another change leaves it as it is"
        await set_in_latin(uow, in_latin=False)
        assert not (await wording_of(uow)).in_latin


async def test_a_change_taken_back_is_nowhere_kept(app_db: Database, settings: Settings) -> None:
    franchise = await make_franchise(settings)

    async def change_of_mind() -> None:
        async with app_db.begin(franchise.id, ACTOR) as uow:
            await change_own_text(uow, Template.OFFER, RU, ChangeOwnText(body=OWN, based_on=0))
            assert (await wording_of(uow)).own
            raise RuntimeError("never mind")

    with pytest.raises(RuntimeError, match="never mind"):
        await change_of_mind()
    await say(app_db, franchise.id, f"{OWN}!")
    async with app_db.begin(franchise.id, ACTOR) as uow:
        assert (await wording_of(uow)).own == {(Template.OFFER, RU): f"{OWN}!"}


async def test_nobody_sees_or_changes_the_texts_of_another(app_db: Database, settings: Settings) -> None:
    mine, theirs = await make_franchise(settings), await make_franchise(settings)
    await say(app_db, theirs.id, OWN)
    async with app_db.begin(mine.id, ACTOR) as uow:
        assert await own_texts_of(uow) == {}
        assert await wording_of(uow) is HOUSE
        assert await uow.fetchval("SELECT count(*) FROM own_texts") == 0
        assert await uow.run("UPDATE text_settings SET in_latin = true") == 0


@pytest.mark.parametrize("count", [2, 9])
async def test_a_wave_reads_the_wording_once_whatever_its_number(
    app_db: Database, jobs_db: Database, stage: Stage, count: int
) -> None:
    order = await place(jobs_db, stage, 1, another_day())
    await run_lane(jobs_db)
    statements: list[str] = []

    def note(record: Any) -> None:  # noqa: ANN401 - the driver's own
        statements.append(record.query)

    async with app_db.begin(stage.franchise_id, ACTOR) as uow:
        connection = await uow.raw()
        connection.add_query_logger(note)
        asked = await start_wave(uow, order.shifts[0].id, StartWave(count=count))
        connection.remove_query_logger(note)
    assert asked == count
    assert len([one for one in statements if "text_settings" in one]) == 1
    assert [one for one in statements if "own_texts" in one] == [], "kept by their stamp"
