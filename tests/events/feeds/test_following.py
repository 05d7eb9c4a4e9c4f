"""Calendars to follow: the public agenda, one's own, the sessions of a registration."""

from typing import Any

import pytest

from tests.events.invitations.post import Post, parsed
from tests.events.world import World, attendee
from tests.support import Person

pytestmark = pytest.mark.anyio


async def follow(world: World, path: str = "/feeds/agenda.ics", **params: Any) -> Any:
    answer = await world.call(None, "GET", path, params=params, expect=200)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return parsed(answer.content)


async def agenda(world: World, **params: Any) -> dict[str, Any]:
    """Entries of the first network's public calendar by `UID`."""
    found = await follow(world, network_id=world.network_id, **params)
    return {each.uid.value: each for each in getattr(found, "vevent_list", [])}


async def test_each_session_is_an_entry_and_ideas_and_unlisted_events_are_not(world: World) -> None:
    event = await world.opened(sessions=2, summary="Comparer ; apprendre, ensemble.")
    await world.dated()
    unlisted = await world.dated(visibility="unlisted")
    await world.act(unlisted, "announcement")
    found = await agenda(world)
    assert set(found) == {session["id"] for session in event["sessions"]}
    first = found[event["sessions"][0]["id"]]
    assert first.status.value == "CONFIRMED"
    assert first.summary.value == "La parole des habitants"
    assert first.description.value.startswith("Comparer ; apprendre, ensemble.")
    assert first.categories.value == ["Journée"]
    assert first.last_modified.value.tzinfo is not None
    assert not hasattr(first, "attendee")


async def test_a_date_that_is_not_sure_is_a_whole_tentative_day(world: World) -> None:
    event = await world.idea(vague_date="Janvier ?", expected_on="2027-01-31")
    world.at("2026-12-01T10:00:00+00:00")
    await world.act(event, "tentative-announcement")
    nowhere = await world.idea()
    await world.act(nowhere, "tentative-announcement")
    found = await agenda(world)
    assert set(found) == {event["id"]}
    assert found[event["id"]].status.value == "TENTATIVE"
    assert found[event["id"]].dtstart.value.isoformat() == "2027-01-31"
    assert found[event["id"]].description.value == "Janvier ?"


async def test_what_is_cancelled_says_so_sixty_days_then_goes(world: World) -> None:
    event = await world.opened(sessions=2)
    middle = event["sessions"][0]
    path = f"/events/{event['id']}/sessions/{middle['id']}"
    before = (await agenda(world))[middle["id"]].sequence.value
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Grève."}, expect=201)
    found = await agenda(world)
    assert {each.status.value for each in found.values()} == {"CANCELLED", "CONFIRMED"}
    assert int(found[middle["id"]].sequence.value) > int(before)
    await world.act(event, "cancellation", reason="Grève.")
    assert [each.status.value for each in (await agenda(world)).values()] == ["CANCELLED", "CANCELLED"]
    world.running.clock.forward(days=59)
    assert len(await agenda(world)) == 2
    world.running.clock.forward(days=2)
    assert await agenda(world) == {}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"theme": "lien-social"}, True),
        ({"theme": "habitat"}, False),
        ({"territory": "11"}, True),
        ({"territory": "34"}, False),
        ({"audience": "state"}, True),
        ({"audience": "resident"}, False),
        ({"format": ["journee", "cafelabo"]}, True),
        ({"format": "cafelabo"}, False),
    ],
)
async def test_it_is_followed_by_theme_territory_audience_and_format(world: World, filters: dict[str, Any], found: bool) -> None:
    event = await world.dated(theme_codes=["participation"], territory_codes=["11069"], audiences=["state"])
    await world.act(event, "announcement")
    assert bool(await agenda(world, **filters)) is found


async def test_an_unknown_filter_is_refused(world: World) -> None:
    await world.refused(None, "GET", "/feeds/agenda.ics", 422, "malformed-request", params={"themes": "x"})


