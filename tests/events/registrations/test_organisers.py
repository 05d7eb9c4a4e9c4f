"""What organisers decide: yes or no, somebody registered by telephone, a cancellation with its reason, another session."""

import asyncio
from typing import Any

import pytest

from tests.events.registrations.folk import (
    attendee,
    by_link,
    decided,
    first,
    journalled,
    new_email,
    registration,
    tag,
    taken,
)
from tests.events.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def to_approve(world: World, seats: int, count: int, **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    event = await world.opened(seats, approval_required=True, **more)
    return event, [await world.register(event) for _ in range(count)]


async def test_an_approved_request_has_a_seat_or_when_full_a_rank(world: World) -> None:
    event, (one, two, three) = await to_approve(world, 1, 3)
    assert (await decided(world, one, "approval"))["state"] == "seated"
    waiting = await decided(world, three, "approval")
    assert (waiting["state"], waiting["rank"]) == ("waiting", 1)
    # Ranks are of the order of the decisions: whoever asked before was not approved before.
    assert (await decided(world, two, "approval"))["rank"] == 2
    assert await taken(world, event) == {"on_site": 1}
    assert len([line for line in await journalled(world, "registration.approved") if str(line["resource_id"]) == one["id"]]) == 1


async def test_without_a_waiting_list_an_approval_beyond_the_seats_is_refused_and_the_request_stays(world: World) -> None:
    _, (one, two) = await to_approve(world, 1, 2, has_waiting_list=False)
    await decided(world, one, "approval")
    await world.refused(world.organiser, "POST", f"/registrations/{two['id']}/approval", 409, "no-seat-left", headers=tag(two))
    assert (await world.registered(two))["state"] == "to_approve"


async def test_a_refusal_says_why_and_nothing_follows_it(world: World) -> None:
    _, (found,) = await to_approve(world, 5, 1)
    refused = await decided(world, found, "refusal", reason="La journée s'adresse aux élus.")
    assert (refused["state"], refused["reason"]) == ("refused", "La journée s'adresse aux élus.")
    for act, sent in (("approval", None), ("refusal", {"reason": "Non"})):
        path = f"/registrations/{found['id']}/{act}"
        await world.refused(world.organiser, "POST", path, 409, "registration-act-not-possible", headers=tag(refused), json=sent)


async def test_two_organisers_decide_at_once_and_one_decision_counts(world: World) -> None:
    event, (found,) = await to_approve(world, 5, 1)
    path = f"/registrations/{found['id']}"
    answers = await world.at_once(
        [
            (world.organiser, "POST", f"{path}/approval", {"headers": tag(found)}),
            (world.manager, "POST", f"{path}/refusal", {"headers": tag(found), "json": {"reason": "Non"}}),
        ]
    )
    assert sorted(each.status_code for each in answers) == [201, 412]
    assert await taken(world, event) == {"on_site": 1 if answers[0].status_code == 201 else 0}


async def test_two_approvals_for_the_last_seat(world: World) -> None:
    event, (one, two) = await to_approve(world, 1, 2)
    answers = await world.at_once(
        [(world.organiser, "POST", f"/registrations/{each['id']}/approval", {"headers": tag(each)}) for each in (one, two)]
    )
    assert sorted(each.json()["state"] for each in answers) == ["seated", "waiting"]
    assert await taken(world, event) == {"on_site": 1}


async def test_only_organisers_decide(world: World) -> None:
    event = await world.opened(approval_required=True)
    owner = Person()
    found = await world.register(event, who=owner)
    path = f"/registrations/{found['id']}/approval"
    await world.refused(owner, "POST", path, 403, "not-an-organiser", headers=tag(found))
    for who in (world.neighbour, world.stranger, world.administrator):
        await world.refused(who, "POST", path, 404, "not-found", headers=tag(found))


async def test_many_decisions_each_have_their_own_result(world: World) -> None:
    event, found = await to_approve(world, 1, 4)
    elsewhere = await world.register(await world.opened(approval_required=True))
    said = [
        {"registration_id": found[0]["id"], "version": found[0]["version"], "decision": "approval"},
        {"registration_id": found[1]["id"], "version": 99, "decision": "approval"},
        {"registration_id": elsewhere["id"], "version": elsewhere["version"], "decision": "approval"},
        {"registration_id": found[2]["id"], "version": found[2]["version"], "decision": "refusal", "reason": "Complet"},
        {"registration_id": found[3]["id"], "version": found[3]["version"], "decision": "approval"},
        {"registration_id": found[3]["id"], "version": found[3]["version"], "decision": "approval"},
    ]
    path = f"/events/{event['id']}/decisions"
    items = (await world.call(world.organiser, "POST", path, json={"decisions": said}, expect=201)).json()["items"]
    assert [each["registration_id"] for each in items] == [each["registration_id"] for each in said]
    assert [each["state"] for each in items] == ["seated", None, None, "refused", "waiting", None]
    problems = [each["problem"] and each["problem"]["type"].rpartition("/")[2] for each in items]
    assert problems == [None, "stale-version", "not-found", None, None, "stale-version"]
    assert items[4]["rank"] == 1
    assert await taken(world, event) == {"on_site": 1}
    await world.refused(
        world.organiser, "POST", path, 422, "malformed-request", json={"decisions": said[3:4][0] and [said[3] | {"reason": None}]}
    )
    await world.refused(world.neighbour, "POST", path, 403, "not-an-organiser", json={"decisions": said[:1]})


async def test_an_organiser_registers_somebody_after_registrations_closed(world: World) -> None:
    event = await world.opened(2)
    await world.act(event, "closing")
    path = f"/events/{event['id']}/desk-registrations"
    wish = registration(new_email(), attendee(needs={"dietary": "sans sel"}))
    answer = await world.call(world.organiser, "POST", path, json=wish, expect=201)
    found = answer.json()
    assert (found["state"], found["source"], found["version"]) == ("seated", "organiser", 1)
    assert (await world.call(world.organiser, "GET", answer.headers["location"], expect=200)).json()["id"] == found["id"]
    assert (await world.call(None, "GET", world.link(found), expect=200)).json()["attendees"][0]["has_seat"]
    await world.refused(world.organiser, "POST", path, 409, "already-registered", json=wish)
    assert await taken(world, event) == {"on_site": 1}


async def test_an_organiser_never_passes_the_capacity_nor_who_waits(world: World) -> None:
    event = await world.opened(1, most_in_group=2)
    path = f"/events/{event['id']}/desk-registrations"
    seated = await world.register(event)
    group = await world.register(event, attendee(), attendee())
    found = (await world.call(world.organiser, "POST", path, json=registration(new_email()), expect=201)).json()
    assert (found["state"], found["rank"]) == ("waiting", 2)
    await by_link(world, seated, "POST", "/cancellation", expect=201)
    assert (await world.registered(group))["rank"] == 1
    last = (await world.call(world.organiser, "POST", path, json=registration(new_email()), expect=201)).json()
    assert last["state"] == "waiting"
    assert await taken(world, event) == {"on_site": 0}


@pytest.mark.parametrize("act", ["cancellation", "holding"])
async def test_nobody_is_registered_to_what_is_over(world: World, act: str) -> None:
    event = await world.opened(2)
    await world.act(event, act, **({"reason": "Grève"} if act == "cancellation" else {}))
    path = f"/events/{event['id']}/desk-registrations"
    await world.refused(world.organiser, "POST", path, 409, "event-is-over", json=registration(new_email()))


async def test_an_organiser_cancels_and_says_why(world: World) -> None:
    event = await world.opened(1)
    found, waiting = await world.register(event), await world.register(event)
    path = f"/registrations/{found['id']}"
    sent = {"reason": "Inscription en double."}
    cancelled = (await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json=sent, expect=201)).json()
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", sent["reason"])
    assert (await world.registered(waiting))["state"] == "offered"


