"""The mails of a platform without a mail server: `.eml` files in its data folder, read as their recipients would."""

import asyncio
import re
from collections import defaultdict
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from time import monotonic

_LINK = re.compile(r"/verification\?token=([\w-]+)\s")
_PATIENCE = 60.0
_BEAT = 0.1


class NoMail(RuntimeError):
    """The mail that was waited for did not come."""


class Mailbox:
    """Confirmation links, by address, in the order they came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[str] = set()
        self._tokens: defaultdict[str, list[str]] = defaultdict(list)

    def count(self, address: str) -> int:
        """How many confirmation links this address has received."""
        self._look()
        return len(self._tokens[address])

    async def next_token(self, address: str, after: int) -> str:
        """The newest confirmation token of the address, once there are more than `after`."""
        until = monotonic() + _PATIENCE
        while self.count(address) <= after:
            if monotonic() > until:
                raise NoMail(
                    f"Aucun courriel de confirmation pour {address} dans {self._folder} : le processus worker tourne-t-il ?"
                )
            await asyncio.sleep(_BEAT)
        return self._tokens[address][-1]

    def _look(self) -> None:
        for file in sorted(self._folder.glob("*.eml")):
            if file.name not in self._read:
                self._take_in(file)

    def _take_in(self, file: Path) -> None:
        content = file.read_bytes()
        if not content.endswith(b"\n"):
            return  # still being written: next time
        self._read.add(file.name)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)  # noqa: S101 - what that policy makes
        body = message.get_body(("plain",))
        found = _LINK.search(body.get_content()) if body else None
        if found:
            self._tokens[str(message["To"])].append(found[1])
