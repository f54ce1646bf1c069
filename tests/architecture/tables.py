"""Which folder owns which table: the second half of the map, for what the import contracts cannot see."""

import configparser
from typing import Final

from tests.architecture.sources import ROOT

OWNED: Final[dict[str, str]] = {
    "kit": "audit_log outbox beats files deployment exports status_moves alembic_version",
    "tenancy": "franchises policy_versions network_policy_versions entitlements lending_grants standings",
    "access": "staff_users sessions api_tokens login_attempts second_factors recovery_codes sign_ins password_resets",
    "sms": "phones phone_events sms_accounts sms_account_progress sms_account_health sms_spend questions messages "
    "own_texts text_settings inbound_messages dispositions inbox_items receipts",
    "geocoding": "geocodes geocoder_turns",
    "workers": "workers worker_contacts worker_lines phone_holders phone_reveals worker_documents worker_availability "
    "worker_absences attestations worker_imports worker_import_rejects saved_filters "
    "recruits interviews worker_links worker_pass_facts",
    "clients": "clients client_people client_notes sites do_not_return",
    "pricing": "rate_cards",
    "orders": "orders shifts timeline series series_exceptions series_days",
    "crew": "waves invitations seats attendance_lists no_shows call_results call_claims alarms contact_days site_marks "
    "lead_links held_places",
    "rating": "marks strikes fines fine_totals",
    "money": "accounts transfers timesheets",
    "staffing": "duty_turns telephone_lines incoming_calls pass_rules pass_lists",
    "api": "idempotency_keys",
}
OWNER_OF: Final[dict[str, str]] = {table: folder for folder, tables in OWNED.items() for table in tables.split()}


def levels() -> dict[str, int]:
    """Return the height of every folder on the map, read from the import contract; neighbours share one."""
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", encoding="utf-8")
    lines = contract["importlinter:contract:map"]["layers"].strip().splitlines()
    return {
        name.strip(" ()"): height
        for height, line in enumerate(reversed(lines))
        for name in line.replace(":", "|").split("|")
    }


LEVELS: Final = levels()


def may_read(folder: str, table: str) -> bool:
    """Whether a folder may read a table: its own, or one of a folder below it."""
    owner = OWNER_OF[table]
    return folder == owner or LEVELS[folder] > LEVELS[owner]
