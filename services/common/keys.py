"""The directory's public keys (JWKS, RFC 7517), fetched and kept."""

import time
from typing import Any

from .siblings import Siblings

JWKS_PATH = "/directory/v1/jwks.json"
_KEPT_SECONDS = 600
#: An unknown key id asks the directory again, at most this often: a flood of forged tokens is not a flood of calls.
_ASK_AGAIN_SECONDS = 5


class RemoteKeys:
    """Key source of every service but the directory itself."""

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings
        self._keys: dict[str, dict[str, Any]] = {}
        self._asked_at = float("-inf")

    async def __call__(self, kid: str) -> dict[str, Any] | None:
        age = time.monotonic() - self._asked_at
        if age > _KEPT_SECONDS or (kid not in self._keys and age > _ASK_AGAIN_SECONDS):
            await self._ask()
        return self._keys.get(kid)

    async def _ask(self) -> None:
        answer = await self._siblings.get("directory", JWKS_PATH)
        if answer.status_code == 200:
            self._keys = {key["kid"]: key for key in answer.json()["keys"]}
            self._asked_at = time.monotonic()
