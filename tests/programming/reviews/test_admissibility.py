"""Admissibility: the team finds a dossier fit to be instructed, or not and says why, once."""

from typing import Any

import pytest

from tests.programming.papers import codes, refusal
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


FIT: dict[str, Any] = {"admissible": True}
UNFIT: dict[str, Any] = {"admissible": False, "reason": "L'action se déroule hors du territoire."}


def where(dossier: dict[str, Any]) -> str:
    return f"/dossiers/{dossier['id']}/admissibility"


async def reviews_of(world: World, dossier: dict[str, Any], who: Person) -> list[dict[str, Any]]:
    return await world.pages(who, "/reviews", dossier_id=dossier["id"])


async def test_an_admissible_dossier_is_under_review_with_one_review_per_funder_asked(world: World) -> None:
    dossier = await world.submitted(state=8_000, caf=4_000)
    of = f"/dossiers/{dossier['id']}"
    answer = await world.change(world.team, "POST", where(dossier), of=of, json=FIT, expect=201)
    assert answer.json()["status"] == "under_review"
    reviews = await reviews_of(world, dossier, world.team)
    assert [review["id"] for review in reviews] == sorted(opened["id"] for opened in answer.json()["reviews"])
    assert {(r["funder_id"], r["asked_cents"], r["status"]) for r in reviews} == {
        (str(world.state), 800_000, "to_review"),
        (str(world.caf), 400_000, "to_review"),
    }
    held = {"If-None-Match": answer.headers["etag"]}
    await world.call(world.team, "GET", of, headers=held, expect=304)


async def test_an_inadmissible_dossier_has_no_review_and_its_holder_is_told_why(world: World) -> None:
    dossier = await world.submitted()
    of = f"/dossiers/{dossier['id']}"
    await world.change(world.team, "POST", where(dossier), of=of, json=UNFIT, expect=201)
    read = await world.seen(dossier["id"], world.holder)
    assert (read["status"], read["inadmissible_reason"]) == ("inadmissible", UNFIT["reason"])
    assert await reviews_of(world, dossier, world.team) == []
    (mail,) = await world.mails(f"{dossier['reference']} est irrecevable")
    assert mail["to"] == "contact@ateliers.example.org"
    assert UNFIT["reason"] in mail["text"]


@pytest.mark.parametrize("reason", [None, "", "  \n"])
async def test_inadmissible_without_a_reason_is_refused(world: World, reason: str | None) -> None:
    dossier = await world.submitted()
    sent = {"json": {"admissible": False, "reason": reason}, "headers": {"If-Match": await world.tag(dossier["id"], world.team)}}
    problem = await world.refused(world.team, "POST", where(dossier), 422, "reason-required", **sent)
    assert codes(problem) == {"/reason": "missing"}
    assert await world.seen(dossier["id"], world.holder) == dossier


async def test_admissibility_is_the_teams(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    sent = {"json": FIT, "headers": {"If-Match": await world.tag(dossier["id"], world.team)}}
    await world.refused(world.caf_officer, "POST", where(dossier), 403, "not-contract-lead", **sent)
    for who in (world.holder, world.stranger, world.region_officer):
        await world.refused(who, "POST", where(dossier), 404, "not-found", **sent)


async def test_admissibility_is_declared_once_on_the_version_that_was_read(world: World) -> None:
    dossier = await world.submitted()
    tag = await world.tag(dossier["id"], world.team)
    await world.refused(world.team, "POST", where(dossier), 428, "precondition-required", json=FIT)
    await world.refused(world.team, "POST", where(dossier), 412, "stale-version", json=FIT, headers={"If-Match": '"1-full"'})
    await world.call(world.team, "POST", where(dossier), json=FIT, headers={"If-Match": tag}, expect=201)
    for wish in (FIT, UNFIT):
        sent = {"json": wish, "headers": {"If-Match": await world.tag(dossier["id"], world.team)}}
        problem = await world.refused(world.team, "POST", where(dossier), 409, "dossier-state-refused", **sent)
        assert problem["dossier_status"] == "under_review"


@pytest.mark.parametrize("wish", [FIT, UNFIT])
async def test_of_eight_colleagues_who_declare_at_once_exactly_one_is_heard(world: World, wish: dict[str, Any]) -> None:
    dossier = await world.submitted(caf=4_000)
    sent = {"json": wish, "headers": {"If-Match": await world.tag(dossier["id"], world.team)}}
    team = [member_of(world.lead) for _ in range(8)]
    answers = await world.at_once((who, "POST", where(dossier), sent) for who in team)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    for answer in answers:
        if answer.status_code == 409:
            refusal(answer, 409, "dossier-state-refused")
    assert len(await reviews_of(world, dossier, world.team)) == (1 if wish is FIT else 0)
    assert len(await world.mails(f"{dossier['reference']} est irrecevable")) == (0 if wish is FIT else 1)
    acts = [line["act"] for line in await world.pages(world.team, f"/dossiers/{dossier['id']}/journal")]
    assert len([act for act in acts if act.endswith("admissible")]) == 1


async def test_a_dossier_both_admissible_and_not_at_once_ends_as_one_of_them(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    if_match = {"If-Match": await world.tag(dossier["id"], world.team)}
    acts = [(world.team, "POST", where(dossier), {"json": wish, "headers": if_match}) for wish in (FIT, UNFIT)]
    fit, unfit = await world.at_once(acts)
    assert sorted([fit.status_code, unfit.status_code]) == [201, 409]
    status = (await world.seen(dossier["id"], world.team))["status"]
    assert status == ("under_review" if fit.status_code == 201 else "inadmissible")
    assert len(await reviews_of(world, dossier, world.team)) == (1 if fit.status_code == 201 else 0)
