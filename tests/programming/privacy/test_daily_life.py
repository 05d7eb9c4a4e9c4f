"""A person erased who wrote, invited, reminded, declared: what they did stays, who they were goes, after they were told it all."""

import json
from uuid import uuid4

import pytest

from services.common.personal_data import EXPORT_ASKED
from services.programming.privacy.jobs import EXPORT
from tests.programming.privacy.acts import erase, hear, told
from tests.programming.reviews.rounds import conflict, reviewing
from tests.programming.world import World, address_of

pytestmark = pytest.mark.anyio

NAME = "Nadège Imaginaire"
TABLES = (
    "conversation_messages",
    "conversation_participants",
    "reminder_preferences",
    "review_conflicts",
    "collaborators",
    "webhook_endpoints",
)


async def test_what_daily_life_holds_of_somebody_is_given_then_forgotten(world: World) -> None:
    dossier, _ = await reviewing(world)
    who, email = world.caf_officer, address_of(world.caf_officer.account_id)
    where = f"/dossiers/{dossier['id']}"
    wish = {"kind": "holder", "organisation_id": str(world.caf), "text": "Pouvez-vous préciser le public ?"}
    await world.call(who, "POST", f"{where}/messages", json=wish, expect=201)
    await world.call(world.holder, "POST", f"{where}/collaborators", json={"email": email, "part": "reader"}, expect=201)
    await world.change(who, "PUT", "/me/reminder-preferences", json={"frequency": "daily"}, expect=200)
    await conflict(world, who, organisation_id=str(world.neighbour))
    hook = {"organisation_id": str(world.caf), "url": "https://si.caf.example.org/canevas", "contact_email": email}
    await world.call(who, "POST", "/webhooks", json=hook, expect=201)

    await hear(world, EXPORT_ASKED, who, {"request_id": str(uuid4()), **told(who, world.caf, email=email, name=NAME)})
    (asked,) = [job["args"] for job in await world.running.jobs(EXPORT.name)]
    assert "request_id" in json.dumps(asked)

    await erase(world, who, world.caf, email=email, name=NAME)
    for table in TABLES:
        (found,) = await world.running.rows(
            f"SELECT count(*) AS n FROM {table} AS t WHERE t::text LIKE %(email)s",  # noqa: S608
            email=f"%{email}%",
        )
        assert found["n"] == 0, table
    (declared,) = await world.running.rows(
        "SELECT person_name, details FROM review_conflicts WHERE account_id = %(id)s", id=who.account_id
    )
    assert declared == {"person_name": "", "details": ""}
    messages = await world.running.rows(
        "SELECT text, author_name FROM conversation_messages WHERE author_id = %(id)s", id=who.account_id
    )
    assert messages == [{"text": "Pouvez-vous préciser le public ?", "author_name": ""}]
    assert await world.running.rows("SELECT 1 FROM reminder_preferences WHERE account_id = %(id)s", id=who.account_id) == []
