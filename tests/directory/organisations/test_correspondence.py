"""What a sibling asks to be written to whoever manages an organisation: addresses never leave the directory."""

from uuid import uuid4

import pytest

from services.common.correspondence import MANAGERS_WRITTEN_TO
from tests.directory.people import a_citizen, an_association, mails_to
from tests.directory.privacy.acts import hear
from tests.support import Running

pytestmark = pytest.mark.anyio


async def test_each_manager_is_written_to_once_and_members_are_not(directory: Running) -> None:
    manager, second, member = [await a_citizen(directory) for _ in range(3)]
    association = await an_association(manager)
    for citizen, roles in ((second, ["manager"]), (member, ["member"])):
        sent = {"email": citizen.email, "roles": roles}
        assert (await manager.post(f"{association['path']}/memberships", sent)).status_code == 201
    before = {one.email: len(await mails_to(directory, one.email)) for one in (manager, second, member)}
    event_id = uuid4()
    told = {"subject": "Date limite repoussée", "text": "Bonjour,\n\nVotre dossier…"}
    for _ in range(2):  # delivered at least once, heard once
        answer = await hear(directory, MANAGERS_WRITTEN_TO, association["id"], told, source="programming", event_id=event_id)
        assert answer in {200, 202, 204}
    for one, expected in ((manager, 1), (second, 1), (member, 0)):
        mails = (await mails_to(directory, one.email))[before[one.email] :]
        assert [mail["subject"] for mail in mails] == ["Date limite repoussée"] * expected
