import asyncio
import os
import re
import time

import pytest
from argon2 import PasswordHasher

from dispatch.kit.errors import TooMany
from dispatch.kit.tokens import PasswordsBusy, hash_password, hash_token, new_token, same_secret, verify_password


def test_a_token_names_its_kind_and_is_stored_as_its_digest() -> None:
    plain, digest = new_token("api")
    assert re.fullmatch(r"api_[A-Za-z0-9_-]{43}", plain)
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert hash_token(plain) == digest
    assert plain[4:] not in digest


def test_no_two_tokens_are_alike() -> None:
    assert len({new_token("api")[0] for _ in range(1000)}) == 1000


def test_secrets_are_compared_whatever_they_hold() -> None:
    assert same_secret("ключ\ud800", "ключ\ud800")
    assert not same_secret("ключ", "ключи")
    assert hash_token("\ud800") != hash_token("\ud801")


async def test_a_password_verifies_and_only_that_one() -> None:
    stored = await hash_password("пароль")
    assert stored.startswith("$argon2id$")
    assert await verify_password("пароль", stored) == (True, None)
    assert await verify_password("Пароль", stored) == (False, None)
    assert await hash_password("пароль") != stored


async def test_the_same_password_from_another_keyboard_verifies() -> None:
    stored = await hash_password("йод")
    assert (await verify_password("и\u0306од", stored))[0]


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 100_000])
async def test_odd_passwords_are_only_passwords(password: str) -> None:
    assert (await verify_password(password, await hash_password(password)))[0]


async def test_an_old_digest_is_replaced_at_the_next_right_password() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("secret")
    assert await verify_password("wrong", weak) == (False, None)
    right, replacement = await verify_password("secret", weak)
    assert right
    assert replacement is not None
    assert await verify_password("secret", replacement) == (True, None)


async def test_an_unknown_user_costs_as_much_and_never_gets_in() -> None:
    stored = await hash_password("secret")
    assert await verify_password("secret", None) == (False, None)
    known = await cheapest("wrong", stored)
    unknown = await cheapest("wrong", None)
    assert known / 3 < unknown < known * 3


async def cheapest(password: str, stored: str | None) -> float:
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        await verify_password(password, stored)
        taken.append(time.perf_counter() - started)
    return min(taken)


async def test_the_loop_stays_free_while_passwords_are_checked() -> None:
    stored = await hash_password("secret")
    checks = asyncio.gather(*(verify_password("secret", stored) for _ in range(4)))
    turns = 0
    while not checks.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 5
    assert await checks == [(True, None)] * 4


async def test_a_flood_is_refused_at_once_instead_of_queued_for_minutes() -> None:
    stored = await hash_password("secret")
    tasks = [asyncio.ensure_future(verify_password("wrong", stored)) for _ in range(100 + (os.cpu_count() or 1))]
    done, waiting = await asyncio.wait(tasks, timeout=0.02)
    refused = [task for task in done if isinstance(task.exception(), PasswordsBusy)]
    assert len(refused) >= 20
    error = refused[0].exception()
    assert isinstance(error, TooMany)
    assert error.fields == {"retry_after": 5}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await verify_password("secret", stored) == (True, None)
