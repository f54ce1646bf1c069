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
        "own_texts": "a text",
        "text_settings": "letters of texts",
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
        "saved_filters": "a kept filter",
        "recruits": "an applicant",
        "worker_links": "a worker's link",
        "telephone_lines": "a telephone line",
        "interviews": "an interview",
    }
)
"""Table -> its word."""

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accept_no": "said no",
        "accept_yes": "said yes",
        "actor": "who",
        "at": "when",
        "attendance_source": "who takes the list",
        "borrower_id": "lent to",
        "cap_shifts_left": "shifts until uncapped",
        "capped_until": "capped until",
        "changed_at": "changed",
        "consent_at": "agreed to offers",
        "continued_by": "goes on as",
        "continued_on": "goes on from",
        "curator_id": "looked after by",
        "cycle_anchor": "first day of the cycle",
        "daily_offers": "offers a day",
        "daily_cap_minor": "at most in 24 hours",
        "days_off": "days off",
        "days_on": "days on",
        "due_at": "due",
        "engagement": "contract",
        "external_id": "external id",
        "fee_percent": "fee, %",
        "finished_at": "finished",
        "forbids_tier_c": "sends back tier C",
        "from_time": "not before",
        "holidays": "public holidays",
        "hourly_cap_minor": "at most in an hour",
        "import_id": "import",
        "in_latin": "in Latin letters",
        "invitable": "may be invited",
        "lane": "queue",
        "last_error": "last error",
        "leased_until": "taken until",
        "local_end": "until, on site",
        "local_start": "from, on site",
        "location_quality": "how exact the address is",
        "may_order": "may order",
        "meeting_location": "meeting point on the map",
        "min_tier": "lowest tier",
        "moved_at": "moved",
        "n": "number",
        "next_on": "next on",
        "next_what": "what is next",
        "order_id": "order",
        "over_invite": "how many are invited",
        "photo_sha256": "photo",
        "prefixes": "numbers texted",
        "radius_m": "goes as far as, m",
        "rate_card_id": "price",
        "rating_at": "rating reckoned",
        "recipient": "who gets it",
        "seat_reserve_percent": "kept for booked people, %",
        "sent_at": "sent",
        "series_id": "series",
        "sha256": "file",
        "shared": "for everybody",
        "shift_id": "shift",
        "short_rest_ok": "short rest is fine",
        "show_no": "did not come",
        "show_yes": "came",
        "slug": "short name",
        "starts_on": "first day",
        "to_time": "ends by",
        "total_minor": "sum",
        "urgent_ok": "urgent is fine",
        "urgent_reason": "why urgent",
        "vetted_at": "vetted",
        "worker_ids": "who is on it",
    }
)
"""Column -> its words, where its name says it badly; every other column is known to the catalogues by its name."""

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
        "own_texts",
        "text_settings",
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
