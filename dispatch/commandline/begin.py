"""`dispatch begin`: from an empty installation to an owner who can sign in, by a handful of questions."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from dispatch.commandline.accounts import addresses_of, secret_in
from dispatch.commandline.begin_questions import MODES, PRESETS, SIMULATOR, Answers, Given, ask_all
from dispatch.commandline.beginning import Begun, There, begin, there
from dispatch.commandline.doors import ACTOR, owner_database
from dispatch.commandline.guide import Guide, Refusal
from dispatch.commandline.links import password_page
from dispatch.commandline.output import AsJson, print_facts, print_json
from dispatch.commandline.root import ExitCode
from dispatch.commandline.settings import settings, settings_file
from dispatch.kit.phones import mask_phone
from dispatch.local.env_file import decide
from dispatch.settings import SendingMode, Settings
from dispatch.sms.gateways.base import Account
from dispatch.sms.gateways.registry import GATEWAYS
from dispatch.web.languages import Language

app = typer.Typer()

_MODE: Final = "DISPATCH_SMS__MODE"
_LISTED: Final = "DISPATCH_SMS__ALLOW_LIST"

Answer = str | None


@app.command()
def begin_command(
    *,
    name: Annotated[Answer, typer.Option(help="What the franchise is called.")] = None,
    city: Annotated[Answer, typer.Option(help="Where it is; gives its time zone and middle.")] = None,
    zone: Annotated[Answer, typer.Option(help="IANA time zone, instead of the city's.")] = None,
    lat: Annotated[float | None, typer.Option(help="Degrees WGS 84, instead of the city's middle.")] = None,
    lon: Annotated[float | None, typer.Option(help="Degrees WGS 84, instead of the city's middle.")] = None,
    country: Annotated[str, typer.Option(help="Where the city is looked up, ISO 3166, two letters.")] = "RU",
    rules: Annotated[Answer, typer.Option(help=f"Its first policy: {', '.join(PRESETS)}.")] = None,
    owner_name: Annotated[Answer, typer.Option(help="Who owns it.")] = None,
    owner_login: Annotated[Answer, typer.Option(help="What he types to sign in.")] = None,
    owner_phone: Annotated[Answer, typer.Option(help="His mobile phone; empty for none.")] = None,
    sending: Annotated[Answer, typer.Option(help=f"Whether texts leave: {', '.join(MODES)}.")] = None,
    number: Annotated[Answer, typer.Option(help="What texts leave from; empty for later.")] = None,
    gateway: Annotated[Answer, typer.Option(help=f"Whose number it is: {', '.join(GATEWAYS)}.")] = None,
    sid: Annotated[Answer, typer.Option(help="The gateway's name for the account.")] = None,
    secret_file: Annotated[Path | None, typer.Option(help="Read its secret there; - is standard input.")] = None,
    address: Annotated[
        Answer, typer.Option(help="What people type into a browser; by default DISPATCH_HTTP__PUBLIC_URL.")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="Of the questions; by default the terminal's.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what is not given is as it is by default.")] = False,
    as_json: AsJson = False,
) -> None:
    """Begin here: found the first franchise with its owner, by questions or by options. Safe to run twice.

    It asks for name and city, rules, the owner, whether texts leave, and the number they leave from. Nothing is written
    before you agreed to all of it; then all of it is, or nothing. It ends with a link, good for a day and once, by
    which the owner sets his password. Where somebody began already it says so and changes nothing.
    """
    guide, chosen = Guide(language, asks=not yes), settings()
    found = asyncio.run(_look(chosen))
    if found is not None:
        _tell_there(guide, found, as_json=as_json)
        return
    given = Given(
        name=name, city=city, zone=zone, lat=lat, lon=lon, country=country, rules=rules, owner_name=owner_name,
        owner_login=owner_login, owner_phone=owner_phone, sending=sending, number=number, gateway=gateway, sid=sid,
        secret=secret_in(secret_file) if secret_file is not None else None,
    )  # fmt: skip
    try:
        answers = _ask(guide, given)
    except typer.Abort:
        guide.say("Nothing was changed.")
        raise typer.Exit(ExitCode.FAILED) from None
    done = asyncio.run(_do(chosen, answers))
    if isinstance(done, There):  # somebody began while we were asking
        _tell_there(guide, done, as_json=as_json)
    else:
        _tell(guide, chosen, answers, done, base=address or chosen.http.public_url, as_json=as_json)


async def _look(chosen: Settings) -> There | None:
    async with owner_database(chosen) as database, database.begin(None, ACTOR) as uow:
        return await there(uow)


def _ask(guide: Guide, given: Given) -> Answers:
    guide.say(
        "This founds the first franchise of this installation: what it is called and where it is, its rules, its "
        "owner, whether texts leave, and the number they leave from."
    )
    guide.say("Nothing is written before you have seen all of it and agreed. Enter takes what stands in brackets.")
    answers = ask_all(guide, given, mode_set=_mode_set(given))
    franchise, owner, account = answers.franchise, answers.owner, answers.account
    guide.say("To be founded:")
    guide.say("  %(name)s in %(city)s, %(zone)s", name=franchise.name, city=franchise.city, zone=franchise.zone)
    guide.say("  rules: %(rules)s", rules=franchise.preset)
    phone = mask_phone(owner.phone) if owner.phone is not None else guide.words("no phone")
    guide.say("  owner: %(name)s, signs in as %(login)s, %(phone)s", name=owner.name, login=owner.login, phone=phone)
    guide.say("  texts: %(mode)s", mode=answers.mode)
    if account is None:
        guide.say("  number to text from: later")
    else:
        guide.say("  number to text from: %(number)s, %(gateway)s", number=account.number, gateway=account.gateway)
    if not guide.confirm("Do it?"):
        raise typer.Abort
    return answers


def _mode_set(given: Given) -> SendingMode | None:
    """Return the sending mode if the environment decides it, which goes before every file.

    Raises:
        Refusal: another one is asked for.
    """
    named = os.environ.get(_MODE)
    if named is None:
        return None
    if given.sending not in (None, named):
        raise Refusal("%(name)s is set to %(mode)s where this runs: set it there.", name=_MODE, mode=named)
    return SendingMode(named)


async def _do(chosen: Settings, answers: Answers) -> Begun | There:
    async with owner_database(chosen) as database, database.begin(None, ACTOR) as uow:
        done = await begin(uow, answers.franchise, answers.owner, answers.account)
        if isinstance(done, Begun):
            # Before the commit: a mode that cannot be kept founds nothing, and a mode alone does nothing.
            _keep_mode(answers)
        return done


def _keep_mode(answers: Answers) -> None:
    file = settings_file()
    if _MODE in os.environ or not file.exists():
        return
    listed = f'["{answers.owner.phone}"]' if answers.mode is SendingMode.ALLOW_LIST else "[]"
    decide(file, {_MODE: answers.mode, _LISTED: listed})


def _tell(guide: Guide, chosen: Settings, answers: Answers, done: Begun, *, base: str, as_json: bool) -> None:
    account = answers.account
    facts: dict[str, object] = {
        "begun": True,
        "franchise": answers.franchise.slug,
        "login": answers.owner.login,
        "sending": answers.mode,
        "address": base.rstrip("/"),
        "link": password_page(base, done.link_secret),
    }
    if account is not None and account.gateway == SIMULATOR:
        facts |= {"sid": account.sid, "secret": account.secret.get_secret_value()}
    if account is not None and done.account is not None:
        secret = account.secret.get_secret_value()
        facts |= addresses_of(Account(done.account.id, account.gateway, account.sid, secret, account.number), chosen)
    if as_json:
        print_json(facts)
        return
    print_facts({name: fact for name, fact in facts.items() if name != "begun"})
    if _MODE not in os.environ and not settings_file().exists():
        guide.say(
            "Set %(name)s=%(mode)s for dispatch serve and dispatch work: no file of settings is here.",
            name=_MODE,
            mode=answers.mode,
        )
    guide.say("Done. Now start dispatch serve, and in another terminal dispatch work; restart those that run already.")
    if account is not None:
        guide.say("Give the gateway the webhook, for incoming messages.")
    guide.say(
        "Open the link and set the owner's password: it is good for a day and once. The board says what comes next."
    )


def _tell_there(guide: Guide, found: There, *, as_json: bool) -> None:
    if as_json:
        print_json({"begun": False, "franchise": found.slug, "login": found.login, "franchises": found.franchises})
        return
    guide.say("%(name)s is there already (%(slug)s); nothing was changed.", name=found.name, slug=found.slug)
    if found.login is not None and not found.entered:
        guide.say("Its owner has not signed in yet. For a fresh link: dispatch users link %(login)s", login=found.login)
    guide.say("For another franchise: dispatch franchises found")
