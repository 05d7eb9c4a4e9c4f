"""An overdue bilan makes a new request for the same action inadmissible, said early and at submission, no longer than needed."""

import asyncio
from typing import Any

import pytest

from tests.programming.papers import PDF, codes, refusal
from tests.programming.world import World
from tests.support import Person, member_of

from .acts import at, fill, opened, submit

pytestmark = pytest.mark.anyio


async def renewal(world: World, **changes: Any) -> str:
    """A draft of the same association in a campaign of the year, complete: its id."""
    await world.prepare_campaign()
    await world.act("opening")
    dossier_id, _ = await world.draft({**world.content(), "title": "Une autre action", **changes})
    return dossier_id


async def missing(world: World, dossier_id: str, who: Person | None = None) -> dict[str, str]:
    told = (await world.call(who or world.holder, "GET", f"/dossiers/{dossier_id}/completeness", expect=200)).json()
    return {one["pointer"]: one["code"] for one in told["missing"]}


async def test_an_overdue_bilan_blocks_early_and_at_submission_and_no_longer_once_submitted(world: World) -> None:
    former = await opened(world)
    at(world, "2028-06-30")
    again = await renewal(world, renews_id=former["id"])
    shown = await world.seen(again, world.holder)
    assert (shown["action_id"], shown["renewal"]) == (former["action_id"], True)
    assert await missing(world, again) == {}, "due today is not overdue"
    at(world, "2028-07-01")
    assert await missing(world, again) == {"/renews_id": "report_overdue"}
    refused = await world.refused_submission(again, await world.tag(again), 409, "report-overdue")
    assert codes(refused) == {"/renews_id": "report_overdue"}
    assert former["reference"] in refused["errors"][0]["detail"]
    await fill(world, former)
    assert (await submit(world, former)).status_code == 201
    assert await missing(world, again) == {}
    assert (await world.submit(again, await world.tag(again))).status_code == 201


@pytest.mark.parametrize(
    ("title", "blocked"),
    [
        ("ATELIERS SOCIO-LINGUISTIQUES !", True),
        ("  ateliers   sociolinguistiques", True),
        ("Atéliers sociolinguistiques", True),
        ("Ateliers sociolinguistiques 2", False),
        ("Ateliers", False),
    ],
)
async def test_the_same_title_is_the_same_action(world: World, title: str, blocked: bool) -> None:
    await opened(world)
    at(world, "2028-07-01")
    again = await renewal(world, title=title)
    assert await missing(world, again) == ({"/title": "report_overdue"} if blocked else {})


async def test_another_holder_is_not_blocked(world: World) -> None:
    await opened(world)
    at(world, "2028-07-01")
    await world.prepare_campaign()
    await world.act("opening")
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.neighbour)}
    made = await world.call(world.stranger, "POST", "/dossiers", json=wish, expect=201)
    place = f"/dossiers/{made.json()['id']}"
    await world.call(
        world.stranger, "POST", f"{place}/attachments", params={"kind": "statuts", "name": "s.pdf"}, content=PDF, expect=201
    )
    await world.change(world.stranger, "PATCH", place, json=world.content(), expect=200)
    assert await missing(world, made.json()["id"], world.stranger) == {}


async def test_what_arrives_the_due_day_is_admissible_however_long_it_waits(world: World) -> None:
    former = await opened(world)
    at(world, "2028-06-30", hour=21)
    again = await renewal(world, renews_id=former["id"])
    tag = await world.tag(again)
    async with world.holding("dossiers", again):
        waiting = asyncio.create_task(world.submit(again, tag))
        await world.until_waiting()
        at(world, "2028-06-30", hour=23)
    assert (await waiting).status_code == 201


async def test_only_a_submitted_dossier_of_one_s_own_is_renewed(world: World) -> None:
    former = await world.submitted()
    draft_id, tag = await world.draft({})
    own_draft, _ = await world.draft({})
    neighbour = member_of(world.neighbour)
    theirs = await world.call(
        neighbour, "POST", "/dossiers", json={"campaign_id": world.campaign_id, "organisation_id": str(world.neighbour)}, expect=201
    )
    refused = {own_draft: "draft", draft_id: "unknown", theirs.json()["id"]: "unknown", world.campaign_id: "unknown"}
    for renews_id, code in refused.items():
        sent = {"json": {"renews_id": renews_id}, "headers": {"If-Match": tag}}
        told = await world.refused(world.holder, "PATCH", f"/dossiers/{draft_id}", 409, "renewal-refused", **sent)
        assert codes(told) == {"/renews_id": code}
    taken = await world.call(
        world.holder, "PATCH", f"/dossiers/{draft_id}", json={"renews_id": former["id"]}, headers={"If-Match": tag}, expect=200
    )
    assert (taken.json()["action_id"], taken.json()["renews_id"]) == (former["action_id"], former["id"])
    left = await world.change(world.holder, "PATCH", f"/dossiers/{draft_id}", json={"renews_id": None}, expect=200)
    assert left.json()["renews_id"] is None
    assert left.json()["action_id"] != former["action_id"], "an action of its own again"


@pytest.mark.parametrize(
    ("first", "last", "due"),
    [
        (None, "2027-12-31", "2028-06-30"),
        ("2026-09-01", "2027-08-31", "2028-02-29"),  # September to August, due in the February of a leap year
        ("2027-09-01", "2028-08-31", "2029-02-28"),
        ("2027-03-01", "2028-02-29", "2028-08-29"),
    ],
)
async def test_the_bilan_follows_the_holder_s_own_exercise(world: World, first: str | None, last: str, due: str) -> None:
    content = world.content
    world.content = lambda **asks: {**content(**asks), "exercise_starts_on": first}  # type: ignore[method-assign]
    dossier = await opened(world, state=8_000)
    assert (dossier["exercise_ends_on"], dossier["report_due_on"]) == (last, due)


@pytest.mark.parametrize(
    ("first", "refused"), [("2026-01-01", True), ("2026-01-02", False), ("2027-12-31", False), ("2028-01-01", True)]
)
async def test_an_exercise_contains_part_of_the_campaign_s_year(world: World, first: str, refused: bool) -> None:
    dossier_id, tag = await world.draft({**world.content(), "exercise_starts_on": first})
    assert await missing(world, dossier_id) == ({"/exercise_starts_on": "outside_year"} if refused else {})
    answer = await world.submit(dossier_id, tag)
    assert answer.status_code == (409 if refused else 201)
    if refused:
        refusal(answer, 409, "dossier-incomplete")
