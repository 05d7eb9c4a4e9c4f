"""Training needs: said, grouped, answered, turned into an event, and whoever asked is told once."""

import asyncio
from typing import Any

import pytest

from services.common.ids import new_id
from services.events.needs import service
from services.events.needs.jobs import TELL
from tests.events.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


def need(world: World, **more: Any) -> dict[str, Any]:
    wish = "Comment animer un conseil citoyen ?"
    return {"network_id": world.network_id, "theme_codes": ["participation"], "audience": "association", "wish": wish, **more}


async def said(world: World, who: Person | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(who or Person(), "POST", "/needs", json=need(world, **more), expect=201)).json()
    return found


async def done(world: World, found: dict[str, Any], act: str, who: Person | None = None, **wish: Any) -> dict[str, Any]:
    path = f"/needs/{found['id']}"
    answer = await world.change(who or world.organiser, "POST", f"{path}/{act}", of=path, json=wish or None, expect=201)
    body: dict[str, Any] = answer.json()
    return body


async def read(world: World, found: dict[str, Any], who: Person | None = None) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(who or world.organiser, "GET", f"/needs/{found['id']}", expect=200)).json()
    return body


async def converted(world: World, *found: dict[str, Any], **more: Any) -> dict[str, Any]:
    wish = {"need_ids": [each["id"] for each in found], "title": "Animer un conseil citoyen", **more}
    body: dict[str, Any] = (await world.call(world.organiser, "POST", "/needs/conversion", json=wish, expect=201)).json()
    return body


async def told(world: World) -> None:
    """The job looked."""
    async with world.running.resources.database.transaction() as session:
        await TELL.run(session, world.running.resources, timestamp=0)


async def addresses(world: World, *found: dict[str, Any]) -> list[str | None]:
    rows = await world.running.rows("SELECT id::text, email FROM training_needs")
    kept = {row["id"]: row["email"] for row in rows}
    return [kept[each["id"]] for each in found]


async def to(world: World, who: Person) -> list[dict[str, Any]]:
    return [mail for mail in await world.mails() if mail["to"] == f"{who.account_id}@example.fr"]


async def test_a_need_is_its_askers_and_the_networks(world: World) -> None:
    who = Person()
    found = await said(world, who, territory_code="11069", preferred_period="Printemps")
    assert (found["status"], found["status_label"], found["on_behalf"]) == ("open", "À étudier", False)
    assert not {"email", "account_id"} & found.keys()
    assert [each["id"] for each in await world.pages(who, "/my-needs")] == [found["id"]]
    listed = await world.pages(world.organiser, f"/networks/{world.network_id}/needs", status="open", territory="11069")
    assert [each["id"] for each in listed] == [found["id"]]
    for stranger in (world.neighbour, Person()):
        await world.refused(stranger, "GET", f"/needs/{found['id']}", 404, "not-found")
        await world.refused(stranger, "GET", f"/networks/{world.network_id}/needs", 403, "not-an-organiser")
    await world.refused(None, "POST", "/needs", 401, "unauthenticated", json=need(world))


async def test_organisers_alone_note_somebody_elses_need(world: World) -> None:
    sent = need(world, contact_email="dominique@example.fr")
    await world.refused(Person(), "POST", "/needs", 403, "only-for-others", json=sent)
    found = (await world.call(world.organiser, "POST", "/needs", json=sent, expect=201)).json()
    assert found["on_behalf"]
    assert await addresses(world, found) == ["dominique@example.fr"]


async def test_codes_nobody_knows_are_refused(world: World) -> None:
    await world.refused(Person(), "POST", "/needs", 409, "unknown-territory-code", json=need(world, territory_code="99999"))
    await world.refused(Person(), "POST", "/needs", 409, "unknown-theme-code", json=need(world, theme_codes=["rien"]))


async def test_nobody_floods_a_network_even_at_once(world: World) -> None:
    who = Person()
    answers = await world.at_once([(who, "POST", "/needs", {"json": need(world)}) for _ in range(22)])
    assert sorted(each.status_code for each in answers) == [201] * 20 + [409] * 2
    await said(world, Person())


async def test_open_needs_are_counted_by_theme_territory_and_public(world: World) -> None:
    for _ in range(2):
        await said(world, theme_codes=["participation", "habitat"], territory_code="11069")
    await said(world, theme_codes=["participation"], territory_code="11069")
    await said(world, theme_codes=[])
    dismissed = await said(world, theme_codes=["participation"], territory_code="11069")
    await done(world, dismissed, "dismissal", reason="Hors sujet.")
    path = f"/networks/{world.network_id}/need-groups"
    groups = await world.pages(world.organiser, path, limit=1)
    assert [(each["theme_code"], each["territory_label"], each["audience"], each["count"]) for each in groups] == [
        ("participation", "Carcassonne", "association", 3),
        ("habitat", "Carcassonne", "association", 2),
        (None, None, "association", 1),
    ]
    assert groups[0]["theme_label"] == "Participation des habitants"
    assert len(groups[0]["need_ids"]) == 3
    await world.refused(world.participant, "GET", path, 403, "not-an-organiser")


