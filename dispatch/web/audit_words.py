"""What audited things are called on the page of the audit, and what of them is somebody's own affair."""

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
        "client_notes": "a note about a client",
        "pass_rules": "rules for passes",
        "pass_lists": "a list for passes",
        "worker_pass_facts": "what a pass needs of a worker",
        "rate_cards": "a rate card",
        "orders": "an order",
        "series": "a series",
        "series_exceptions": "a deviation of a series",
        "exports": "a list taken home",
        "saved_filters": "a saved filter",
        "recruits": "an applicant",
        "worker_links": "a worker's link",
        "telephone_lines": "a telephone line",
        "interviews": "an interview",
    }
)
"""Table -> its word."""

NOBODYS: Final = frozenset(
    {
        "franchises",
        "policy_versions",
        "network_policy_versions",
        "entitlements",
        "lending_grants",
        "second_factors",
        "api_tokens",
        "sms_accounts",
        "outbox",
        "duty_turns",
        "rate_cards",
        "exports",
    }
)
"""Tables that hold nothing about workers or clients. Of all others, who may not see people sees figures, moments, ids
and words of ours alone: a new table shows him nothing before somebody thought about it."""

SEALED: Final = frozenset({"worker_pass_facts"})
"""Tables whose contents nobody sees here: papers are looked at where each look is written down."""

FREE_TEXT: Final = frozenset(
    {"note", "reason", "address", "number", "answers", "asked", "next_what", "meeting_point", "source", "region"}
)
"""Fields in which somebody wrote what he liked, though it may look like a word of ours."""
