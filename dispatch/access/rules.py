"""Second factors as arithmetic: keys of authenticator apps, codes that are right at a moment, recovery codes. Pure.

A code is a TOTP of RFC 6238 in the form every authenticator app knows: six digits, SHA-1, steps of 30 seconds. The key
an app holds is not stored: as RFC 4226 (7.5) proposes, it is derived from a key of the installation and what is stored
for the account, so that a copy of the database alone makes no codes.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import pyotp

from dispatch.access.roles import Role

MUST_HAVE_SECOND_FACTOR: Final = frozenset({Role.OWNER, Role.HQ, Role.OPERATOR})
"""Who decides over other people's accounts, money or the network."""

STEP_S: Final = 30
DRIFT: Final = 1
"""So many steps before and after the present one are right, too: clocks of phones differ, and people type slowly."""

PHONE_STEP_S: Final = 300
"""A code for a phone is good in the step it was made in and in the next."""

RECOVERY_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base 32 without letters that look like figures or like one another."""

_KEY_BYTES: Final = 20
"""What RFC 4226 recommends."""
_DIGITS: Final = re.compile(r"[0-9]{6}", re.ASCII)
_LOOKALIKES: Final = str.maketrans({"o": "0", "i": "1", "l": "1"})
_GAPS: Final = re.compile(r"[\s\u2010-\u2015-]+")


def authenticator_key(installation_key: bytes, user_id: UUID, seed: bytes) -> str:
    """Return the key that an authenticator app is given, in base 32: 160 bits."""
    derived = hmac.new(installation_key, b"second factor" + user_id.bytes + seed, hashlib.sha256).digest()
    return base64.b32encode(derived[:_KEY_BYTES]).decode("ascii")


def step_at(epoch_s: float) -> int:
    """Return the number of the time step at a moment, in seconds since 1970."""
    return int(epoch_s // STEP_S)


def matching_step(key: str, code: str, now: int) -> int | None:
    """Return the time step whose code this is, of those right at the step `now`; None when it is none of theirs.

    All of them are compared, each in a time that tells nothing about where it differs.
    """
    totp = pyotp.HOTP(key)
    steps = range(now - DRIFT, now + DRIFT + 1)
    matching = [step for step in steps if hmac.compare_digest(totp.at(step).encode(), code.encode())]
    return max(matching, default=None)


def enrolment_address(key: str, login: str, issuer: str) -> str:
    """Return the `otpauth:` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(key, interval=STEP_S).provisioning_uri(name=login, issuer_name=issuer)


def typed_code(typed: str) -> str:
    """Return what somebody typed as it is compared: no gaps, small letters, lookalikes as the figures they are for."""
    return _GAPS.sub("", typed).lower().translate(_LOOKALIKES)


def is_timed(code: str) -> bool:
    """Tell whether it has the form of a code from an app; everything else is compared with recovery codes."""
    return _DIGITS.fullmatch(code) is not None


def recovery_digest(user_id: UUID, code: str) -> bytes:
    """Return what is stored of a recovery code; 80 random bits need no slow digest."""
    return hashlib.sha256(user_id.bytes + typed_code(code).encode("utf-8", "surrogatepass")).digest()


def phone_step_at(epoch_s: float) -> int:
    """Return the number of the time step of codes for phones, in seconds since 1970."""
    return int(epoch_s // PHONE_STEP_S)


def phone_code(installation_key: bytes, user_id: UUID, phone: str, step: int) -> str:
    """Return the six digits that prove a number, by the truncation of RFC 4226 (5.3) over SHA-256."""
    told = b"phone code" + user_id.bytes + phone.encode("ascii") + step.to_bytes(8, "big")
    digest = hmac.new(installation_key, told, hashlib.sha256).digest()
    at = digest[-1] & 0xF
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def same_code(typed: str, right: Sequence[str]) -> bool:
    """Tell whether what was typed is one of the right codes, in a time that tells nothing about where it differs."""
    code = typed_code(typed).encode("utf-8", "surrogatepass")
    return sum(hmac.compare_digest(code, each.encode()) for each in right) > 0
