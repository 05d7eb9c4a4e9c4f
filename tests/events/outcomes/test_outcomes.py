"""What an event leaves: proposed to the catalogue, published there, told to who had a seat."""

from typing import Any

import orjson
import pytest

from services.common.ids import new_id
from services.events.outcomes import jobs
from tests.events.world import World, attendee

from .siblings import catalogue, run, tell

pytestmark = pytest.mark.anyio

CENTRE = str(new_id())
REPLAY = {"role": "replay", "title": "Replay de la journée", "url": "https://video.example/1"}


async def held(world: World, **more: Any) -> dict[str, Any]:
    """An event of a network with a centre, with speakers, that took place yesterday."""
    await world.change(world.manager, "PATCH", f"/networks/{world.network_id}", json={"centre_id": CENTRE}, expect=200)
    event = await world.idea(theme_codes=["participation"], territory_codes=["QP011002"], audiences=["resident"], **more)
    speakers = [
        {"name": "Camille Oui", "function": "Sociologue", "replay_consent": "given"},
        {"name": "Dominique Image", "image_consent": "given"},
        {"name": "Claude Non", "replay_consent": "refused", "image_consent": "refused"},
        {"name": "Sacha Rien"},
    ]
    item = {"starts_at": world.day(2, 9), "ends_at": world.day(2, 10), "title": "Ouverture", "speakers": speakers}
    await world.add_session(event, days=2, programme=[item])
    await world.seats(event, {"mode": "on_site", "seats": 20})
    event = await world.act(event, "opening")
    group = [attendee("Un"), attendee("Deux", email=f"deux{new_id().hex[-6:]}@example.fr")]
    await world.change(world.organiser, "PATCH", f"/events/{event['id']}", json={"most_in_group": 3}, expect=200)
    await world.register(event, *group)
    await world.register(event)
    world.running.clock.forward(days=3)
    return await world.event(event)


async def propose(world: World, event: dict[str, Any], **wish: Any) -> dict[str, Any]:
    sent = {**REPLAY, **wish}
    body: dict[str, Any] = (
        await world.call(world.organiser, "POST", f"/events/{event['id']}/outcomes", json=sent, expect=201)
    ).json()
    return body


async def state(world: World, outcome: dict[str, Any]) -> str:
    path = f"/events/{outcome['event_id']}/outcomes/{outcome['id']}"
    return str((await world.call(world.organiser, "GET", path, expect=200)).json()["state"])


def document(outcome: dict[str, Any], **more: Any) -> dict[str, Any]:
    """`data` of the catalogue's `document.published`."""
    return {
        "document_id": str(new_id()),
        "event_id": outcome["event_id"],
        "reference": f"VTLR-{new_id().hex[-6:]}",
        "title": "Replay de la journée",
        "kind": "video",
        "permalink": "https://canevas.example/catalogue/d/VTLR-2027-0001",
        "origin": f"outcome:{outcome['id']}",
        "relation": "support_of",
        **more,
    }


async def published(world: World, data: dict[str, Any], type: str = "document.published") -> None:
    answer = await tell(world, type, data["document_id"], data, source="catalogue")
    assert answer.status_code == 204, answer.text
    for row in await world.running.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'events:tell_publication'"):
        if row["args"]["told"]["document_id"] == data["document_id"]:
            await run(world, jobs.tell_publication, **row["args"])


async def test_without_a_catalogue_the_proposal_is_kept_and_told_once_later(world: World) -> None:
    outcome = await propose(world, await held(world))
    for _ in range(3):
        await run(world, jobs.tell_catalogue_hourly)
    assert await state(world, outcome) == "waiting"
    heard: list[dict[str, Any]] = []
    async with catalogue(world, heard, status=503):
        await run(world, jobs.tell_catalogue_hourly)
    assert await state(world, outcome) == "waiting"
    async with catalogue(world, heard):
        await run(world, jobs.tell_catalogue)
        await run(world, jobs.tell_catalogue_hourly)
    mine = [event for event in heard if event["subject"] == outcome["id"]]
    assert len(mine) == 2
    assert len({event["id"] for event in mine}) == 1, "the same event: who heard it already knows it again"
    assert mine[0]["type"] == "event.outcome_proposed"
    assert await state(world, outcome) == "proposed"


async def test_what_is_told_names_only_speakers_who_agreed(world: World) -> None:
    event = await held(world)
    replay = await propose(world, event)
    text = await propose(world, event, role="proceedings", title="Compte rendu", abstract="Trois conseils racontent.")
    (told,) = await world.running.rows("SELECT data FROM outbox_events WHERE subject = %(id)s", id=replay["id"])
    assert told["data"]["speakers"] == [{"name": "Camille Oui", "role": "Sociologue"}]
    assert (told["data"]["centre_id"], told["data"]["dated"]) == (CENTRE, event["sort_on"])
    assert (told["data"]["theme_codes"], told["data"]["territory_codes"]) == (["participation"], ["QP011002"])
    (other,) = await world.running.rows("SELECT data FROM outbox_events WHERE subject = %(id)s", id=text["id"])
    assert [each["name"] for each in other["data"]["speakers"]] == ["Camille Oui", "Dominique Image"]
    said = orjson.dumps([told["data"], other["data"]]).decode()
    assert not [name for name in ("Claude", "Sacha", "example.fr", "Deux") if name in said]


