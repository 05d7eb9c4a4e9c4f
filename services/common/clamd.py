"""ClamAV's daemon over a socket: `INSTREAM` sends the bytes in chunks, each after its length, and one line answers.

The command begins with `z`: it and the answer end with a null byte. A chunk of length zero ends the stream. Answers are
`stream: OK`, `stream: <signature> FOUND` or `<message> ERROR` (clamd(8)).
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

_CONNECTING = 10.0
#: Longer than any answer of the protocol.
_ANSWER = 4096
_FOUND = re.compile(r"stream: (?P<signature>.{1,200}) FOUND")


class ScannerUnavailable(Exception):
    """Nobody answers, or not in time: to be tried again."""


class ScannerConfused(Exception):
    """The scanner answered, but not about the file (too large for it, out of memory)."""


@dataclass(frozen=True)
class Verdict:
    """What was found: the signature's name, or None of a clean file."""

    signature: str | None


async def scan(address: str, content: AsyncIterator[bytes], *, seconds: float) -> Verdict:
    """The scanner's verdict on these bytes. `address`: `tcp://host:port` or `unix:/path`."""
    try:
        async with asyncio.timeout(seconds):
            return _verdict(await _ask(address, content))
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise ScannerUnavailable(str(error) or type(error).__name__) from error


async def _ask(address: str, content: AsyncIterator[bytes]) -> str:
    async with asyncio.timeout(_CONNECTING):
        reader, writer = await _connect(address)
    try:
        writer.write(b"zINSTREAM\0")
        try:
            async for chunk in content:
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
            writer.write((0).to_bytes(4, "big"))
            await writer.drain()
        except (BrokenPipeError, ConnectionResetError):
            # It says why before it hangs up, when the stream is longer than it takes: the answer is still to be read.
            pass
        answer = await reader.readuntil(b"\0")
        return answer.rstrip(b"\0").decode(errors="replace").strip()
    except asyncio.LimitOverrunError as error:
        raise ScannerConfused("an answer without end") from error
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("unix:"):
        return await asyncio.open_unix_connection(address.removeprefix("unix:"), limit=_ANSWER)
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port), limit=_ANSWER)


def _verdict(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict(None)
    found = _FOUND.fullmatch(answer)
    if found is None:
        raise ScannerConfused(answer[:200])
    return Verdict(found["signature"])
