"""Confirmation links are found in the mails of the folder, as they come."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from gateway.demo import mailbox
from gateway.demo.mailbox import Mailbox, NoMail

pytestmark = pytest.mark.anyio


def write(folder: Path, name: str, to: str, token: str) -> bytes:
    message = EmailMessage()
    message["To"], message["Subject"] = to, "Confirmez votre adresse e-mail"
    message.set_content(f"Bonjour Élodie,\n\nhttp://127.0.0.1:8000/verification?token={token}\n\nÀ bientôt\n")
    content = message.as_bytes(policy=SMTP)
    (folder / name).write_bytes(content)
    return content


async def test_the_newest_link_of_the_right_person_is_given(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    write(tmp_path, "1.eml", "a@x.example.org", "first_-token")
    assert await box.next_token("a@x.example.org", 0) == "first_-token"
    write(tmp_path, "2.eml", "b@x.example.org", "other")
    write(tmp_path, "3.eml", "a@x.example.org", "second")
    assert await box.next_token("a@x.example.org", 1) == "second"
    assert box.count("b@x.example.org") == 1


async def test_a_mail_being_written_is_left_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "_PATIENCE", 0.3)
    whole = write(tmp_path, "1.eml", "a@x.example.org", "abcdef")
    box = Mailbox(tmp_path)
    for half in (b"", whole[:-20]):
        (tmp_path / "1.eml").write_bytes(half)
        assert box.count("a@x.example.org") == 0
    with pytest.raises(NoMail, match="worker"):
        await box.next_token("a@x.example.org", 0)
    (tmp_path / "1.eml").write_bytes(whole)
    assert await box.next_token("a@x.example.org", 0) == "abcdef"


async def test_links_of_other_letters_are_found_by_their_subject_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "_PATIENCE", 0.3)
    box, token = Mailbox(tmp_path), re.compile(r"token=([\w-]+)")
    for name, said in (("1.eml", "first"), ("2.eml", "second"), ("3.eml", "first")):
        write(tmp_path, name, "a@x.example.org", said)
    assert await box.links("a@x.example.org", "Confirmez", token, least=2) == ["first", "second"]
    assert await box.link("a@x.example.org", "Confirmez", token) == "second"
    with pytest.raises(NoMail, match="Une place"):
        await box.link("a@x.example.org", "Une place", token)
