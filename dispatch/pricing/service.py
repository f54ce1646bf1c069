"""Rate cards as stored: versioned, one in force per service, found by id ever after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import holidays

from dispatch.kit.ids import new_id
from dispatch.kit.money import Currency
from dispatch.kit.uow import Uow
from dispatch.pricing.card import RateCard
from dispatch.pricing.errors import RateCardMissing
from dispatch.pricing.rules import TimeSpan

_COUNTRY: Final = {Currency.RUB: "RU", Currency.KZT: "KZ", Currency.HUF: "HU", Currency.USD: "US"}
"""Whose public holidays a price follows; a currency of many countries follows none."""


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A rate card and the id of its version."""

    id: UUID
    version: int
    card: RateCard


async def write_rate_card(uow: Uow, card: RateCard) -> StoredCard:
    """Put the next version of a service's rate card in force from now on; the one before stays for what it priced."""
    # Writers of one franchise take turns; the first version has no row of its own to lock.
    await uow.run("SELECT FROM franchises WHERE id = $1 FOR NO KEY UPDATE", uow.franchise_id)
    last = await uow.fetchrow(
        """SELECT id, version, body, upper_inf(valid) AS open FROM rate_cards
           WHERE franchise_id = $1 AND service = $2 ORDER BY version DESC LIMIT 1""",
        uow.franchise_id,
        card.service,
    )
    if last is not None and RateCard.model_validate(last["body"]) == card:
        return StoredCard(last["id"], last["version"], card)
    if last is not None:
        await uow.run(
            """UPDATE rate_cards
               SET valid = tstzrange(lower(valid), greatest($2, lower(valid) + interval '1 microsecond'))
               WHERE id = $1""",
            last["id"],
            uow.now,
        )
    stored = StoredCard(new_id(), 1 if last is None else last["version"] + 1, card)
    await uow.run(
        """INSERT INTO rate_cards (id, franchise_id, service, version, body, valid, author)
           SELECT $1, $2, $3, $4, $5,
                  tstzrange(greatest($6, (SELECT max(upper(c.valid)) FROM rate_cards c
                                          WHERE c.franchise_id = $2 AND c.service = $3)), NULL), $7""",
        stored.id,
        uow.franchise_id,
        card.service,
        stored.version,
        card.model_dump_json(),
        uow.now,
        uow.actor,
    )
    return stored


async def card_in_force(uow: Uow, service: str) -> StoredCard:
    """Return the rate card of a service in force now.

    Raises:
        RateCardMissing: this franchise has no price for it.
    """
    row = await uow.fetchrow(
        """SELECT id, version, body FROM rate_cards
           WHERE franchise_id = $1 AND service = $2 AND valid @> $3::timestamptz""",
        uow.franchise_id,
        service,
        uow.now,
    )
    if row is None:
        raise RateCardMissing(service)
    return StoredCard(row["id"], row["version"], RateCard.model_validate(row["body"]))


async def card_by_id(uow: Uow, card_id: UUID) -> StoredCard:
    """Return the rate card something was priced by."""
    row = await uow.fetchrow(
        "SELECT id, version, body FROM rate_cards WHERE franchise_id = $1 AND id = $2", uow.franchise_id, card_id
    )
    assert row is not None, "an order's foreign key keeps its rate card"
    return StoredCard(row["id"], row["version"], RateCard.model_validate(row["body"]))


async def cards_in_force(uow: Uow) -> list[StoredCard]:
    """Return all rate cards in force now, by service."""
    rows = await uow.fetch(
        """SELECT id, version, body FROM rate_cards WHERE franchise_id = $1 AND valid @> $2::timestamptz
           ORDER BY service""",
        uow.franchise_id,
        uow.now,
    )
    return [StoredCard(row["id"], row["version"], RateCard.model_validate(row["body"])) for row in rows]


def load_calendars() -> None:
    """Load the calendars of all countries priced in: a third of a second that no order should wait for."""
    for country in _COUNTRY.values():
        holidays.country_holidays(country)


def holidays_in(card: RateCard, spans: Sequence[TimeSpan]) -> set[date]:
    """Return the public holidays, on the site's calendar, of the years the spans touch."""
    years = {moment.astimezone(span.zone).year for span in spans for moment in (span.starts_at, span.ends_at)}
    return public_holidays(card.currency, years)


def public_holidays(currency: Currency, years: Iterable[int], region: str = "") -> set[date]:
    """Return the public holidays of the country whose prices are in this currency; none where it tells no country.

    Args:
        currency: of the rate card.
        years: on the calendar of the place.
        region: of the place; its own holidays are added where the calendar of the country knows it by this name.
    """
    country = _COUNTRY.get(currency)
    if country is None:
        return set()
    known = region in holidays.country_holidays(country).subdivisions
    return set(holidays.country_holidays(country, subdiv=region if known else None, years=sorted(set(years))))
