"""What audited things are called on the page of the audit, and which of their fields are somebody's own affair."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ENTITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "franchises": "the franchise",
        "policy_versions": "a rule",
        "network_policy_versions": "a rule of the network",
        "entitlements": "an entitlement",
        "lending_grants": "lending",
        "staff_users": "a user",
        "second_factors": "a second factor",
        "api_tokens": "an API token",
        "sms_accounts": "an SMS gateway",
        "outbox": "a job",
        "duty_turns": "a duty turn",
        "workers": "a worker",
        "worker_contacts": "a worker's contacts",
        "worker_documents": "a worker's document",
        "worker_availability": "a worker's availability",
        "worker_absences": "a worker's absence",
        "standings": "a worker's standing",
        "clients": "a client",
        "client_people": "somebody of a client",
        "sites": "a site",
        "do_not_return": "a do-not-return",
        "rate_cards": "a rate card",
        "orders": "an order",
        "series": "a series",
        "series_exceptions": "a deviation of a series",
        "exports": "a list taken home",
    }
)
"""Table -> its word."""

WITHHELD: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "staff_users": frozenset({"login", "phone", "name"}),
        "worker_contacts": frozenset(
            {
                "first_name",
                "last_name",
                "patronymic",
                "born_on",
                "phone_id",
                "address",
                "note",
                "external_id",
                "photo_sha256",
            }
        ),
        "workers": frozenset({"location"}),
        "worker_documents": frozenset({"number", "file_sha256", "note"}),
        "worker_absences": frozenset({"note", "reason"}),
        "standings": frozenset({"reason"}),
        "clients": frozenset({"note", "tax_number"}),
        "client_people": frozenset({"role", "phone", "name"}),
        "sites": frozenset({"address", "location", "meeting_point", "contact_name", "contact_phone"}),
        "do_not_return": frozenset({"reason"}),
        "orders": frozenset({"note"}),
        "duty_turns": frozenset(),
    }
)
"""Table -> fields that only those see who may see people, besides those that are personal by their name."""
