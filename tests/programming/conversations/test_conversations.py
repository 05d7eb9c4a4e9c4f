"""Messages: a thread per funder with the holder, another between those who instruct, mails that do not flood."""

from typing import Any
from uuid import UUID

import pytest

from services.programming.conversations import service
from services.programming.conversations.jobs import tell_of_messages
from tests.programming.collaborators.people import joined
from tests.programming.world import World, address_of, name_of
from tests.support import Person

pytestmark = pytest.mark.anyio


async def say(world: World, who: Person, dossier_id: str, organisation_id: UUID, text: str, kind: str = "holder") -> dict[str, Any]:
    wish = {"kind": kind, "organisation_id": str(organisation_id), "text": text}
    made: dict[str, Any] = (await world.call(who, "POST", f"/dossiers/{dossier_id}/messages", json=wish, expect=201)).json()
    return made


async def unread(world: World, who: Person, **query: Any) -> dict[str, int]:
    """By whom it is with, how many messages are unread."""
    return {one["organisation_name"]: one["unread_count"] for one in await world.pages(who, "/conversations", **query)}


async def tell(world: World, conversation_id: str) -> list[dict[str, Any]]:
    """The job, twice; the mails it queued."""
    before = len(await world.mails("sur le dossier"))
    for _ in range(2):
        async with world.running.resources.database.transaction() as session:
            await tell_of_messages.run(session, world.running.resources, conversation_id=conversation_id)
    return (await world.mails("sur le dossier"))[before:]


async def test_a_thread_with_a_funder_is_its_two_sides_and_counts_what_each_has_not_read(world: World) -> None:
    dossier = await world.submitted(state=8_000, caf=4_000)
    guest, _ = await joined(world, dossier["id"])
    first = await say(world, world.caf_officer, dossier["id"], world.caf, "Combien d'inscrits ?")
    assert (first["side"], first["organisation_name"]) == ("instruction", "CAF")
    assert first["author_name"] == name_of(world.caf_officer.account_id)
    thread = first["conversation_id"]
    for who in (world.holder, world.helper, guest):
        assert await unread(world, who) == {"CAF": 1}
    for who in (world.state_officer, world.team, world.region_officer, world.stranger):
        assert await world.pages(who, "/conversations") == []
        await world.refused(who, "GET", f"/conversations/{thread}/messages", 404, "not-found")
        await world.refused(who, "POST", f"/conversations/{thread}/messages", 404, "not-found", json={"text": "x"})
    seen = await world.call(guest, "POST", f"/conversations/{thread}/reading", json={"up_to": first["id"]}, expect=201)
    assert seen.json()["unread_count"] == 0
    assert await world.pages(guest, "/conversations", unread="true") == []
    assert await unread(world, world.holder, unread="true") == {"CAF": 1}
    statutes = dossier["attachments"][0]["id"]
    reply = {"text": "Quarante.", "attachment_ids": [statutes]}
    second = (await world.call(guest, "POST", f"/conversations/{thread}/messages", json=reply, expect=201)).json()
    assert (second["side"], second["organisation_name"]) == ("holder", "Les Ateliers imaginaires")
    assert [one["id"] for one in second["attachments"]] == [statutes]
    bad = {"text": "x", "attachment_ids": [thread]}
    await world.refused(guest, "POST", f"/conversations/{thread}/messages", 422, "attachment-not-there", json=bad)
    assert await unread(world, world.caf_officer) == {"CAF": 1}
    # Reading back never unreads.
    await world.call(guest, "POST", f"/conversations/{thread}/reading", json={"up_to": first["id"]}, expect=201)
    assert (await world.call(guest, "GET", f"/conversations/{thread}", expect=200)).json()["unread_count"] == 0
    texts = [one["text"] for one in await world.pages(world.caf_officer, f"/conversations/{thread}/messages")]
    assert texts == ["Quarante.", "Combien d'inscrits ?"]
    # The team has its own.
    await say(world, world.holder, dossier["id"], world.lead, "Une question.")
    assert await unread(world, world.team) == {"Équipe du contrat de ville": 1}
    wrong = {"kind": "holder", "organisation_id": str(world.region), "text": "x"}
    await world.refused(world.holder, "POST", f"/dossiers/{dossier['id']}/messages", 403, "not-in-this-conversation", json=wrong)
    other = {"kind": "holder", "organisation_id": str(world.state), "text": "x"}
    await world.refused(
        world.caf_officer, "POST", f"/dossiers/{dossier['id']}/messages", 403, "not-in-this-conversation", json=other
    )


async def test_what_instructors_say_to_each_other_is_never_shown_nor_counted_on_the_holders_side(world: World) -> None:
    dossier = await world.submitted(state=8_000, caf=4_000)
    guest, _ = await joined(world, dossier["id"])
    both = Person(memberships={world.association: ["member"], world.state: ["member"]})

    async def read_by(who: Person) -> tuple[Any, ...]:
        where = f"/dossiers/{dossier['id']}"
        return (
            await world.pages(who, "/conversations"),
            await world.pages(who, f"{where}/journal"),
            await world.seen(dossier["id"], who),
            await world.tag(dossier["id"], who),
        )

    before = [await read_by(who) for who in (world.holder, guest)]
    made = await say(world, world.state_officer, dossier["id"], world.lead, "Doublon avec l'an dernier ?", "instructors")
    assert made["organisation_name"] == "État"
    answer = await say(world, world.caf_officer, dossier["id"], world.lead, "Non.", "instructors")
    assert answer["conversation_id"] == made["conversation_id"]
    assert [await read_by(who) for who in (world.holder, guest)] == before
    thread = f"/conversations/{made['conversation_id']}"
    for who in (world.holder, guest, both, world.region_officer):
        await world.refused(who, "GET", thread, 404, "not-found")
        await world.refused(who, "GET", f"{thread}/messages", 404, "not-found")
        assert await world.pages(who, "/conversations", kind="instructors") == []
    mine = {"kind": "instructors", "organisation_id": str(world.lead), "text": "x"}
    for who in (world.holder, guest, both):
        await world.refused(who, "POST", f"/dossiers/{dossier['id']}/messages", 403, "not-in-this-conversation", json=mine)
    assert await unread(world, world.team, kind="instructors") == {"Équipe du contrat de ville": 2}
    # Its mails go to those who wrote in it, never to the holder's contact.
    assert {mail["to"] for mail in await tell(world, made["conversation_id"])} == {address_of(world.state_officer.account_id)}


