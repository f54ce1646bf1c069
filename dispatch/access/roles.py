"""What each role may do, as one readable table. Pure.

A permission is about one resource and one kind of act; a route asks for exactly one. Which franchise's rows are touched
is never decided here: that is the tenant of the caller, held by the database.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a staff account or an API token is for."""

    DISPATCHER = "dispatcher"
    FOREMAN = "foreman"
    RECRUITER = "recruiter"
    ACCOUNTANT = "accountant"
    OWNER = "owner"
    HQ = "hq"
    CALL_CENTRE = "call_centre"
    OPERATOR = "operator"
    CLIENT = "client"


class Permission(StrEnum):
    """One kind of act on one resource."""

    ORDERS_READ = "orders_read"
    """Orders, shifts, invitations, seats, timeline."""
    ORDERS_WRITE = "orders_write"
    """Place, change and cancel orders and series."""
    QUOTES_READ = "quotes_read"
    RATES_WRITE = "rates_write"
    MATCHING_READ = "matching_read"
    """Preview a ranking and ask why somebody is in it or not."""
    SHIFTS_OPERATE = "shifts_operate"
    """Pause, resume, invite by hand, release, take over."""
    ATTENDANCE_READ = "attendance_read"
    ATTENDANCE_WRITE = "attendance_write"
    """Say who is on site and who is not, as a named person."""
    SHIFTS_CLOSE = "shifts_close"
    """Approve hours, which makes bill and pay."""
    SHIFTS_EXCUSE = "shifts_excuse"
    """Withhold or reverse the marks of a whole shift."""

    WORKERS_READ = "workers_read"
    WORKERS_WRITE = "workers_write"
    WORKERS_IMPORT = "workers_import"
    WORKERS_VET = "workers_vet"
    """Attest vetting and consent, one by one or in bulk."""
    CONTACTS_REVEAL = "contacts_reveal"
    """See a phone in full; every reveal is written down."""
    STANDINGS_WRITE = "standings_write"
    """Suspend, exclude, restore."""
    MARKS_READ = "marks_read"
    MARKS_WRITE = "marks_write"
    FINES_READ = "fines_read"
    FINES_DECIDE = "fines_decide"
    """Uphold or void an appeal."""

    CLIENTS_READ = "clients_read"
    CLIENTS_WRITE = "clients_write"
    """Companies, their people and sites."""
    DO_NOT_RETURN_WRITE = "do_not_return_write"

    MESSAGES_READ = "messages_read"
    MESSAGES_SEND = "messages_send"
    INBOX_WORK = "inbox_work"
    """Answer what no rule could place, and take calls off the list."""
    ALARMS_READ = "alarms_read"
    ALARMS_ACK = "alarms_ack"
    EVENTS_READ = "events_read"
    FILES_READ = "files_read"
    FILES_WRITE = "files_write"

    MONEY_READ = "money_read"
    MONEY_WRITE = "money_write"
    """Payouts, invoices, credit notes."""

    FRANCHISE_READ = "franchise_read"
    """The own franchise and its policy."""
    FRANCHISE_WRITE = "franchise_write"
    POLICIES_WRITE = "policies_write"
    LENDING_WRITE = "lending_write"
    USERS_ADMIN = "users_admin"
    TOKENS_ADMIN = "tokens_admin"
    AUDIT_READ = "audit_read"

    LEADS_READ = "leads_read"
    LEADS_WRITE = "leads_write"
    NETWORK_READ = "network_read"
    """Figures of every franchise; never contacts."""
    NETWORK_PEOPLE_READ = "network_people_read"
    """Everybody's people by id, ring and rating."""
    NETWORK_WRITE = "network_write"
    """Franchises, territories, network-wide policy and bans."""
    OPERATIONS_READ = "operations_read"
    """Queues, processes and gateways of the whole installation: counts and kinds, nobody's data."""
    OPERATIONS_WRITE = "operations_write"
    """Retry or drop a job that failed."""


P = Permission

_SEES_WORK: Final = frozenset({P.ORDERS_READ, P.ATTENDANCE_READ, P.FRANCHISE_READ, P.EVENTS_READ, P.FILES_READ})
_SEES_PEOPLE: Final = frozenset({P.WORKERS_READ, P.MARKS_READ, P.FINES_READ})

