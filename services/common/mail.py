"""Mail: written in the transaction as a job, sent by SMTP or, without a server, laid down as .eml files.

The `Message-ID` is drawn when the mail is queued: a job that runs twice sends the same message, which mail servers and the
folder recognise.
"""

import base64
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from pydantic import SecretStr
from sqlalchemy import text as sql
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import execute
from .ids import new_id
from .jobs import Job, enqueue, job

if TYPE_CHECKING:
    from .resources import Resources


@dataclass(frozen=True)
class Attachment:
    """A stored file to join: its key in the file store, the name people see, its media type."""

    key: str
    name: str
    media_type: str


@dataclass(frozen=True)
class MailingList:
    """What a mail sent to many says of itself, so that one click in the reader's mail program ends it.

    `name` is the list's (RFC 2919), `unsubscribe_url` takes a POST without sign-in (RFC 2369, RFC 8058).
    """

    name: str
    unsubscribe_url: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){0,3}", self.name):
            raise ValueError(f"{self.name!r} is no name of a mailing list")
        if not re.fullmatch(r"https?://[!#$%&'*+./0-9:;=?@A-Z\[\]_a-z~-]{1,800}", self.unsubscribe_url):
            raise ValueError("the address to unsubscribe at is no plain web address")


@dataclass(frozen=True)
class Calendar:
    """What a mail says to calendars: an iCalendar object and its method (RFC 5546), written as RFC 6047 asks."""

    method: str
    content: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z]{3,20}", self.method):
            raise ValueError(f"{self.method!r} is no method of a calendar")


class _AsIs(str):
    """A header value of plain ASCII that is written on one line: folding would wrap a long address in encoded words."""

    name: str

    def __new__(cls, name: str, value: str) -> "_AsIs":
        made = super().__new__(cls, value)
        made.name = name
        return made

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class Mailer(Protocol):
    async def send(self, message: EmailMessage) -> None: ...


class FolderMailer:
    """Lays each mail down as `<Message-ID>.eml`, for a machine without a mail server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w.-]", "", message["Message-ID"].partition("@")[0])
        half = self.folder / f"{name}.part"
        half.write_bytes(message.as_bytes(policy=SMTP))
        half.replace(self.folder / f"{name}.eml")  # whoever watches the folder sees whole mails


class SmtpMailer:
    """Speaks to the server of `CANEVAS_SMTP_URL`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        #: A password never leaves this machine in clear: without STARTTLS the mail waits and its job says why.
        self.requires_tls = parts.username is not None and parts.hostname not in {"localhost", "127.0.0.1", "::1"}
        self._options = {
            "hostname": parts.hostname,
            "port": parts.port,
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": parts.scheme == "smtps",
            "start_tls": True if parts.scheme == "smtp" and self.requires_tls else None,
        }

    async def send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(message, **self._options)  # type: ignore[arg-type]

    async def greet(self) -> None:
        """Enter and leave without a mail: raises what would keep one from leaving."""
        async with aiosmtplib.SMTP(**self._options, timeout=10):  # type: ignore[arg-type]
            pass


def create_mailer(smtp_url: SecretStr, data_dir: Path) -> Mailer:
    url = smtp_url.get_secret_value()
    return SmtpMailer(url) if url else FolderMailer(data_dir / "mail")


def _one_line(text: str) -> str:
    """Header values come from people: a line break in one would let them write headers."""
    return " ".join(text.split())


def _packed(long: str) -> str:
    """Small and without quotes, which cost more than all the rest to write in a job: a letter to thousands is thousands of jobs."""
    return base64.b64encode(zlib.compress(long.encode())).decode()


def _unpacked(packed: str) -> str:
    return zlib.decompress(base64.b64decode(packed)).decode()


