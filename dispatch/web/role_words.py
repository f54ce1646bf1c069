"""What each permission means, in four groups, for the table of roles. A test wants every permission here once."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dispatch.access.roles import Permission

P = Permission

GROUPS: Final[Mapping[str, Sequence[Permission]]] = MappingProxyType(
    {
        "Orders and shifts": (
            P.ORDERS_READ,
            P.ORDERS_WRITE,
            P.QUOTES_READ,
            P.MATCHING_READ,
            P.SHIFTS_OPERATE,
            P.ATTENDANCE_READ,
            P.ATTENDANCE_WRITE,
            P.SHIFTS_CLOSE,
            P.SHIFTS_EXCUSE,
            P.ALARMS_READ,
            P.ALARMS_ACK,
            P.EVENTS_READ,
        ),
        "Workers": (
            P.WORKERS_READ,
            P.WORKERS_WRITE,
            P.WORKERS_IMPORT,
            P.WORKERS_VET,
            P.CONTACTS_REVEAL,
            P.STANDINGS_WRITE,
            P.MARKS_READ,
            P.MARKS_WRITE,
            P.FINES_READ,
            P.FINES_DECIDE,
        ),
        "Clients, texts and money": (
            P.CLIENTS_READ,
            P.CLIENTS_WRITE,
            P.DO_NOT_RETURN_WRITE,
            P.LEADS_READ,
            P.LEADS_WRITE,
            P.MESSAGES_READ,
            P.MESSAGES_SEND,
            P.INBOX_WORK,
            P.FILES_READ,
            P.FILES_WRITE,
            P.MONEY_READ,
            P.MONEY_WRITE,
            P.RATES_WRITE,
        ),
        "Franchise and network": (
            P.FRANCHISE_READ,
            P.FRANCHISE_WRITE,
            P.POLICIES_WRITE,
            P.LENDING_WRITE,
            P.USERS_ADMIN,
            P.TOKENS_ADMIN,
            P.AUDIT_READ,
            P.NETWORK_READ,
            P.NETWORK_PEOPLE_READ,
            P.NETWORK_WRITE,
            P.OPERATIONS_READ,
            P.OPERATIONS_WRITE,
        ),
    }
)
"""Heading -> its permissions, in the order of the table."""

MEANINGS: Final[Mapping[Permission, str]] = MappingProxyType(
    {
        P.ORDERS_READ: "See orders, shifts and what happened on them",
        P.ORDERS_WRITE: "Place, change and cancel orders",
        P.QUOTES_READ: "Ask what an order would cost",
        P.MATCHING_READ: "Ask why somebody is invited or not",
        P.SHIFTS_OPERATE: "Run a shift: invite by hand, pause, hand over",
        P.ATTENDANCE_READ: "See who came",
        P.ATTENDANCE_WRITE: "Say who came and who did not",
        P.SHIFTS_CLOSE: "Approve hours, which makes bill and pay",
        P.SHIFTS_EXCUSE: "Excuse everybody on a shift",
        P.ALARMS_READ: "See alarms and the duty roster",
        P.ALARMS_ACK: "Take alarms",
        P.EVENTS_READ: "Follow what happens, live",
        P.WORKERS_READ: "See workers",
        P.WORKERS_WRITE: "Add and change workers",
        P.WORKERS_IMPORT: "Import lists of workers",
        P.WORKERS_VET: "Attest vetting and consent",
        P.CONTACTS_REVEAL: "See a phone in full; each look is written down",
        P.STANDINGS_WRITE: "Suspend, exclude and restore workers",
        P.MARKS_READ: "See marks",
        P.MARKS_WRITE: "Give marks",
        P.FINES_READ: "See fines",
        P.FINES_DECIDE: "Decide about appeals against fines",
        P.CLIENTS_READ: "See clients and sites",
        P.CLIENTS_WRITE: "Add and change clients and sites",
        P.DO_NOT_RETURN_WRITE: "Keep a worker away from a client",
        P.LEADS_READ: "See leads",
        P.LEADS_WRITE: "Work on leads",
        P.MESSAGES_READ: "Read texts",
        P.MESSAGES_SEND: "Send texts",
        P.INBOX_WORK: "Work on the inbox",
        P.FILES_READ: "Open files",
        P.FILES_WRITE: "Upload files",
        P.MONEY_READ: "See money",
        P.MONEY_WRITE: "Write payouts, invoices and credit notes",
        P.RATES_WRITE: "Change the rate card",
        P.FRANCHISE_READ: "See the franchise and its rules",
        P.FRANCHISE_WRITE: "Change the franchise and its SMS gateways",
        P.POLICIES_WRITE: "Change the rules",
        P.LENDING_WRITE: "Lend workers to other franchises",
        P.USERS_ADMIN: "Manage users",
        P.TOKENS_ADMIN: "Manage API tokens",
        P.AUDIT_READ: "Read the audit",
        P.NETWORK_READ: "See figures of the whole network",
        P.NETWORK_PEOPLE_READ: "See everybody's workers by id, ring and rating",
        P.NETWORK_WRITE: "Change franchises, territories and network rules",
        P.OPERATIONS_READ: "See jobs and health of the installation",
        P.OPERATIONS_WRITE: "Retry and drop jobs",
    }
)
"""Permission -> what it lets somebody do."""
