"""The directory's public keys (JWKS, RFC 7517), fetched and kept."""

import asyncio
import time
from typing import Any

from .problems import TemporarilyUnavailable
from .siblings import Siblings

JWKS_PATH = "/directory/v1/jwks.json"
_KEPT_SECONDS = 600
#: An unknown key id asks the directory again, at most this often: a flood of forged tokens is not a flood of calls.
_ASK_AGAIN_SECONDS = 5


class RemoteKeys:
    """Key source of every service but the directory itself. While the directory is away, keys already known hold."""

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings
        self._keys: dict[str, dict[str, Any]] = {}
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._answered = False

    async def __call__(self, kid: str) -> dict[str, Any] | None:
        if self._is_time_to_ask(kid):
            async with self._asking:
                if self._is_time_to_ask(kid):
                    await self._ask()
        if kid not in self._keys and not self._answered:
            raise TemporarilyUnavailable(headers={"Retry-After": str(_ASK_AGAIN_SECONDS)})
        return self._keys.get(kid)

    def _is_time_to_ask(self, kid: str) -> bool:
        kept = _KEPT_SECONDS if self._answered and kid in self._keys else _ASK_AGAIN_SECONDS
        return time.monotonic() - self._asked_at > kept

    async def _ask(self) -> None:
        try:
            answer = await self._siblings.get("directory", JWKS_PATH)
            self._answered = answer.status_code == 200
        except TemporarilyUnavailable:
            self._answered = False
        self._asked_at = time.monotonic()
        if self._answered:
            self._keys = {key["kid"]: key for key in answer.json()["keys"]}