async def per_session(world: World, *seats: int, **more: Any) -> tuple[dict[str, Any], list[str]]:
    event = await world.dated(sessions=len(seats), enrolment="per_session", **more)
    ids = [str(each["id"]) for each in event["sessions"]]
    for session_id, count in zip(ids, seats, strict=True):
        await world.seats(event, {"mode": "on_site", "seats": count}, session_id=session_id)
    return await world.act(event, "opening"), ids


async def test_a_registration_moves_to_another_session_with_its_seat(world: World) -> None:
    event, (first_day, second_day) = await per_session(world, 1, 1)
    found = await world.register(event, session_id=first_day)
    waiting = await world.register(event, session_id=first_day)
    moved = await decided(world, found, "move", session_id=second_day)
    assert (moved["session_id"], moved["state"], moved["attendees"][0]["has_seat"]) == (second_day, "seated", True)
    assert (await world.registered(waiting))["state"] == "offered"
    assert await taken(world, event) == {"on_site": 2}
    await world.refused(
        world.organiser,
        "POST",
        f"/registrations/{found['id']}/move",
        409,
        "same-session",
        headers=tag(moved),
        json={"session_id": second_day},
    )


async def test_a_move_to_a_full_or_cancelled_session_loses_nothing(world: World) -> None:
    event, (first_day, second_day, third_day) = await per_session(world, 1, 1, 1)
    found, _ = await world.register(event, session_id=first_day), await world.register(event, session_id=second_day)
    path = f"/registrations/{found['id']}/move"
    await world.refused(world.organiser, "POST", path, 409, "no-seat-left", headers=tag(found), json={"session_id": second_day})
    at = f"/events/{event['id']}/sessions/{third_day}"
    await world.change(world.organiser, "POST", f"{at}/cancellation", of=at, json={"reason": "Salle prise"}, expect=201)
    await world.refused(world.organiser, "POST", path, 409, "session-cancelled", headers=tag(found), json={"session_id": third_day})
    now = await world.registered(found)
    assert (now["version"], now["session_id"], now["attendees"][0]["has_seat"]) == (found["version"], first_day, True)