_DISPATCHES: Final = (
    _SEES_WORK
    | _SEES_PEOPLE
    | {
        P.ORDERS_WRITE,
        P.QUOTES_READ,
        P.MATCHING_READ,
        P.SHIFTS_OPERATE,
        P.SHIFTS_CLOSE,
        P.SHIFTS_EXCUSE,
        P.ATTENDANCE_WRITE,
        P.CONTACTS_REVEAL,
        P.MARKS_WRITE,
        P.CLIENTS_READ,
        P.CLIENTS_WRITE,
        P.DO_NOT_RETURN_WRITE,
        P.MESSAGES_READ,
        P.MESSAGES_SEND,
        P.INBOX_WORK,
        P.ALARMS_READ,
        P.ALARMS_ACK,
        P.FILES_WRITE,
        P.LEADS_READ,
    }
)

_RECRUITS: Final = (
    _SEES_WORK
    | _SEES_PEOPLE
    | {
        P.WORKERS_WRITE,
        P.WORKERS_IMPORT,
        P.WORKERS_VET,
        P.CONTACTS_REVEAL,
        P.MESSAGES_READ,
        P.MESSAGES_SEND,
        P.INBOX_WORK,
        P.ALARMS_READ,
        P.FILES_WRITE,
        P.LEADS_READ,
        P.LEADS_WRITE,
    }
)

_COUNTS_MONEY: Final = (
    _SEES_WORK
    | _SEES_PEOPLE
    | {P.MONEY_READ, P.MONEY_WRITE, P.SHIFTS_CLOSE, P.QUOTES_READ, P.CLIENTS_READ, P.FILES_WRITE}
)

_OWNS: Final = (
    _DISPATCHES
    | _RECRUITS
    | _COUNTS_MONEY
    | {
        P.RATES_WRITE,
        P.STANDINGS_WRITE,
        P.FINES_DECIDE,
        P.FRANCHISE_WRITE,
        P.POLICIES_WRITE,
        P.LENDING_WRITE,
        P.USERS_ADMIN,
        P.TOKENS_ADMIN,
        P.AUDIT_READ,
    }
)

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.DISPATCHER: _DISPATCHES,
        Role.FOREMAN: _SEES_WORK | {P.ATTENDANCE_WRITE, P.WORKERS_READ, P.ALARMS_READ, P.FILES_WRITE},
        Role.RECRUITER: _RECRUITS,
        Role.ACCOUNTANT: _COUNTS_MONEY,
        Role.OWNER: _OWNS,
        # HQ sees figures, decides standing and appeals of its own people, and never a guest's contacts.
        Role.HQ: _SEES_WORK
        | _SEES_PEOPLE
        | {
            P.MONEY_READ,
            P.CLIENTS_READ,
            P.LEADS_READ,
            P.LEADS_WRITE,
            P.STANDINGS_WRITE,
            P.FINES_DECIDE,
            P.ALARMS_READ,
            P.AUDIT_READ,
            P.NETWORK_READ,
            P.NETWORK_PEOPLE_READ,
            P.NETWORK_WRITE,
            P.OPERATIONS_READ,
        },
        Role.CALL_CENTRE: frozenset(
            {P.FRANCHISE_READ, P.LEADS_READ, P.LEADS_WRITE, P.QUOTES_READ, P.CLIENTS_READ, P.NETWORK_READ}
        ),
        # The operator keeps the machine running: accounts and events, no worker's or client's data.
        Role.OPERATOR: frozenset(
            {
                P.FRANCHISE_READ,
                P.FRANCHISE_WRITE,
                P.POLICIES_WRITE,
                P.USERS_ADMIN,
                P.TOKENS_ADMIN,
                P.AUDIT_READ,
                P.EVENTS_READ,
                P.ALARMS_READ,
                P.ALARMS_ACK,
                P.NETWORK_READ,
                P.NETWORK_WRITE,
                P.OPERATIONS_READ,
                P.OPERATIONS_WRITE,
            }
        ),
        # A client's account will see its own orders only; until a route can hold it to those it may do nothing.
        Role.CLIENT: frozenset(),
    }
)
"""Role -> everything it may do."""

GRANTABLE: Final[Mapping[Role, frozenset[Role]]] = MappingProxyType(
    {
        Role.OWNER: frozenset(
            {Role.DISPATCHER, Role.FOREMAN, Role.RECRUITER, Role.ACCOUNTANT, Role.OWNER, Role.CLIENT}
        ),
        Role.OPERATOR: frozenset(Role),
    }
)
"""Role -> the roles it may give to accounts and tokens: nobody raises himself or others above his own franchise."""


def can(role: Role, permission: Permission) -> bool:
    """Tell whether the role may do it."""
    return permission in PERMISSIONS[role]


def may_grant(granter: Role, role: Role) -> bool:
    """Tell whether accounts and tokens of `role` may be made or changed by `granter`."""
    return role in GRANTABLE.get(granter, frozenset())
