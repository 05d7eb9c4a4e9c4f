"""Passwords (argon2id), worked on in two threads of their own: a rush of sign-ins takes neither the loop nor the machine."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from .rules import new_token, normalise_password

Result = TypeVar("Result")

_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")


@lru_cache
def _hasher(cost: str) -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1) if cost == "low" else Argon2Hasher(),))


@lru_cache
def _nobodys(cost: str) -> str:
    """A hash nothing matches: an address without an account costs what another does."""
    return _hasher(cost).hash(new_token())


async def hashed(password: str, cost: str) -> str:
    return await _in_thread(lambda: _hasher(cost).hash(normalise_password(password)))


async def matches(password: str, password_hash: str | None, cost: str) -> tuple[bool, str | None]:
    """Whether it is the password, and the hash to keep from now on when the stored one is outdated."""

    def check() -> tuple[bool, str | None]:
        return _hasher(cost).verify_and_update(normalise_password(password), password_hash or _nobodys(cost))

    return await _in_thread(check)


async def _in_thread(work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