async def queue_mail(
    session: AsyncSession,
    *,
    to: str,
    subject: str,
    text: str,
    attachments: Sequence[Attachment] = (),
    html: str | None = None,
    mailing_list: MailingList | None = None,
    calendar: Calendar | None = None,
    reply_to: str | None = None,
) -> int | None:
    """Queue one mail in the transaction: it leaves if and only if the act is committed. Returns its job, None when nobody reads it.

    `html` is another dress of `text`, which is always there (multipart/alternative). So is `calendar`, which is also joined as a
    file for mail programs that do not read it in place. `reply_to` is who answers. An
    address that was erased or never was (none, `…@invalid`, `….invalid`, RFC 6761 §6.4) is written to by nobody.
    """
    if "@" not in to or to.strip().endswith(("@invalid", ".invalid")):
        return None
    more: dict[str, Any] = {} if html is None else {"html": _packed(html)}
    if mailing_list is not None:
        more["mailing_list"] = [mailing_list.name, mailing_list.unsubscribe_url]
    if calendar is not None:
        more["calendar"] = [calendar.method, _packed(calendar.content)]
    if reply_to is not None:
        more["reply_to"] = _one_line(reply_to)
    return await enqueue(
        session,
        SEND,
        message_id=str(new_id()),
        to=_one_line(to),
        subject=_one_line(subject),
        text=text,
        attachments=[[a.key, _one_line(a.name), a.media_type] for a in attachments],
        **more,
    )


@job("kernel:send_mail", attempts=10)
async def _send(
    session: AsyncSession,
    resources: "Resources",
    message_id: str,
    to: str,
    subject: str,
    text: str,
    attachments: list[list[str]],
    html: str | None = None,
    mailing_list: list[str] | None = None,
    calendar: list[str] | None = None,
    reply_to: str | None = None,
) -> None:
    message = EmailMessage()
    domain = (urlsplit(resources.settings.public_url).hostname or "canevas").strip("[]")
    message["Message-ID"] = f"<{message_id}@{domain}>"
    message["Date"] = formatdate(resources.clock.now().timestamp())
    message["From"] = resources.settings.mail_from
    message["To"] = to
    if reply_to is not None:
        message["Reply-To"] = reply_to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    if mailing_list is not None:
        _say_list(message, MailingList(*mailing_list), domain)
    message.set_content(text)
    if html is not None:
        message.add_alternative(_unpacked(html), subtype="html")
    if calendar is not None:
        _invite(message, *calendar)
    for key, name, media_type in attachments:
        kind, _, subtype = media_type.partition("/")
        message.add_attachment(await resources.files.read(key), maintype=kind, subtype=subtype, filename=name)
    message["Content-Language"] = "fr"  # last: setting the content forgets it
    await resources.mailer.send(message)


def _invite(message: EmailMessage, method: str, packed: str) -> None:
    """Last of the alternatives, so that calendars take it; base64, so that no server touches its folded lines (RFC 6047 §2.4)."""
    content = _unpacked(packed)
    message.add_alternative(content, subtype="calendar", params={"method": method}, cte="base64")
    # Under a type of its own: two parts of type text/calendar would be two invitations to some mail programs.
    message.add_attachment(content.encode(), maintype="application", subtype="ics", filename="invitation.ics")


def _say_list(message: EmailMessage, mailing_list: MailingList, domain: str) -> None:
    said = {
        "List-Id": f"<{mailing_list.name}.{domain}>",
        "List-Unsubscribe": f"<{mailing_list.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    for name, value in said.items():
        message[name] = _AsIs(name, value)


SEND: Job = _send
#: The queue's own tables: what happened to a job goes with it. One that was given up has failed.
_FORGET = sql(
    "DELETE FROM procrastinate_jobs AS done WHERE task_name = :task AND status IN ('succeeded', 'failed') AND EXISTS (SELECT 1"
    " FROM procrastinate_events AS event WHERE event.job_id = done.id AND event.type IN ('succeeded', 'failed') AND event.at < :before)"
)


async def forget_sent(session: AsyncSession, before: datetime, task: str = SEND.name) -> None:
    """A mail that left (or never could) a while ago is an address and words nobody needs. So are those of another job, named."""
    await execute(session, _FORGET, {"task": task, "before": before})