async def test_nothing_new_is_said_without_writing_the_calendar(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await world.opened()
    params = {"network_id": world.network_id}
    answer = await world.call(None, "GET", "/feeds/agenda.ics", params=params, expect=200)
    assert answer.headers["cache-control"] == "public, max-age=300"
    with monkeypatch.context() as patched:
        patched.setattr("services.events.feeds.service._agenda_entries", None)  # whoever writes it fails
        for held in ({"If-None-Match": answer.headers["etag"]}, {"If-Modified-Since": answer.headers["last-modified"]}):
            again = await world.call(None, "GET", "/feeds/agenda.ics", params=params, headers=held, expect=304)
            assert again.headers["etag"] == answer.headers["etag"]
            assert again.content == b""
    held = {"If-None-Match": answer.headers["etag"]}
    await world.register(event)  # who registers changes nothing of it
    await world.call(None, "GET", "/feeds/agenda.ics", params=params, headers=held, expect=304)
    path = f"/events/{event['id']}/sessions/{event['sessions'][0]['id']}"
    await world.change(world.organiser, "PATCH", path, json={"room": "Salle 9"}, expect=200)
    changed = await world.call(None, "GET", "/feeds/agenda.ics", params=params, headers=held, expect=200)
    assert b"LOCATION:Salle 9" in changed.content
    await world.change(world.manager, "PATCH", f"/networks/{world.network_id}", json={"name": "Autre nom"}, expect=200)
    held = {"If-None-Match": changed.headers["etag"]}
    renamed = await world.call(None, "GET", "/feeds/agenda.ics", params=params, headers=held, expect=200)
    assert b"Autre nom" in renamed.content


@pytest.mark.parametrize(
    "since", ["", "yesterday", "Thu, 32 Foo 2027", "Mon, 01 Jan 2001 00:00:00 GMT", "Mon, 01 Jan 2001 00:00:00"]
)
async def test_a_date_that_says_nothing_is_answered_in_full(world: World, since: str) -> None:
    await world.opened()
    params = {"network_id": world.network_id}
    await world.call(None, "GET", "/feeds/agenda.ics", params=params, headers={"If-Modified-Since": since}, expect=200)


async def test_ones_own_calendar_opens_by_a_secret_address_that_can_be_renewed_and_revoked(world: World, post: Post) -> None:
    me = Person()
    first = await world.opened(sessions=2, most_in_group=3)
    await world.register(first, attendee("Autre", email="autre@example.fr"), attendee(), who=me)
    await world.register(await world.opened())
    await world.refused(me, "GET", "/me/feed", 404, "not-found")
    made = (await world.call(me, "POST", "/me/feed", expect=201)).json()
    found = await follow(world, made["url"].removeprefix("http://canevas.test/events/v1"))
    mailed = [mail.calendar.vevent for mail in await post.delivered() if mail.to != "autre@example.fr" and mail.calendar]
    mine = [each.uid.value for each in mailed if first["id"] in each.url.value]
    assert [each.uid.value for each in found.vevent_list] == mine
    assert len(mine) == 2

    path = made["url"].removeprefix("http://canevas.test/events/v1")
    answer = await world.call(None, "GET", path, expect=200)
    assert answer.headers["cache-control"] == "private, max-age=300"
    held = {"If-None-Match": answer.headers["etag"]}
    await world.call(None, "GET", path, headers=held, expect=304)
    await world.act(first, "cancellation", reason="Grève.")
    answer = await world.call(None, "GET", path, headers=held, expect=200)
    assert {each.status.value for each in parsed(answer.content).vevent_list} == {"CANCELLED"}

    renewed = (await world.call(me, "POST", "/me/feed", expect=201)).json()
    await world.call(None, "GET", path, expect=404)
    path = renewed["url"].removeprefix("http://canevas.test/events/v1")
    await world.call(None, "GET", path, expect=200)
    assert set((await world.call(me, "GET", "/me/feed", expect=200)).json()) == {"created_at"}
    await world.call(me, "DELETE", "/me/feed", expect=204)
    await world.call(None, "GET", path, expect=404)
    await world.refused(me, "DELETE", "/me/feed", 404, "not-found")


async def test_the_secret_is_nowhere_in_the_database(world: World) -> None:
    me = Person()
    url = (await world.call(me, "POST", "/me/feed", expect=201, headers={"Idempotency-Key": "abc"})).json()["url"]
    secret = url.rpartition("/")[2].removesuffix(".ics")
    (kept,) = await world.running.rows("SELECT * FROM personal_feeds WHERE account_id = %(id)s", id=me.account_id)
    assert secret not in str(kept)
    assert secret not in str(await world.running.rows("SELECT * FROM idempotency_keys"))


async def test_a_registrations_link_gives_all_its_sessions(world: World, post: Post) -> None:
    event = await world.opened(1, sessions=3)
    seated, waiting = await world.register(event), await world.register(event)
    answer = await world.call(None, "GET", f"{world.link(seated)}/invitation.ics", expect=200)
    assert answer.headers["content-disposition"] == 'attachment; filename="invitation.ics"'
    found = parsed(answer.content)
    assert found.method.value == "PUBLISH"
    mailed = [mail.calendar.vevent.uid.value for mail in await post.delivered() if mail.calendar]
    assert [each.uid.value for each in found.vevent_list] == mailed
    await world.refused(None, "GET", f"{world.link(waiting)}/invitation.ics", 409, "nothing-for-the-calendar")
    await world.refused(None, "GET", "/my-registrations/forged.token/invitation.ics", 404, "bad-registration-link")
