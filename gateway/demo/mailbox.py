"""The mails of a platform without a mail server: `.eml` files in its data folder, read as their recipients would."""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Letter:
    """A mail, as its recipient reads it."""

    subject: str
    text: str


class Mailbox:
    """What came, by address, in the order it came; confirmation links of accounts apart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[str] = set()
        self._tokens: defaultdict[str, list[str]] = defaultdict(list)
        self._letters: defaultdict[str, list[Letter]] = defaultdict(list)

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

    def subjects(self) -> list[str]:
        """Of every mail that came, whoever received it."""
        self._look()
        return [letter.subject for letters in self._letters.values() for letter in letters]

    async def link(self, address: str, subject: str, pattern: re.Pattern[str]) -> str:
        """What the pattern captures in the newest mail of that address whose subject holds those words and which has such a link."""
        return (await self.links(address, subject, pattern))[-1]

    async def links(self, address: str, subject: str, pattern: re.Pattern[str], *, least: int = 1) -> list[str]:
        """All of them, each once, oldest first, as soon as there are `least`."""
        until = monotonic() + _PATIENCE
        while len(found := self._linked(address, subject, pattern)) < least:
            if monotonic() > until:
                raise NoMail(f"{len(found)} lien de « {subject} » pour {address} dans {self._folder} : il en fallait {least}")
            await asyncio.sleep(_BEAT)
            self._look()
        return found

    def _linked(self, address: str, subject: str, pattern: re.Pattern[str]) -> list[str]:
        texts = (letter.text for letter in self._letters[address] if subject in letter.subject)
        return list(dict.fromkeys(found[1] for text in texts for found in pattern.finditer(text)))

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
        text = str(body.get_content()) if body else ""
        self._letters[str(message["To"])].append(Letter(str(message["Subject"]), text))
        found = _LINK.search(text)
        if found:
            self._tokens[str(message["To"])].append(found[1])
