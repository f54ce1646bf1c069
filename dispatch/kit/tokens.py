"""Secrets: random tokens that are stored as digests, and passwords that are stored as Argon2id.

A token carries 256 random bits, so one SHA-256 is enough and a lookup by digest is fast; a password is guessable, so
its digest is made slow on purpose (about a tenth of a second of one core) and runs in threads of its own.
"""

import asyncio
import hashlib
import hmac
import os
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from dispatch.kit.errors import TooMany

_ResultT = TypeVar("_ResultT")

_TOKEN_BYTES = 32
# RFC 9106, second recommended option (3 passes over 64 MiB), but one lane, so that one check takes one core.
_HASHER = PasswordHash((Argon2Hasher(time_cost=3, memory_cost=64 * 1024, parallelism=1),))
_AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
_WAITING_AT_MOST = 50
_PLACES = BoundedSemaphore(_AT_ONCE + _WAITING_AT_MOST)
_THREADS = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="argon2")


class PasswordsBusy(TooMany):
    """More passwords are waiting to be checked than the machine can check in a few seconds."""

    def __init__(self) -> None:
        super().__init__("Too many people are signing in at this moment; try again in five seconds.", retry_after=5)


def new_token(prefix: str) -> tuple[str, str]:
    """Return a new token and its digest: show the first once, store only the second.

    Args:
        prefix: a short word that says what the token opens, so that a leaked one can be recognised.

    Returns:
        `prefix_` + 43 URL-safe characters (256 random bits), and the SHA-256 of all of it in 64 hexadecimal digits.
    """
    plain = f"{prefix}_{secrets.token_urlsafe(_TOKEN_BYTES)}"
    return plain, hash_token(plain)


def hash_token(plain: str) -> str:
    """Return the SHA-256 of a token in hexadecimal, the form it is stored and looked up in."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def same_secret(one: str, other: str) -> bool:
    """Compare two secrets in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


async def hash_password(password: str) -> str:
    """Return the Argon2id string to store, salt and parameters included.

    Raises:
        PasswordsBusy: too many are waiting already.
    """
    return await _in_thread(lambda: _HASHER.hash(_prepared(password)))


async def verify_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Tell whether the password is the stored one, and what to store instead if its parameters are out of date.

    For an unknown user pass None: the same work is done against a digest nobody's password has, so that the time of
    the answer does not tell which users exist.

    Raises:
        PasswordsBusy: too many are waiting already.
        pwdlib.exceptions.UnknownHashError: `stored` is not an Argon2 string.
    """
    prepared = _prepared(password)
    if stored is None:
        await _in_thread(lambda: _HASHER.verify(prepared, _nobodys_hash()))
        return False, None
    return await _in_thread(lambda: _HASHER.verify_and_update(prepared, stored))


def _prepared(password: str) -> bytes:
    """Compose it, so that the same password typed on another keyboard is the same bytes (RFC 8265, 4.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_bytes(_TOKEN_BYTES))


async def _in_thread(work: Callable[[], _ResultT]) -> _ResultT:
    if not _PLACES.acquire(blocking=False):
        raise PasswordsBusy
    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
    finally:
        _PLACES.release()
