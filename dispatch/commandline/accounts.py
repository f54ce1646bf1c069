"""`dispatch accounts`: gateway accounts, through which a franchise sends and receives texts."""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
from pydantic import SecretStr

from dispatch.commandline.doors import GATEWAY_ACCOUNTS, FranchiseSlug, in_franchise, in_franchise_of
from dispatch.commandline.output import AsJson, print_facts, print_json, print_table, say
from dispatch.commandline.root import command_of
from dispatch.commandline.settings import settings
from dispatch.kit.errors import Invalid
from dispatch.settings import Settings
from dispatch.sms.account_state import contract_of
from dispatch.sms.accounts import AddAccount, SmsAccount, accounts_of, add_account, set_enabled
from dispatch.sms.errors import GatewayUnknown
from dispatch.sms.gateways.base import Account
from dispatch.sms.gateways.registry import GATEWAYS, open_gateways

_SECRET_BYTES: Final = 16

app = typer.Typer(no_args_is_help=True, help="Gateway accounts of a franchise: add, list, enable, disable.")


class SecretUnreadable(Invalid):
    """The file that should hold the secret cannot be read as text."""


AccountId = Annotated[UUID, typer.Argument(help="As `dispatch accounts list` shows it.", metavar="ID")]


@app.command()
def add(
    franchise: FranchiseSlug,
    gateway: Annotated[str, typer.Option(help=f"One of: {', '.join(GATEWAYS)}.", show_default=False)],
    number: Annotated[str, typer.Option(help="What texts leave from, with +.", metavar="NUMBER", show_default=False)],
    sid: Annotated[
        str | None,
        typer.Option(
            help="The gateway's name for the account: Account SID (twilio), login or the word apikey (smsc), "
            "sendsms-user (kannel), any word (console); made up for the simulator.",
            metavar="SID",
        ),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(help="Read the secret there; - is standard input.", metavar="FILE"),
    ] = None,
    rate: Annotated[int, typer.Option(min=1, max=10_000, help="Texts a second it takes.")] = 10,
    price: Annotated[int, typer.Option(min=0, help="What a segment costs, in minor units.")] = 0,
    *,
    test: Annotated[bool, typer.Option("--test", help="No text through it reaches anybody.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add an account. Its secret is asked for, or read from a file; for the simulator it is made up and printed.

    The secret is the Auth Token (twilio), the password for the API or the key (smsc), the password of the sendsms-user
    (kannel), or anything (console). Then give the provider the addresses it prints.
    """
    if gateway not in open_gateways(settings()):
        raise GatewayUnknown(gateway)
    made_up = gateway == "simulator" and secret_file is None
    if made_up:
        secret = secrets.token_hex(_SECRET_BYTES)
    elif secret_file is None:
        secret = typer.prompt("Secret of the account", hide_input=True, err=True)
    else:
        secret = secret_in(secret_file)
    command = command_of(
        AddAccount,
        gateway=gateway,
        sid=sid or (f"AC{secrets.token_hex(_SECRET_BYTES)}" if gateway == "simulator" else ""),
        secret=SecretStr(secret),
        number=number,
        rate_per_s=rate,
        segment_price_minor=price,
        test=test,
    )

    async def work() -> SmsAccount:
        async with in_franchise(settings(), franchise) as uow:
            return await add_account(uow, command)

    account = asyncio.run(work())
    shown = {"secret": command.secret.get_secret_value()} if made_up else {}
    contract = Account(account.id, account.gateway, account.sid, command.secret.get_secret_value(), account.number)
    told = addresses_of(contract, settings())
    if as_json:
        print_json(_facts(account) | shown | told)
    else:
        print_facts({"id": account.id, "sid": account.sid, "number": account.number, **shown, **told})
        if made_up:
            say("The secret is shown this once; tell the simulator.")


@app.command("list")
def list_(franchise: FranchiseSlug, *, as_json: AsJson = False) -> None:
    """List the accounts of a franchise; the first enabled one is what new texts leave by."""

    async def work() -> Sequence[SmsAccount]:
        async with in_franchise(settings(), franchise) as uow:
            return await accounts_of(uow)

    found = asyncio.run(work())
    if as_json:
        print_json([_facts(account) for account in found])
    else:
        print_table(
            ("id", "gateway", "number", "a second", "reaches", "state"),
            [
                (a.id, a.gateway, a.number, a.rate_per_s, "nobody" if a.simulated else "people", _state(a))
                for a in found
            ],
            empty="This franchise has no account: `dispatch accounts add` gives it one.",
        )


@app.command()
def addresses(account_id: AccountId, *, as_json: AsJson = False) -> None:
    """Show what the provider must be told, so that its webhooks reach an account."""

    async def work() -> Account:
        async with in_franchise_of(settings(), GATEWAY_ACCOUNTS, account_id) as uow:
            return await contract_of(uow, account_id)

    told = addresses_of(asyncio.run(work()), settings())
    if as_json:
        print_json(told)
    else:
        print_facts(told)


@app.command()
def enable(account_id: AccountId, *, as_json: AsJson = False) -> None:
    """Let an account send and receive. Repeating changes nothing."""
    _set(account_id, enabled=True, as_json=as_json)


@app.command()
def disable(account_id: AccountId, *, as_json: AsJson = False) -> None:
    """Stop an account at once: it sends nothing and takes no webhooks. Repeating changes nothing."""
    _set(account_id, enabled=False, as_json=as_json)


def _set(account_id: UUID, *, enabled: bool, as_json: bool) -> None:
    async def work() -> SmsAccount:
        async with in_franchise_of(settings(), GATEWAY_ACCOUNTS, account_id) as uow:
            return await set_enabled(uow, account_id, enabled=enabled)

    account = asyncio.run(work())
    if as_json:
        print_json(_facts(account))
    else:
        say(f"The account of {account.number} is {_state(account)}.")


def secret_in(file: Path) -> str:
    """Return the secret that a file holds; - is standard input.

    Raises:
        SecretUnreadable: it cannot be read as text.
    """
    try:
        return (sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnreadable(f"The file of the secret cannot be read ({type(error).__name__}): {file}.") from error


def addresses_of(account: Account, installation: Settings) -> dict[str, object]:
    """Return what the provider of an account must be told, by name.

    Raises:
        GatewayUnknown: this installation has no adapter for it.
    """
    gateway = open_gateways(installation).get(account.gateway)
    if gateway is None:
        raise GatewayUnknown(account.gateway)
    told = gateway.hook_addresses(account)
    named = {"webhook": told.inbound, "receipts": told.status, "word": told.word}
    return {name: value for name, value in named.items() if value is not None}


def _facts(account: SmsAccount) -> dict[str, object]:
    return {
        "id": account.id,
        "gateway": account.gateway,
        "sid": account.sid,
        "number": account.number,
        "rate_per_s": account.rate_per_s,
        "segment_price_minor": account.segment_price_minor,
        "test": account.test,
        "simulated": account.simulated,
        "enabled": account.enabled,
        "created_at": account.created_at.isoformat(),
    }


def _state(account: SmsAccount) -> str:
    return "enabled" if account.enabled else "disabled"
