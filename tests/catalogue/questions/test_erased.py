"""The directory tells that somebody was erased: their questions lose their words, nobody being left to answer."""

import pytest

from services.catalogue.privacy import service
from services.common.ids import new_id
from services.common.outbox import Event
from services.common.personal_data import ACCOUNT_ERASED, Who
from tests.catalogue.world import World

from .desk import DeskWorld

pytestmark = pytest.mark.anyio


async def test_what_somebody_erased_asked_is_closed_and_names_nobody(world: World) -> None:
    desk = await DeskWorld(world).open()
    asked = await desk.ask()
    other = await desk.ask(desk.world.stranger)
    running = desk.world.running
    who = Who(desk.asker.account_id, "camille@asso.example", "Camille Exemple")
    async with running.resources.database.readers.connection() as reader:
        held = await service.export(running.resources, reader, who)
    assert [(each["reference"], each["reply_email"]) for each in held["questions"]] == [(asked["reference"], who.email)]
    erasure_id = new_id()
    data = {"erasure_id": str(erasure_id), **who.told()}
    for _ in range(2):
        event = Event(new_id(), ACCOUNT_ERASED, "directory", str(who.account_id), running.clock.now(), data)
        async with running.resources.database.transaction() as session:
            await running.service.all_consumers[ACCOUNT_ERASED](session, running.resources, event)
    (row,) = await running.rows("SELECT * FROM questions WHERE id = %(id)s", id=asked["id"])
    assert (row["state"], row["asker_id"], row["reply_email"], row["subject"]) == ("closed", None, None, "")
    assert row["anonymised_at"] is not None
    (kept,) = await running.rows("SELECT state, subject FROM questions WHERE id = %(id)s", id=other["id"])
    assert (kept["state"], kept["subject"] != "") == ("asked", True)
    answers = await running.rows("SELECT * FROM outbox_events WHERE subject = %(id)s ORDER BY id", id=str(erasure_id))
    assert [each["data"]["count"] for each in answers] == [1, 0]
