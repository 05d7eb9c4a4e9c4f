"""A mail leaves if and only if its act is saved, once, and says what was meant whatever people typed."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.mail import SEND, Attachment, Calendar, FolderMailer, MailingList, SmtpMailer, create_mailer, queue_mail
from services.common.resources import SWEEP
from tests.support import Running

pytestmark = pytest.mark.anyio
TO = "Éloïse Martin <eloise@example.fr>"


@pytest.fixture
def letters(hotel: Running) -> Path:
    """The folder mails are laid down in, empty."""
    mailer = hotel.resources.mailer
    assert isinstance(mailer, FolderMailer)
    for letter in mailer.folder.glob("*"):
        letter.unlink()
    return mailer.folder


async def write(hotel: Running, *, to: str = TO, subject: str = "Objet", text: str = "Corps\n", **more: Any) -> None:
    async with hotel.resources.database.transaction() as session:
        await queue_mail(session, to=to, subject=subject, text=text, **more)


def laid_down(folder: Path) -> list[Path]:
    return list(folder.glob("*"))


def read(folder: Path) -> EmailMessage:
    """The one letter of the folder."""
    (letter,) = laid_down(folder)
    assert letter.suffix == ".eml"
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


async def test_a_mail_says_in_french_what_was_meant(hotel: Running, letters: Path) -> None:
    await write(hotel, subject="Reçu : l’été à Carcassonne – 12 345,50 €", text="Bonjour,\n\nC’est noté : œuvre à suivre.\n")
    await hotel.run_jobs()
    letter = read(letters)
    assert letter["Subject"] == "Reçu : l’été à Carcassonne – 12 345,50 €"
    assert text_of(letter) == "Bonjour,\n\nC’est noté : œuvre à suivre.\n"
    (address,) = letter["To"].addresses
    assert (address.display_name, address.addr_spec) == ("Éloïse Martin", "eloise@example.fr")
    assert letter["From"] == hotel.resources.settings.mail_from
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "fr"
    assert letter["Message-ID"].endswith("@canevas.test>")


async def test_a_mail_on_the_wire_is_ascii_in_lines_smtp_accepts(hotel: Running, letters: Path) -> None:
    await write(hotel, subject="é" * 300, text="œ" * 3_000)
    await hotel.run_jobs()
    (letter,) = laid_down(letters)
    content = letter.read_bytes()
    content.decode("ascii")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998


async def test_a_mail_of_an_act_that_fails_never_leaves(hotel: Running, letters: Path) -> None:
    async def fail() -> None:
        async with hotel.resources.database.transaction() as session:
            await queue_mail(session, to=TO, subject="Objet", text="Corps")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await hotel.run_jobs()
    assert laid_down(letters) == []


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85", "\n\n\t"])
async def test_a_line_break_in_a_header_writes_no_header(hotel: Running, letters: Path, breaks: str) -> None:
    name = f"Éloïse{breaks}Bcc: all@example.fr{breaks}{breaks}Corps volé"
    await write(hotel, to=f'"{name}" <eloise@example.fr>', subject=f"Bienvenue {name}")
    await hotel.run_jobs()
    letter = read(letters)
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Bienvenue Éloïse Bcc: all@example.fr Corps volé"
    assert [address.addr_spec for address in letter["To"].addresses] == ["eloise@example.fr"]
    assert text_of(letter) == "Corps\n"


async def test_a_job_that_runs_twice_sends_the_same_message(hotel: Running, letters: Path) -> None:
    await write(hotel)
    await hotel.run_jobs()
    first = read(letters)["Message-ID"]
    queued = (await hotel.jobs(SEND.name))[-1]
    async with hotel.resources.database.transaction() as session:
        await SEND.run(session, hotel.resources, **queued["args"])
    assert read(letters)["Message-ID"] == first


async def test_two_mails_are_two_messages(hotel: Running, letters: Path) -> None:
    await write(hotel)
    await write(hotel)
    await hotel.run_jobs()
    assert len(laid_down(letters)) == 2


@pytest.mark.parametrize("name", ["Arrêté n° 12.pdf", 'a"b.pdf', "a\r\nBcc: all@example.fr.pdf", "é" * 200 + ".pdf"])
async def test_a_stored_file_is_joined_under_its_name(hotel: Running, letters: Path, name: str) -> None:
    content = b"%PDF-1.7\n" + bytes(range(256))
    stored = await hotel.resources.files.write(f"letter-{len(name)}", content)
    await write(hotel, attachments=[Attachment(stored.key, name, stored.media_type)])
    await hotel.run_jobs()
    letter = read(letters)
    assert letter["Bcc"] is None
    (joined,) = letter.iter_attachments()
    assert joined.get_content_type() == "application/pdf"
    assert joined.get_content() == content
    assert joined.get_filename() == " ".join(name.split())


@pytest.mark.parametrize(("name", "media_type"), [("a.txt", "text/plain"), ("a.bin", "application/octet-stream"), ("a", "odd")])
async def test_a_file_of_any_type_is_joined_byte_for_byte(hotel: Running, letters: Path, name: str, media_type: str) -> None:
    content = "déjà\nvu\r\n".encode("latin-1")
    stored = await hotel.resources.files.write("joined", content)
    await write(hotel, attachments=[Attachment(stored.key, name, media_type)])
    await hotel.run_jobs()
    (joined,) = read(letters).iter_attachments()
    assert joined.get_payload(decode=True) == content


async def test_a_mail_in_two_dresses_always_has_its_plain_text(hotel: Running, letters: Path) -> None:
    stored = await hotel.resources.files.write("both", b"%PDF-1.7\n")
    await write(
        hotel,
        text="À suivre.\n",
        html='<html lang="fr"><p>À suivre.</p></html>',
        attachments=[Attachment(stored.key, "a.pdf", stored.media_type)],
    )
    await hotel.run_jobs()
    letter = read(letters)
    plain, dressed = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert dressed is not None
    assert plain.get_content().strip() == "À suivre."
    assert dressed.get_content().strip() == '<html lang="fr"><p>À suivre.</p></html>'
    assert [part.get_content_type() for part in letter.walk()][:2] == ["multipart/mixed", "multipart/alternative"]
    assert letter["Content-Language"] == "fr"


@pytest.mark.parametrize("html", [None, "<p>À suivre.</p>"])
async def test_an_invitation_is_the_last_dress_and_a_file(hotel: Running, letters: Path, html: str | None) -> None:
    content = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:" + "é" * 20 + "\r\n " + "😀" * 10 + "\r\nEND:VCALENDAR\r\n"
    await write(hotel, html=html, calendar=Calendar("REQUEST", content), reply_to="agenda@reseau.example\r\nBcc: all@example.fr")
    await hotel.run_jobs()
    letter = read(letters)
    assert letter["Bcc"] is None
    assert letter["Reply-To"].startswith("agenda@reseau.example")
    kinds = [part.get_content_type() for part in letter.walk()]
    dressed = ["text/plain", *(["text/html"] if html else []), "text/calendar"]
    assert kinds == ["multipart/mixed", "multipart/alternative", *dressed, "application/ics"]
    (dress,) = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    assert dress.get_param("method") == "REQUEST"
    assert dress.get_content_charset() == "utf-8"
    assert str(dress.get_content()).replace("\r\n", "\n") == content.replace("\r\n", "\n")
    (joined,) = letter.iter_attachments()
    assert (joined.get_filename(), joined.get_content()) == ("invitation.ics", content.encode())


@pytest.mark.parametrize("method", ["", "request", "REQUEST\r\nBcc: a@b.fr", "A; x=y"])
def test_nothing_but_a_method_enters_the_header_of_an_invitation(method: str) -> None:
    with pytest.raises(ValueError, match="method"):
        Calendar(method, "")


async def test_a_list_says_how_to_leave_it_in_one_click_however_long_the_address(hotel: Running, letters: Path) -> None:
    url = f"https://canevas.une-tres-longue-agglomeration.example.org/catalogue/v1/unsubscriptions/{'a' * 200}"
    await write(hotel, mailing_list=MailingList("alertes.catalogue", url))
    await hotel.run_jobs()
    (letter,) = laid_down(letters)
    # Encoded words inside an address would make it unreadable to mail programs.
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in letter.read_bytes()
    assert read(letters)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read(letters)["List-Id"] == "<alertes.catalogue.canevas.test>"


async def test_an_ordinary_mail_belongs_to_no_list(hotel: Running, letters: Path) -> None:
    await write(hotel)
    await hotel.run_jobs()
    assert [name for name in read(letters) if name.startswith("List-")] == []


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("alertes\r\nBcc: all@example.fr", "https://a.example/"),
        ("alertes", "https://a.example/\r\nBcc: all@example.fr"),
        ("alertes", "https://a.example/\n"),
        ("alertes", "https://a.example/> , <mailto:all@example.fr"),
        ("alertes", "javascript:alert(1)"),
        ("alertes", "https://a.example/é"),
        ("alertes", "https://a.example/" + "a" * 900),
        ("Alertes", "https://a.example/"),
        ("", "https://a.example/"),
    ],
)
def test_nothing_but_a_name_and_a_web_address_enters_the_headers_of_a_list(name: str, url: str) -> None:
    with pytest.raises(ValueError, match=r"mailing list|web address"):
        MailingList(name, url)


async def test_a_mail_queued_before_lists_were_known_still_leaves(hotel: Running, letters: Path) -> None:
    async with hotel.resources.database.transaction() as session:
        await enqueue(session, SEND, message_id=str(new_id()), to=TO, subject="Objet", text="Corps\n", attachments=[])
    await hotel.run_jobs()
    assert text_of(read(letters)) == "Corps\n"
    await write(hotel)
    # And an older worker knows every argument of an ordinary mail.
    assert set((await hotel.jobs(SEND.name))[-1]["args"]) == {"message_id", "to", "subject", "text", "attachments"}


async def test_a_mail_sent_a_month_ago_is_forgotten_one_that_waits_is_not(hotel: Running, letters: Path) -> None:
    before = len(await hotel.jobs(SEND.name))
    await write(hotel)
    await hotel.run_jobs()
    await write(hotel)
    tonight = datetime.now(UTC).timestamp()

    async def sweep(timestamp: float) -> None:
        async with hotel.resources.database.transaction() as session:
            await SWEEP.run(session, hotel.resources, timestamp=timestamp)

    await sweep(tonight)
    assert len(await hotel.jobs(SEND.name)) == before + 2
    await sweep(tonight + 31 * 86_400)
    assert [job["status"] for job in await hotel.jobs(SEND.name)] == ["todo"]


@dataclass
class Server:
    """A mail server that knows just enough of SMTP to take a message."""

    refuses: bool = False
    lines: list[str] = field(default_factory=list)
    message: bytes = b""
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode().strip():
            self.lines.append(line)
            command = line.split()[0].upper()
            if command == "DATA":
                writer.write(b"354 go on\r\n")
                self.message = await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 taken\r\n")
            elif command == "EHLO":
                writer.write(b"250-here\r\n250 AUTH PLAIN\r\n")
            elif command == "AUTH":
                writer.write(b"235 welcome\r\n")
            elif command == "RCPT" and self.refuses:
                writer.write(b"450 later\r\n")
            else:
                writer.write(b"221 bye\r\n" if command == "QUIT" else b"250 fine\r\n")
        writer.close()


@asynccontextmanager
async def mail_server(*, refuses: bool = False) -> AsyncIterator[Server]:
    state = Server(refuses)
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    async with server:
        state.url = f"smtp://anne%40example.fr:p%3Ass@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield state


async def test_with_a_server_mails_leave_by_smtp(hotel: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async with mail_server() as server:
        monkeypatch.setattr(hotel.resources, "mailer", create_mailer(SecretStr(server.url), Path()))
        await write(hotel, subject="Reçu", text="À bientôt.\n")
        await hotel.run_jobs()
    said = [line for line in server.lines if line.startswith("AUTH PLAIN ")]
    assert base64.b64decode(said[0].split()[-1]) == b"\0anne@example.fr\0p:ss"
    assert "RCPT TO:<eloise@example.fr>" in server.lines
    letter = message_from_bytes(server.message, policy=policy.default)
    assert letter["Subject"] == "Reçu"
    assert (await hotel.jobs(SEND.name))[-1]["status"] == "succeeded"


async def test_a_mail_the_server_puts_off_is_tried_again(hotel: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async with mail_server(refuses=True) as server:
        monkeypatch.setattr(hotel.resources, "mailer", create_mailer(SecretStr(server.url), Path()))
        await write(hotel)
        await hotel.run_jobs()
    queued = (await hotel.jobs(SEND.name))[-1]
    assert (queued["status"], queued["attempts"]) == ("todo", 1)


async def test_the_password_of_the_server_does_not_show() -> None:
    mailer = create_mailer(SecretStr("smtps://a:hidden@mail.example.fr:465"), Path())
    assert isinstance(mailer, SmtpMailer)
    assert "hidden" not in repr(mailer)


@pytest.mark.parametrize(
    ("url", "required"),
    [
        ("smtp://a:b@mail.example.fr:587", True),
        ("smtp://mail.example.fr:25", False),
        ("smtp://a:b@127.0.0.1:25", False),
        ("smtps://a:b@mail.example.fr:465", True),
    ],
)
async def test_a_password_leaves_the_machine_only_under_tls(url: str, required: bool) -> None:
    assert SmtpMailer(url).requires_tls is required