@pytest.mark.parametrize(("act", "status"), [("answer", "answered"), ("dismissal", "dismissed")])
async def test_who_asked_reads_the_answer_and_their_address_is_forgotten(world: World, act: str, status: str) -> None:
    who = Person()
    found = await said(world, who)
    settled = await done(world, found, act, reason="Voyez la journée du centre voisin.")
    assert (settled["status"], settled["reason"]) == (status, "Voyez la journée du centre voisin.")
    (mail,) = await to(world, who)
    assert "Voyez la journée du centre voisin." in mail["text"]
    assert await addresses(world, found) == [None]
    headers = {"If-Match": f'"{settled["version"]}"'}
    wish = {"reason": "Encore."}
    await world.refused(world.organiser, "POST", f"/needs/{found['id']}/{act}", 409, "need-settled", json=wish, headers=headers)


async def test_answering_needs_the_version_that_was_read(world: World) -> None:
    found = await said(world)
    path, wish = f"/needs/{found['id']}/answer", {"reason": "Oui."}
    await world.refused(world.organiser, "POST", path, 428, "precondition-required", json=wish)
    await world.refused(world.organiser, "POST", path, 412, "stale-version", json=wish, headers={"If-Match": '"9"'})
    await world.refused(world.neighbour, "POST", path, 404, "not-found", json=wish, headers={"If-Match": '"1"'})


async def test_needs_that_say_the_same_share_their_fate(world: World) -> None:
    askers = [Person(), Person(), Person()]
    first, second, third = [await said(world, who) for who in askers]
    await done(world, first, "merging", into_id=second["id"], reason="Même demande.")
    await done(world, second, "merging", into_id=third["id"], reason="Même demande.")
    assert [(await read(world, each))["merged_into_id"] for each in (first, second)] == [third["id"]] * 2
    await done(world, third, "answer", reason="Un guide vient de paraître.")
    assert [len(await to(world, who)) for who in askers] == [1, 1, 1]
    assert [(await read(world, each))["status"] for each in (first, second, third)] == ["answered"] * 3
    assert await addresses(world, first, second, third) == [None] * 3


async def test_a_need_is_not_merged_into_itself_nor_into_what_is_settled(world: World) -> None:
    first, second = [await said(world) for _ in range(2)]
    path, headers = f"/needs/{first['id']}/merging", {"If-Match": '"1"'}
    wish = {"into_id": first["id"], "reason": "?"}
    await world.refused(world.organiser, "POST", path, 409, "need-merged-into-itself", json=wish, headers=headers)
    await world.refused(world.neighbour, "POST", path, 404, "not-found", json=wish, headers=headers)
    await done(world, second, "answer", reason="Oui.")
    wish = {"into_id": second["id"], "reason": "?"}
    await world.refused(world.organiser, "POST", path, 409, "need-settled", json=wish, headers=headers)
    elsewhere = await said(world, network_id=world.other_network_id)
    wish = {"into_id": elsewhere["id"], "reason": "?"}
    await world.refused(world.organiser, "POST", path, 404, "not-found", json=wish, headers=headers)


async def test_two_needs_merged_into_each_other_at_once_leave_one(world: World) -> None:
    one, other = [await said(world) for _ in range(2)]
    sent = [
        (
            world.organiser,
            "POST",
            f"/needs/{a['id']}/merging",
            {"json": {"into_id": b["id"], "reason": "="}, "headers": {"If-Match": '"1"'}},
        )
        for a, b in ((one, other), (other, one))
    ]
    answers = await world.at_once(sent)
    assert sorted(each.status_code for each in answers) in ([201, 409], [201, 412])
    assert sorted([(await read(world, each))["status"] for each in (one, other)]) == ["merged", "open"]