async def test_a_burst_makes_one_mail_to_each_who_has_not_read(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    guest, collaborator_id = await joined(world, dossier["id"])
    thread = (await say(world, world.caf_officer, dossier["id"], world.caf, "Un"))["conversation_id"]
    for text in ("Deux", "Trois"):
        await say(world, world.caf_officer, dossier["id"], world.caf, text)
    jobs = [job for job in await world.running.jobs("programming:tell_of_messages") if job["args"]["conversation_id"] == thread]
    assert len(jobs) == 1
    told = await tell(world, thread)
    assert {mail["to"] for mail in told} == {"contact@ateliers.example.org", address_of(guest.account_id)}
    assert {mail["subject"] for mail in told} == {f"3 messages sur le dossier {dossier['reference']}"}
    assert all("Trois" not in mail["text"] and "CAF" in mail["text"] for mail in told)
    # The collaborator answered, then lost the access: told no more.
    await say(world, guest, dossier["id"], world.caf, "Voici.")
    assert [mail["to"] for mail in await tell(world, thread)] == [address_of(world.caf_officer.account_id)]
    await world.call(world.holder, "DELETE", f"/dossiers/{dossier['id']}/collaborators/{collaborator_id}", expect=204)
    await world.refused(guest, "GET", f"/conversations/{thread}", 404, "not-found")
    assert await world.pages(guest, "/conversations") == []
    await say(world, world.caf_officer, dossier["id"], world.caf, "Merci.")
    assert {mail["to"] for mail in await tell(world, thread)} == {"contact@ateliers.example.org"}


async def test_two_first_messages_at_once_are_in_one_thread(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    wish = {"json": {"kind": "holder", "organisation_id": str(world.caf), "text": "Bonjour"}}
    where = f"/dossiers/{dossier['id']}/messages"
    answers = await world.at_once([(who, "POST", where, wish) for who in (world.holder, world.caf_officer, world.helper)])
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["conversation_id"] for answer in answers}) == 1
    (thread,) = await world.pages(world.holder, "/conversations")
    assert (thread["messages_count"], thread["unread_count"]) == (3, 2)


async def test_messages_begin_with_the_submission_and_stay_after_a_withdrawal(world: World) -> None:
    dossier_id, tag = await world.draft()
    wish = {"kind": "holder", "organisation_id": str(world.caf), "text": "Bonjour"}
    await world.refused(world.holder, "POST", f"/dossiers/{dossier_id}/messages", 409, "dossier-not-sent", json=wish)
    await world.refused(world.caf_officer, "POST", f"/dossiers/{dossier_id}/messages", 404, "not-found", json=wish)
    await world.submit(dossier_id, tag)
    made = await say(world, world.holder, dossier_id, world.caf, "Bonjour")
    where = f"/dossiers/{dossier_id}"
    done = await world.change(world.holder, "POST", f"{where}/withdrawal", of=where, json={"reason": "x"}, expect=201)
    thread = f"/conversations/{made['conversation_id']}"
    await world.refused(world.caf_officer, "POST", f"{thread}/messages", 409, "conversation-closed", json={"text": "x"})
    for who in (world.holder, world.caf_officer):
        (found,) = await world.pages(who, "/conversations", reference=done.json()["reference"])
        assert found["id"] == made["conversation_id"]
        assert [one["text"] for one in await world.pages(who, f"{thread}/messages")] == ["Bonjour"]
    for method in ("PATCH", "PUT", "DELETE"):
        answer = await world.call(world.holder, method, f"{thread}/messages/{made['id']}")
        assert answer.status_code in {404, 405}


async def test_the_listing_spans_dossiers_latest_first_page_after_page(world: World) -> None:
    dossiers = [await world.submitted(caf=4_000) for _ in range(3)]
    for dossier in dossiers:
        await say(world, world.holder, dossier["id"], world.caf, "Bonjour")
    await say(world, world.holder, dossiers[0]["id"], world.caf, "Encore")
    listed = [one["dossier_id"] for one in await world.pages(world.caf_officer, "/conversations", limit=1)]
    assert listed == [dossiers[0]["id"], dossiers[2]["id"], dossiers[1]["id"]]
    (one,) = await world.pages(world.caf_officer, "/conversations", dossier_id=dossiers[0]["id"])
    assert one["unread_count"] == 2


async def test_who_is_erased_leaves_what_they_wrote_without_their_name(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    made = await say(world, world.caf_officer, dossier["id"], world.caf, "Bonjour")
    async with world.running.resources.database.transaction() as session:
        await service.forget_person(session, world.caf_officer.account_id)
    (kept,) = await world.pages(world.holder, f"/conversations/{made['conversation_id']}/messages")
    assert (kept["text"], kept["author_name"], kept["organisation_name"]) == ("Bonjour", "", "CAF")
    await say(world, world.holder, dossier["id"], world.caf, "Réponse")
    assert [mail["to"] for mail in await tell(world, made["conversation_id"])] == ["contact@ateliers.example.org"]