async def test_two_registrations_that_change_places_at_once_do_not_lock_each_other(world: World) -> None:
    event, (first_day, second_day) = await per_session(world, 3, 3)
    one, two = await world.register(event, session_id=first_day), await world.register(event, session_id=second_day)
    answers = await asyncio.gather(
        *(
            world.call(world.organiser, "POST", f"/registrations/{found['id']}/move", headers=tag(found), json={"session_id": to})
            for found, to in ((one, second_day), (two, first_day))
        )
    )
    assert [each.status_code for each in answers] == [201, 201]
    assert await taken(world, event) == {"on_site": 2}


async def test_a_move_may_fill_the_event(world: World) -> None:
    event, (first_day, second_day) = await per_session(world, 0, 1)
    assert (await world.event(event))["status"] == "open"
    await world.seats(event, {"mode": "on_site", "seats": 1}, session_id=first_day)
    found = await world.register(event, session_id=first_day)
    other = await world.register(event, session_id=second_day)
    assert (await world.event(event))["status"] == "full"
    await by_link(world, other, "POST", "/cancellation", expect=201)
    assert (await world.event(event))["status"] == "open"
    await decided(world, found, "move", session_id=second_day)
    await world.seats(event, {"mode": "on_site", "seats": 0}, session_id=first_day)
    assert (await world.event(event))["status"] == "full"


async def test_two_organisers_decide_many_at_once_over_two_desks(world: World) -> None:
    event, days = await per_session(world, 1, 1, approval_required=True)
    asked = [await world.register(event, session_id=day) for day in (*days, *days)]
    path = f"/events/{event['id']}/decisions"

    def sent(found: list[dict[str, Any]]) -> dict[str, Any]:
        said = [{"registration_id": each["id"], "version": each["version"], "decision": "approval"} for each in found]
        return {"json": {"decisions": said}}

    orders = (asked[:2], [asked[3], asked[2]])
    answers = await world.at_once([(world.organiser, "POST", path, sent(found)) for found in orders])
    assert [each.status_code for each in answers] == [201, 201]
    states = [item["state"] for each in answers for item in each.json()["items"]]
    assert sorted(states) == ["seated", "seated", "waiting", "waiting"]
    assert await taken(world, event) == {"on_site": 2}


async def test_who_waits_is_not_moved_and_one_of_a_whole_event_neither(world: World) -> None:
    event, (first_day, second_day) = await per_session(world, 1, 1)
    await world.register(event, session_id=first_day)
    waiting = await world.register(event, session_id=first_day)
    path = f"/registrations/{waiting['id']}/move"
    sent = {"session_id": second_day}
    await world.refused(world.organiser, "POST", path, 409, "registration-act-not-possible", headers=tag(waiting), json=sent)
    whole = await world.opened()
    found = await world.register(whole)
    sent = {"session_id": whole["sessions"][0]["id"]}
    path = f"/registrations/{found['id']}/move"
    await world.refused(world.organiser, "POST", path, 409, "whole-event-only", headers=tag(found), json=sent)


async def test_a_participant_leaves_while_the_registration_is_moved(world: World) -> None:
    event, (first_day, second_day) = await per_session(world, 3, 3)
    await world.call(
        world.organiser,
        "PATCH",
        f"/events/{event['id']}",
        json={"most_in_group": 3},
        headers={"If-Match": f'"{event["version"]}"'},
        expect=200,
    )
    found = await world.register(event, attendee(), attendee(), session_id=first_day)
    answers = await asyncio.gather(
        world.call(
            world.organiser, "POST", f"/registrations/{found['id']}/move", headers=tag(found), json={"session_id": second_day}
        ),
        by_link(world, found, "POST", f"/attendees/{first(found)}/departure"),
    )
    assert sorted(each.status_code for each in answers) == [201, 412]
    assert await taken(world, event) == {"on_site": 2 if answers[0].status_code == 201 else 1}