async def test_needs_become_an_idea_and_askers_are_told_once_everybody_may_know(world: World) -> None:
    askers = [Person(), Person()]
    first = await said(world, askers[0], territory_code="11069")
    second = await said(world, askers[1], theme_codes=["habitat"], audience="resident")
    event = await converted(world, first, second)
    assert (event["status"], event["theme_codes"], event["territory_codes"]) == ("idea", ["habitat", "participation"], ["11069"])
    assert event["audiences"] == ["association", "resident"]
    assert (await read(world, first))["event_id"] == event["id"]
    mine = await read(world, first, askers[0])
    assert (mine["status"], mine["event_id"]) == ("planned", None)  # an idea is its organisers' alone
    await told(world)
    assert await to(world, askers[0]) == []
    await world.add_session(event)
    await world.act(event, "announcement")
    await told(world)
    await told(world)
    for who in askers:
        (mail,) = await to(world, who)
        assert event["reference"] in mail["text"]
    assert await addresses(world, first, second) == [None, None]
    mine = await read(world, first, askers[0])
    assert (mine["status"], mine["event_id"]) == ("answered", event["id"])


async def test_who_asked_twice_reads_one_mail_and_merged_needs_are_told_too(world: World) -> None:
    who, other = Person(), Person()
    first, second, third = await said(world, who), await said(world, who), await said(world, other)
    await done(world, third, "merging", into_id=first["id"], reason="Même demande.")
    event = await converted(world, first, second)
    await world.add_session(event)
    await world.act(event, "opening")
    await told(world)
    assert (len(await to(world, who)), len(await to(world, other))) == (1, 1)
    assert (await read(world, third))["status"] == "answered"


async def test_needs_of_an_event_that_is_given_up_wait_again(world: World) -> None:
    found = await said(world)
    event = await converted(world, found)
    await world.act(event, "cancellation", reason="Faute d'intervenant.")
    await told(world)
    again = await read(world, found)
    assert (again["status"], again["event_id"]) == ("open", None)
    assert (await addresses(world, found))[0] is not None


async def test_needs_converted_twice_at_once_make_one_event(world: World) -> None:
    found = await said(world)
    wish = {"need_ids": [found["id"]], "title": "Une fois"}
    answers = await world.at_once([(world.organiser, "POST", "/needs/conversion", {"json": wish}) for _ in range(4)])
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


async def test_only_the_networks_organisers_make_events_of_its_needs(world: World) -> None:
    found = await said(world)
    wish = {"need_ids": [found["id"]], "title": "Non"}
    await world.refused(world.neighbour, "POST", "/needs/conversion", 404, "not-found", json=wish)
    await world.refused(world.organiser, "POST", "/needs/conversion", 404, "not-found", json={**wish, "need_ids": [str(new_id())]})


async def test_who_asked_no_longer_asks_and_is_forgotten(world: World) -> None:
    who, other = Person(), Person()
    found, child = await said(world, who), await said(world, other)
    await done(world, child, "merging", into_id=found["id"], reason="Même demande.")
    headers = {"If-Match": '"1"'}
    await world.refused(world.organiser, "POST", f"/needs/{found['id']}/withdrawal", 403, "need-not-yours", headers=headers)
    withdrawn = await done(world, found, "withdrawal", who)
    assert withdrawn["status"] == "withdrawn"
    assert await addresses(world, found) == [None]
    assert (await read(world, child))["status"] == "open"


async def test_the_job_that_runs_twice_at_once_tells_once(world: World) -> None:
    who = Person()
    event = await converted(world, await said(world, who))
    await world.add_session(event)
    await world.act(event, "announcement")
    await asyncio.gather(told(world), told(world))
    assert len(await to(world, who)) == 1


async def test_a_need_answered_while_another_joins_it_leaves_nobody_without_an_answer(world: World) -> None:
    for _ in range(5):
        one, other = [await said(world) for _ in range(2)]
        answer = {"json": {"reason": "Oui."}, "headers": {"If-Match": '"1"'}}
        merging = {"json": {"into_id": one["id"], "reason": "="}, "headers": {"If-Match": '"1"'}}
        await world.at_once(
            [
                (world.organiser, "POST", f"/needs/{other['id']}/merging", merging),
                (world.organiser, "POST", f"/needs/{one['id']}/answer", answer),
            ]
        )
        states = [(await read(world, each))["status"] for each in (one, other)]
        assert states in (["answered", "answered"], ["answered", "open"])


async def test_who_asks_to_be_forgotten_is(world: World) -> None:
    who = Person()
    found, kept = await said(world, who), await said(world)
    async with world.running.resources.database.transaction() as session:
        assert await service.forget(session, None, None) == 0
        assert await service.forget(session, None, "PERSONNE@example.fr") == 0
        assert await service.forget(session, who.account_id, None) == 1
    assert (await addresses(world, kept))[0] is not None
    assert await addresses(world, found) == [None]
    assert await world.pages(who, "/my-needs") == []
    assert (await read(world, found))["wish"] == found["wish"]
    event = await converted(world, found)
    await world.add_session(event)
    await world.act(event, "announcement")
    await told(world)
    assert await to(world, who) == []
