"""Messages passed on: what is written in a name, a subject or a text stays there, and goes to who consented only."""

import pytest

from tests.directory.joining.doors import member_of
from tests.directory.people import a_citizen, mails_to
from tests.support import Running

from .test_actors import CONSENT, MESSAGE, a_card, public

pytestmark = pytest.mark.anyio


async def test_headers_and_pages_cannot_be_written_through_a_message(directory: Running) -> None:
    manager, path = await a_card(directory)
    sender = await a_citizen(directory, "<script>alert(1)</script>")
    for hostile in ("Jardin\r\nBcc: tout@le.monde", "Jardin\nReply-To: un@autre.fr", "Jardin\u2028Cc: x@y.fr"):
        sent = await sender.post(f"{public(path)}/messages", {**MESSAGE, "subject": hostile})
        assert sent.status_code in (202, 422), sent.text
    for queued in await mails_to(directory, manager.email):
        assert not {"\r", "\n"} & set(queued["subject"])
        assert queued.get("reply_to") in (None, sender.email)


async def test_who_withdrew_is_no_longer_written_to(directory: Running) -> None:
    manager, path = await a_card(directory, accepts_messages=False)
    shown = await member_of(directory, manager, path)
    sender = await a_citizen(directory)
    assert (await shown.call("PUT", f"{path}/card/people/me", CONSENT)).status_code == 201
    wish = {**MESSAGE, "account_id": shown.account_id}
    assert (await sender.post(f"{public(path)}/messages", wish)).status_code == 202
    assert (await shown.call("DELETE", f"{path}/card/people/me")).status_code == 204
    answer = await sender.post(f"{public(path)}/messages", wish)
    assert answer.status_code == 409
    assert shown.email not in answer.text
