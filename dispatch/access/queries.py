"""Reads of accounts, sessions and tokens."""

from typing import Final

PRINCIPAL: Final = "SELECT to_jsonb(p) FROM principal_of($1) AS p"
"""sha256 of a session or API token -> who that is now, as one JSON value; nothing when it is unknown or dead."""
