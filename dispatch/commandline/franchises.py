"""`dispatch franchises`: found a franchise with a complete policy, and list those there are."""

import asyncio
from typing import Annotated, Any

import typer

from dispatch.commandline.doors import ACTOR, owner_database
from dispatch.commandline.output import AsJson, print_facts, print_json, print_table, say
from dispatch.commandline.root import command_of
from dispatch.commandline.settings import settings
from dispatch.commandline.towns import town_of
from dispatch.kit.money import Currency
from dispatch.tenancy.commands import OpenFranchise
from dispatch.tenancy.models import Franchise, FranchiseKind
from dispatch.tenancy.presets import PRESETS
from dispatch.tenancy.service import open_franchise

app = typer.Typer(no_args_is_help=True, help="Franchises of the network: found, list.")


@app.command()
def found(
    slug: Annotated[str, typer.Argument(help="Short name: a-z, 0-9 and hyphens.", metavar="SLUG", show_default=False)],
    name: Annotated[str, typer.Option(help="What it is called.", show_default=False)],
    city: Annotated[str, typer.Option(help="Where it is.", show_default=False)],
    preset: Annotated[str, typer.Option(help=f"Its first policy: {', '.join(sorted(PRESETS))}.")] = "personal-solution",
    zone: Annotated[str | None, typer.Option(help="IANA time zone; by default the city's.", metavar="ZONE")] = None,
    lat: Annotated[float | None, typer.Option(help="Degrees WGS 84; by default the city's middle.")] = None,
    lon: Annotated[float | None, typer.Option(help="Degrees WGS 84; by default the city's middle.")] = None,
    country: Annotated[str, typer.Option(help="Where the city is looked up, ISO 3166, two letters.")] = "RU",
    currency: Annotated[Currency, typer.Option(help="Of its prices and books.")] = Currency.RUB,
    kind: Annotated[FranchiseKind, typer.Option(help="An agency, or the network's head office.")] = (
        FranchiseKind.FRANCHISE
    ),
    *,
    as_json: AsJson = False,
) -> None:
    """Found a franchise. It then needs an owner's account, a gateway account, prices and people."""
    town = town_of(city, country, zone=zone, lat=lat, lon=lon)
    command = command_of(
        OpenFranchise,
        slug=slug,
        name=name,
        city=city,
        preset=preset,
        currency=currency,
        kind=kind,
        zone=town.zone,
        lat=town.lat,
        lon=town.lon,
    )

    async def work() -> Franchise:
        async with owner_database(settings()) as database, database.begin(None, ACTOR) as uow:
            return await open_franchise(uow, command)

    franchise = asyncio.run(work())
    if as_json:
        print_json(_facts(franchise))
    else:
        print_facts(_facts(franchise))
        say(f"Next: dispatch users create LOGIN -f {slug} --role owner --name NAME")
        say(f"      dispatch accounts add -f {slug} --gateway twilio --number NUMBER --sid SID")


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List the franchises of the network."""

    async def work() -> list[dict[str, Any]]:
        async with owner_database(settings()) as database, database.begin(None, ACTOR) as uow:
            rows = await uow.fetch(
                "SELECT id, slug, name, city, zone, currency, kind, status FROM franchises ORDER BY slug"
            )
        return [dict(row) for row in rows]

    rows = asyncio.run(work())
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("slug", "name", "city", "zone", "status"),
            [(row["slug"], row["name"], row["city"], row["zone"], row["status"]) for row in rows],
            empty="There is no franchise: `dispatch franchises found` founds one.",
        )


def _facts(franchise: Franchise) -> dict[str, object]:
    return {
        "id": franchise.id,
        "slug": franchise.slug,
        "name": franchise.name,
        "city": franchise.city,
        "zone": franchise.zone,
        "currency": franchise.currency,
        "kind": franchise.kind,
    }
