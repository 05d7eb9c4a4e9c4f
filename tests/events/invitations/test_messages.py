"""Organisers write to participants: each once, to those they chose, never to an address nobody confirmed."""

import pytest

from services.events.invitations import jobs
from tests.events.invitations.post import Post
from tests.events.world import World, attendee, registration
from tests.support import Person

pytestmark = pytest.mark.anyio


async def test_a_message_reaches_those_it_is_for_once(world: World, post: Post) -> None:
    event = await world.opened(2, visio=True, most_in_group=2)
    path = f"/events/{event['id']}/messages"
    group = await world.register(event, attendee(), attendee(email="autre@example.fr"))
    remote = await world.register(event, attendee(mode="visio"))
    waiting = await world.register(event)
    wish = registration("non-confirme@example.fr", attendee(mode="visio"))
    await world.call(None, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)
    await post.delivered()

    text = "Bonjour,\r\n\r\nVenez <b>tôt</b>.\nMerci."
    sent = (await world.call(world.organiser, "POST", path, json={"subject": "À savoir", "text": text}, expect=201)).json()
    assert (sent["registrations"], sent["states"]) == (2, ["seated"])
    again = [job["args"] for job in await world.running.jobs("events:send_message") if job["args"]["message_id"] == sent["id"]]
    async with world.running.resources.database.transaction() as session:
        await jobs.send_message.run(session, world.running.resources, **again[0])
    mails = await post.delivered("À savoir – La parole des habitants")
    assert sorted(mail.to for mail in mails) == sorted([group["contact_email"], "autre@example.fr", remote["contact_email"]])
    assert "Venez <b>tôt</b>.\nMerci." in mails[0].text
    assert "Venez &lt;b&gt;tôt&lt;/b&gt;.<br>" in mails[0].html
    assert mails[0].message["Reply-To"] == "agenda@reseau.example"

    wish = {"subject": "Visio", "text": "Un.", "to": {"modes": ["visio"]}}
    await world.call(world.organiser, "POST", path, json=wish, expect=201)
    assert [mail.to for mail in await post.delivered("Visio")] == [remote["contact_email"]]
    wish = {"subject": "Attente", "text": "Un.", "to": {"states": ["waiting", "offered"]}}
    await world.call(world.organiser, "POST", path, json=wish, expect=201)
    assert [mail.to for mail in await post.delivered("Attente")] == [waiting["contact_email"]]
    kept = await world.pages(world.organiser, path, limit=2)
    assert [each["subject"] for each in kept] == ["Attente", "Visio", "À savoir"]
    assert kept[2]["text"] == "Bonjour,\n\nVenez <b>tôt</b>.\nMerci."


async def test_whoever_withdraws_while_the_message_waits_is_left_alone(world: World, post: Post) -> None:
    event = await world.opened()
    found = await world.register(event)
    await post.delivered()
    await world.call(world.organiser, "POST", f"/events/{event['id']}/messages", json={"subject": "S", "text": "T"}, expect=201)
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    assert [mail.subject.partition(" – ")[0] for mail in await post.delivered()] == ["Inscription annulée"]


async def test_messages_are_counted(world: World) -> None:
    event = await world.opened()
    path, wish = f"/events/{event['id']}/messages", {"subject": "S", "text": "T"}
    await world.refused(world.organiser, "POST", path, 409, "nobody-to-write-to", json=wish)
    await world.register(event)
    calls = [(world.organiser, "POST", "/events/v1" + path, {"json": wish}) for _ in range(8)]
    statuses = sorted(answer.status_code for answer in await world.at_once(calls))
    assert statuses == [201] * 5 + [429] * 3
    answer = await world.call(world.organiser, "POST", path, json=wish, expect=429)
    assert 86_000 < int(answer.headers["retry-after"]) <= 86_401
    world.running.clock.forward(days=1, seconds=2)
    await world.call(world.organiser, "POST", path, json=wish, expect=201)


async def test_only_organisers_write_and_read_what_was_written(world: World) -> None:
    event = await world.opened()
    path, wish = f"/events/{event['id']}/messages", {"subject": "S", "text": "T"}
    for who in (world.neighbour, world.participant, Person()):
        await world.refused(who, "POST", path, 403, "not-an-organiser", json=wish)
        await world.refused(who, "GET", path, 403, "not-an-organiser")
    await world.refused(None, "GET", path, 401, "unauthenticated")


@pytest.mark.parametrize(
    "kind",
    [
        *("to_confirm", "to_approve", "seated", "waiting", "offered", "lapsed", "cancelled", "refused", "changed"),
        *("event_cancelled", "event_postponed", "session_moved", "session_cancelled", "session_added", "reminder", "message"),
    ],
)
async def test_every_mail_can_be_looked_at_before(shared_world: World, kind: str) -> None:
    world = shared_world
    for event in (await world.opened(visio=True, sessions=2, title="A <script>"), await world.idea()):
        path = f"/events/{event['id']}/mail-previews/{kind}"
        answer = await world.call(world.organiser, "GET", path, expect=200)
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert '<html lang="fr"' in answer.text
    await world.call(world.neighbour, "GET", path, expect=404)
