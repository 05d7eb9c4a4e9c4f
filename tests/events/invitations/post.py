"""The post of a world: jobs are run, mails are read as a mail program reads them, calendars by a library nobody here wrote."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import vobject

from services.common.mail import FolderMailer
from tests.events.world import World


@dataclass(frozen=True)
class Mail:
    """A mail that left."""

    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def calendar(self) -> Any:
        """The invitation it carries, or None; the file that is joined says the same."""
        parts = [part for part in self.message.walk() if part.get_content_type() == "text/calendar"]
        if not parts:
            return None
        (part,) = parts
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        (joined,) = self.message.iter_attachments()
        assert joined.get_content().replace(b"\r\n", b"\n") == content.replace(b"\r\n", b"\n")
        found = parsed(joined.get_content())
        assert part.get_param("method") == found.method.value
        return found

    def _body(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


def parsed(content: bytes) -> Any:
    """The iCalendar object; every line is folded as RFC 5545 §3.1 asks."""
    assert content.endswith(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    return vobject.readOne(content.decode())


@dataclass
class Post:
    """Mails that left since one last looked."""

    world: World
    _read: set[str] = field(default_factory=set)

    async def delivered(self, word: str = "") -> list[Mail]:
        """Run what is due, and read the new mails whose subject holds the word, in the order they were queued."""
        await self.world.running.run_jobs()
        mailer = self.world.running.resources.mailer
        assert isinstance(mailer, FolderMailer)
        queued = [job["args"]["message_id"] for job in await self.world.running.jobs("kernel:send_mail")]
        known = {path.stem: path for path in mailer.folder.glob("*.eml")}
        fresh = [each for each in queued if each in known and each not in self._read]
        self._read |= set(fresh)
        found = []
        for name in fresh:
            message = message_from_bytes(known[name].read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(Mail(message))
        return [mail for mail in found if word in mail.subject]
