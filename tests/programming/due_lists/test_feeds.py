"""The calendar of one's due list: read by a library nobody here wrote, secret, revocable, and closed with the rights it stood on."""

from datetime import date, timedelta
from typing import Any

import pytest
import vobject

from services.common.ids import new_id
from services.common.sessions import SESSION_CLOSED
from services.programming.due_lists import feeds, service
from tests.programming.due_lists.lists import due
from tests.programming.due_lists.test_reminders import close_on
from tests.programming.world import World
from tests.support import SIGNER

pytestmark = pytest.mark.anyio
FEED = "/me/due/feed"


async def follow(world: World, url: str, *, expect: int = 200, **headers: str) -> Any:
    return await world.call(None, "GET", url.removeprefix("http://canevas.test"), expect=expect, headers=headers)


def events(content: str) -> list[Any]:
    """As a calendar program reads them."""
    return list(vobject.readOne(content).vevent_list)


async def test_what_has_a_day_stands_on_it_and_follows_it(world: World) -> None:
    dossier_id, _ = await world.draft()
    await world.refused(world.helper, "GET", FEED, 404, "not-found")
    made = (await world.call(world.helper, "POST", FEED, expect=201)).json()
    assert (await world.call(world.helper, "GET", FEED, expect=200)).json()["organisation_ids"] == [str(world.association)]
    item = (await due(world, world.helper))["draft_to_submit"]
    answer = await follow(world, made["url"])
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = events(answer.text)
    assert event.dtstart.value == date.fromisoformat(item["due_on"])
    assert event.dtend.value - event.dtstart.value == timedelta(days=1)
    assert event.summary.value == f"{item['todo']} – {item['label']}"
    assert item["why"] in event.description.value
    assert event.url.value.endswith(f"/programming/v1/dossiers/{dossier_id}")
    assert made["url"].rpartition("/")[2][:20] not in event.serialize(), "an entry that is passed on opens nothing"
    # The tag does not move with the hour; the day does, under the same identifier, at a higher sequence.
    world.running.clock.forward(minutes=30)
    assert (await follow(world, made["url"], expect=304, **{"If-None-Match": answer.headers["etag"]})).content == b""
    later = event.dtstart.value + timedelta(days=9)
    await close_on(world, later)
    (moved,) = events((await follow(world, made["url"])).text)
    assert (moved.uid.value, moved.dtstart.value) == (event.uid.value, later)
    assert int(moved.sequence.value) > int(event.sequence.value)


async def test_an_address_renewed_or_revoked_opens_nothing(world: World) -> None:
    await world.draft()
    first = (await world.call(world.helper, "POST", FEED, expect=201)).json()["url"]
    second = (await world.call(world.helper, "POST", FEED, expect=201)).json()["url"]
    await follow(world, first, expect=404)
    assert len(events((await follow(world, second)).text)) == 1
    others = (await world.call(world.stranger, "POST", FEED, expect=201)).json()["url"]
    assert "BEGIN:VEVENT" not in (await follow(world, others)).text, "each their own"
    await world.call(world.helper, "DELETE", FEED, expect=204)
    await follow(world, second, expect=404)
    await world.refused(world.helper, "DELETE", FEED, 404, "not-found")
    await follow(world, others)


async def test_it_ends_with_a_right_taken_back_and_with_the_person(world: World) -> None:
    grant = new_id()
    token = SIGNER.token(sub=str(world.helper.account_id), orgs={str(world.association): ["member"]}, standing=[str(grant)])
    made = await world.call(None, "POST", FEED, headers={"Authorization": f"Bearer {token}"}, expect=201)
    until = {"until": (world.running.clock.now() + timedelta(minutes=10)).isoformat()}
    await world.announce(SESSION_CLOSED, new_id(), until)
    await follow(world, made.json()["url"])
    await world.announce(SESSION_CLOSED, grant, until)
    await follow(world, made.json()["url"], expect=404)
    others = (await world.call(world.holder, "POST", FEED, expect=201)).json()["url"]
    async with world.running.resources.database.transaction() as session:
        await service.forget(session, world.holder.account_id)
    await follow(world, others, expect=404)


async def test_however_much_is_due_the_calendar_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST", 2)
    for _ in range(3):
        await world.draft()
    url = (await world.call(world.helper, "POST", FEED, expect=201)).json()["url"]
    assert len(events((await follow(world, url)).text)) == 2
