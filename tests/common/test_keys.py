"""The directory's keys are fetched when needed, and a flood of forged tokens is not a flood of calls."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, Response

from services.common import keys as kept_keys
from services.common.keys import RemoteKeys
from services.common.problems import TemporarilyUnavailable
from services.common.siblings import Siblings

pytestmark = pytest.mark.anyio


class Directory:
    """Publishes `keys`, or answers 503; counts how often it was asked."""

    def __init__(self) -> None:
        self.keys, self.asked, self.well = ["first"], 0, True
        self.app = FastAPI()
        self.app.get(kept_keys.JWKS_PATH)(self._answer)

    async def _answer(self) -> Any:
        self.asked += 1
        await asyncio.sleep(0)
        return {"keys": [{"kid": kid, "kty": "RSA"} for kid in self.keys]} if self.well else Response(status_code=503)


class Time:
    """Stands in for the `time` module of the keys."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(kept_keys, "time", time)
    return time


@pytest.fixture
async def keys(directory: Directory, time: Time) -> AsyncIterator[RemoteKeys]:
    siblings = Siblings({}, {"directory": directory.app})
    await siblings.open()
    yield RemoteKeys(siblings)
    await siblings.close()


async def test_known_keys_are_asked_once(keys: RemoteKeys, directory: Directory) -> None:
    for _ in range(3):
        assert await keys("first") == {"kid": "first", "kty": "RSA"}
    assert directory.asked == 1


async def test_an_unknown_key_asks_again_at_most_every_five_seconds(keys: RemoteKeys, directory: Directory, time: Time) -> None:
    assert await keys("first")
    time.now += 5.1
    for forged in range(50):
        assert await keys(f"forged {forged}") is None
    assert directory.asked == 2
    time.now += 4.9
    assert await keys("forged") is None
    assert directory.asked == 2


async def test_unknown_keys_at_the_same_moment_ask_once(keys: RemoteKeys, directory: Directory) -> None:
    answers = await asyncio.gather(*[keys(f"forged {forged}") for forged in range(50)], keys("first"))
    assert directory.asked == 1
    assert answers[-1] is not None


async def test_a_new_key_is_found(keys: RemoteKeys, directory: Directory, time: Time) -> None:
    assert await keys("second") is None
    directory.keys.append("second")
    time.now += 5.1
    assert await keys("second")


async def test_a_retired_key_is_forgotten_in_ten_minutes(keys: RemoteKeys, directory: Directory, time: Time) -> None:
    assert await keys("first")
    directory.keys = ["second"]
    time.now += 601
    assert await keys("first") is None


async def test_while_the_directory_is_away_keys_already_known_hold(keys: RemoteKeys, directory: Directory, time: Time) -> None:
    assert await keys("first")
    directory.well = False
    time.now += 601
    assert await keys("first")
    assert await keys("first")
    assert directory.asked == 2


async def test_while_the_directory_is_away_nobody_is_told_their_token_is_forged(
    keys: RemoteKeys, directory: Directory, time: Time
) -> None:
    directory.well = False
    for _ in range(20):
        with pytest.raises(TemporarilyUnavailable):
            await keys("first")
    assert directory.asked == 1
    directory.well = True
    time.now += 5.1
    assert await keys("first")


async def test_without_a_directory_a_service_asks_to_come_back(time: Time) -> None:
    siblings = Siblings({})
    await siblings.open()
    with pytest.raises(TemporarilyUnavailable):
        await RemoteKeys(siblings)("first")
    await siblings.close()
