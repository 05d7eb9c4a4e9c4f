"""Waiting for what the platform does in the background, with patience that ends."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

_PATIENCE = 60.0
_BEAT = 0.3


async def patiently(done: Callable[[], Awaitable[bool]], *, seconds: float = _PATIENCE) -> bool:
    """Ask again until it is done; False when patience has run out."""
    until = monotonic() + seconds
    while not await done():
        if monotonic() > until:
            return False
        await asyncio.sleep(_BEAT)
    return True