async def test_published_it_is_shown_on_the_event_and_each_address_is_told_once(world: World) -> None:
    outcome = await propose(world, await held(world))
    data = document(outcome)
    for _ in range(3):
        await published(world, data)
    event = await world.event({"id": outcome["event_id"]})
    assert [(each["role"], each["document_id"]) for each in event["documents"]] == [("replay", data["document_id"])]
    mails = [mail for mail in await world.mails("^En ligne") if data["reference"] in mail["text"]]
    assert len(mails) == len({mail["to"] for mail in mails}) == 3
    assert data["permalink"] in mails[0]["text"]
    assert await state(world, outcome) == "published"


async def test_withdrawn_nobody_is_led_to_it_and_nobody_is_told_again_when_it_comes_back(world: World) -> None:
    outcome = await propose(world, await held(world))
    data = document(outcome)
    await published(world, data)
    await published(world, data, "document.withdrawn")
    assert (await world.event({"id": outcome["event_id"]}))["documents"] == []
    assert await state(world, outcome) == "withdrawn"
    await published(world, data)
    assert await state(world, outcome) == "published"
    assert len([mail for mail in await world.mails("^En ligne") if data["reference"] in mail["text"]]) == 3


async def test_a_document_made_otherwise_is_shown_too_and_one_about_the_event_writes_to_nobody(world: World) -> None:
    outcome = await propose(world, await held(world))
    data = document(outcome, origin=None, relation="about", kind="study", title="Une étude")
    await published(world, data)
    event = await world.event({"id": outcome["event_id"]})
    assert [(each["role"], each["title"]) for each in event["documents"]] == [("support", "Une étude")]
    assert [mail for mail in await world.mails("^En ligne") if data["reference"] in mail["text"]] == []
    assert await state(world, outcome) == "waiting"


async def test_a_document_of_an_unknown_event_or_of_another_events_outcome_changes_nothing(world: World) -> None:
    outcome = await propose(world, await held(world))
    await published(world, document(outcome, event_id=str(new_id())))
    assert (await world.event({"id": outcome["event_id"]}))["documents"] == []
    other = await held(world)
    await published(world, document(outcome, event_id=other["id"]))
    assert await state(world, outcome) == "waiting"


async def test_refusals_have_names(world: World) -> None:
    path = "/events/{}/outcomes"
    coming = await world.opened()
    await world.refused(world.organiser, "POST", path.format(coming["id"]), 409, "outcome-too-early", json=REPLAY)
    support = {"role": "support", "title": "Diaporama"}
    await world.refused(world.organiser, "POST", path.format(coming["id"]), 409, "network-without-centre", json=support)
    event = await held(world)
    await propose(world, event)
    await world.refused(world.organiser, "POST", path.format(event["id"]), 409, "outcome-proposed-already", json=REPLAY)
    await world.refused(world.neighbour, "POST", path.format(event["id"]), 403, "not-an-organiser", json=REPLAY)
    bad = {**REPLAY, "url": "javascript:alert(1)"}
    await world.refused(world.organiser, "POST", path.format(event["id"]), 422, "malformed-request", json=bad)
    assert len(await world.pages(world.organiser, path.format(event["id"]), limit=1)) == 1


async def test_partners_and_participants_bear_the_name_their_organisation_has_today(world: World) -> None:
    organisation_id = str(new_id())
    partner = {"role": "partner", "name": "Ancien nom", "organisation_id": organisation_id}
    event = await world.opened(partners=[partner])
    found = await world.register(event, attendee(organisation_name="Ancien nom", organisation_id=organisation_id))

    async def names() -> tuple[str, str | None, str]:
        shown = (await world.event(event))["partners"][0]
        there = (await world.registered(found))["attendees"][0]["organisation_name"]
        return shown["name"], shown["organisation_id"], there

    await _told(world, "organisation.changed", organisation_id, name="Nom d'aujourd'hui", version=3)
    assert await names() == ("Nom d'aujourd'hui", organisation_id, "Nom d'aujourd'hui")
    await _told(world, "organisation.changed", organisation_id, name="Nom d'hier", version=2)
    assert (await names())[0] == "Nom d'aujourd'hui", "an older word changes nothing"
    await _told(world, "organisation.erased", organisation_id)
    assert await names() == ("organisation effacée", None, "organisation effacée")
    await _told(world, "organisation.changed", organisation_id, name="Revenue", version=9)
    assert (await names())[0] == "organisation effacée"


async def _told(world: World, type: str, organisation_id: str, **data: Any) -> None:
    answer = await tell(world, type, organisation_id, {"id": organisation_id, "successor": None, **data}, source="directory")
    assert answer.status_code == 204, answer.text
    for row in await world.running.rows(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'events:follow_organisation' ORDER BY id"
    ):
        if row["args"]["organisation_id"] == organisation_id:
            await run(world, jobs.follow_organisation, **row["args"])
