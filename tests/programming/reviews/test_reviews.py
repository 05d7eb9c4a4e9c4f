"""One instruction per funder asked: its own until it is given, then read by the other funders and the committee."""

from typing import Any
from uuid import UUID

import pytest

from services.common.ids import new_id
from tests.programming.papers import codes, refusal
from tests.programming.world import ROSTERS, World
from tests.support import member_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


GIVEN: dict[str, Any] = {"scores": {"besoin": 4, "budget": 3}, "opinion": "reserved", "proposed_cents": 300_000}


async def opened(world: World) -> tuple[dict[str, Any], str]:
    """A dossier under review by the State and the CAF, and the address of the CAF's review."""
    dossier = await world.admitted(state=8_000, caf=4_000)
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"])
    return dossier, f"/reviews/{review['id']}"


async def read(world: World, where: str) -> dict[str, Any]:
    return dict((await world.call(world.caf_officer, "GET", where, expect=200)).json())


async def test_whoever_writes_first_becomes_the_instructor_and_what_is_not_sent_stays(world: World) -> None:
    _, where = await opened(world)
    colleague = member_of(world.caf)
    first = await world.change(colleague, "PATCH", where, json={"scores": {"besoin": 4}}, expect=200)
    assert (first.json()["status"], first.json()["weighted_score"]) == ("in_progress", None)
    second = await world.change(
        world.caf_officer, "PATCH", where, json={"scores": {"budget": 3}, "opinion": "reserved"}, expect=200
    )
    assert second.json()["assignee_id"] == str(colleague.account_id)
    assert (second.json()["scores"], second.json()["weighted_score"]) == ({"besoin": 4, "budget": 3}, 72.0)
    held = {"If-None-Match": second.headers["etag"]}
    await world.call(world.caf_officer, "GET", where, headers=held, expect=304)


async def test_null_takes_back_a_score_an_opinion_an_amount_or_a_comment(world: World) -> None:
    _, where = await opened(world)
    await world.change(world.caf_officer, "PATCH", where, json={**GIVEN, "internal_comment": "À revoir"}, expect=200)
    patch = {"scores": {"budget": None}, "opinion": None, "proposed_cents": None, "internal_comment": None}
    after = (await world.change(world.caf_officer, "PATCH", where, json=patch, expect=200)).json()
    assert (after["scores"], after["opinion"], after["proposed_cents"], after["internal_comment"]) == (
        {"besoin": 4},
        None,
        None,
        "",
    )
    after = (await world.change(world.caf_officer, "PATCH", where, json={"scores": None}, expect=200)).json()
    assert after["scores"] == {}


async def test_a_review_is_its_funders_to_write_and_the_teams_to_read(world: World) -> None:
    _, where = await opened(world)
    tag = {"If-Match": (await world.call(world.team, "GET", where, expect=200)).headers["etag"]}
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", "", {"json": GIVEN, "headers": tag}),
        ("POST", "/assignment", {"json": {"assignee_id": None}, "headers": tag}),
        ("POST", "/completion", {"headers": tag}),
        ("POST", "/reopening", {"json": {"reason": "Erreur"}, "headers": tag}),
    ]
    for method, path, sent in acts:
        await world.refused(world.team, method, where + path, 403, "not-the-funder", **sent)
        for who in (world.holder, world.stranger, world.state_officer, world.region_officer):
            await world.refused(who, method, where + path, 404, "not-found", **sent)
        await world.refused(None, method, where + path, 401, "unauthenticated", **sent)
        await world.refused(world.caf_officer, method, f"/reviews/{new_id()}{path}", 404, "not-found", **sent)


async def test_other_funders_read_a_review_once_it_is_given_and_never_its_inside(world: World) -> None:
    dossier, where = await opened(world)
    given = {**GIVEN, "internal_comment": "Entre nous"}
    await world.change(world.caf_officer, "PATCH", where, json=given, expect=200)
    of_dossier = f"/dossiers/{dossier['id']}/reviews"
    assert [r["funder_id"] for r in await world.pages(world.state_officer, of_dossier)] == [str(world.state)]
    assert len(await world.pages(world.team, of_dossier)) == 2
    await world.change(world.caf_officer, "POST", f"{where}/completion", of=where, expect=201)
    by_funder = {r["funder_id"]: r for r in await world.pages(world.state_officer, of_dossier)}
    shared = by_funder[str(world.caf)]
    assert (shared["opinion"], shared["proposed_cents"]) == ("reserved", 300_000)
    assert not shared.keys() & {"internal_comment", "holder_comment", "scores"}
    await world.refused(world.state_officer, "GET", where, 404, "not-found")
    for who in (world.holder, world.stranger, world.region_officer):
        await world.refused(who, "GET", of_dossier, 404, "not-found")


@pytest.mark.parametrize(
    ("patch", "status", "slug", "pointers"),
    [
        ({"scores": {"humeur": 5}}, 422, "unknown-criterion", ["/scores/humeur"]),
        ({"scores": {"humeur": None}}, 422, "unknown-criterion", ["/scores/humeur"]),
        ({"scores": {"besoin": 6}}, 422, "malformed-request", ["/scores/besoin"]),
        ({"scores": {"besoin": -1}}, 422, "malformed-request", ["/scores/besoin"]),
        ({"scores": {"besoin": 2.5}}, 422, "malformed-request", ["/scores/besoin"]),
        ({"opinion": "enthousiaste"}, 422, "malformed-request", ["/opinion"]),
        ({"note": "perdue"}, 422, "malformed-request", ["/note"]),
        ({"proposed_cents": 400_001}, 409, "review-incomplete", ["/proposed_cents"]),
    ],
)
async def test_what_the_grid_does_not_have_is_refused_and_nothing_of_the_patch_is_kept(
    world: World, patch: dict[str, Any], status: int, slug: str, pointers: list[str]
) -> None:
    _, where = await opened(world)
    before = await read(world, where)
    tag = (await world.call(world.caf_officer, "GET", where)).headers["etag"]
    sent = {"json": {"internal_comment": "x", **patch}, "headers": {"If-Match": tag}}
    problem = await world.refused(world.caf_officer, "PATCH", where, status, slug, **sent)
    assert list(codes(problem)) == pointers
    assert await read(world, where) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"scores": {"budget": None}}, {"/scores/budget": "missing"}),
        ({"opinion": None}, {"/opinion": "missing"}),
        ({"proposed_cents": None}, {"/proposed_cents": "missing"}),
        ({"opinion": "unfavourable"}, {"/proposed_cents": "unfavourable"}),
        ({"proposed_cents": 0}, {"/proposed_cents": "nothing_proposed"}),
        ({"scores": None, "opinion": None, "proposed_cents": None}, None),
    ],
)
async def test_an_incomplete_review_is_not_given(world: World, change: dict[str, Any], expected: dict[str, str] | None) -> None:
    dossier, where = await opened(world)
    await world.change(world.caf_officer, "PATCH", where, json=GIVEN, expect=200)
    tag = (await world.change(world.caf_officer, "PATCH", where, json=change, expect=200)).headers["etag"]
    sent = {"headers": {"If-Match": tag}}
    problem = await world.refused(world.caf_officer, "POST", f"{where}/completion", 409, "review-incomplete", **sent)
    everything = dict.fromkeys(["/scores/besoin", "/scores/budget", "/opinion", "/proposed_cents"], "missing")
    assert codes(problem) == (expected or everything)
    assert world.request_of(await world.seen(dossier["id"], world.team), world.caf)["status"] == "asked"


async def test_the_dossier_is_ready_for_a_committee_when_every_review_is_given(world: World) -> None:
    dossier, _ = await opened(world)
    await world.review(world.caf_officer, dossier["id"], opinion="unfavourable", proposed_cents=0)
    assert (await world.seen(dossier["id"], world.team))["status"] == "under_review"
    await world.review(world.state_officer, dossier["id"])
    ready = await world.seen(dossier["id"], world.team)
    assert ready["status"] == "ready_for_committee"
    caf = world.request_of(ready, world.caf)
    assert (caf["status"], caf["opinion"], caf["proposed_cents"]) == ("reviewed", "unfavourable", 0)


async def test_a_review_once_given_only_changes_by_reopening_it_with_a_reason(world: World) -> None:
    dossier, where = await opened(world)
    await world.change(world.caf_officer, "PATCH", where, json=GIVEN, expect=200)
    tag = (await world.change(world.caf_officer, "POST", f"{where}/completion", of=where, expect=201)).headers["etag"]
    if_match = {"headers": {"If-Match": tag}}
    await world.refused(world.caf_officer, "PATCH", where, 409, "review-completed", json={"opinion": "favourable"}, **if_match)
    await world.refused(world.caf_officer, "POST", f"{where}/completion", 409, "review-completed", **if_match)
    assign = {"json": {"assignee_id": None}, **if_match}
    await world.refused(world.caf_officer, "POST", f"{where}/assignment", 409, "review-completed", **assign)
    for reason in ("", " \n"):
        sent = {"json": {"reason": reason}, **if_match}
        await world.refused(world.caf_officer, "POST", f"{where}/reopening", 422, "malformed-request", **sent)
    why = {"reason": "Erreur de saisie."}
    reopened = await world.change(world.caf_officer, "POST", f"{where}/reopening", of=where, json=why, expect=201)
    assert (reopened.json()["status"], reopened.json()["completed_at"]) == ("in_progress", None)
    caf = world.request_of(await world.seen(dossier["id"], world.team), world.caf)
    assert (caf["status"], caf["opinion"], caf["proposed_cents"]) == ("asked", None, None)
    lines = await world.pages(world.team, f"/dossiers/{dossier['id']}/journal")
    assert (lines[0]["act"], lines[0]["reason"]) == ("review.reopened", "Erreur de saisie.")


async def test_a_review_that_is_not_given_is_not_reopened(world: World) -> None:
    _, where = await opened(world)
    tag = (await world.call(world.caf_officer, "GET", where)).headers["etag"]
    sent = {"json": {"reason": "Trop tôt"}, "headers": {"If-Match": tag}}
    problem = await world.refused(world.caf_officer, "POST", f"{where}/reopening", 409, "request-state-refused", **sent)
    assert problem["request_status"] == "asked"


@pytest.mark.parametrize("kind", ["technical", "steering"])
async def test_once_a_committee_has_spoken_a_review_stands(world: World, kind: str) -> None:
    dossier = await world.reviewed(caf=4_000)
    request_id = world.request_of(dossier, world.caf)["id"]
    session = await world.convene(dossier["id"], kind=kind)
    who, outcome = (world.team, "proposed") if kind == "technical" else (world.caf_officer, "granted")
    assert (await world.decide(who, session, request_id, outcome=outcome, amount_cents=100)).status_code == 200
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"])
    where = f"/reviews/{review['id']}"
    tag = (await world.call(world.caf_officer, "GET", where)).headers["etag"]
    sent = {"json": {"reason": "Trop tard"}, "headers": {"If-Match": tag}}
    await world.refused(world.caf_officer, "POST", f"{where}/reopening", 409, "request-state-refused", **sent)


async def test_two_instructors_do_not_overwrite_each_other(world: World) -> None:
    _, where = await opened(world)
    tag = (await world.call(world.caf_officer, "GET", where)).headers["etag"]
    sent = [{"json": {"internal_comment": f"Avis {i}"}, "headers": {"If-Match": tag}} for i in range(8)]
    answers = await world.at_once((world.caf_officer, "PATCH", where, one) for one in sent)
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 7]
    await world.refused(world.caf_officer, "PATCH", where, 428, "precondition-required", json=GIVEN)


async def test_an_avis_given_eight_times_at_once_is_given_once(world: World) -> None:
    dossier, where = await opened(world)
    tag = (await world.change(world.caf_officer, "PATCH", where, json=GIVEN, expect=200)).headers["etag"]
    answers = await world.at_once(
        (world.caf_officer, "POST", f"{where}/completion", {"headers": {"If-Match": tag}}) for _ in range(8)
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    for answer in answers:
        if answer.status_code == 409:
            refusal(answer, 409, "review-completed")
    acts = [line["act"] for line in await world.pages(world.team, f"/dossiers/{dossier['id']}/journal")]
    assert acts.count("review.completed") == 1


async def test_both_funders_giving_their_avis_at_once_leave_the_dossier_ready(world: World) -> None:
    dossier = await world.admitted(state=8_000, caf=4_000)
    acts = []
    for who in (world.state_officer, world.caf_officer):
        (review,) = await world.pages(who, "/reviews", dossier_id=dossier["id"])
        tag = (await world.change(who, "PATCH", f"/reviews/{review['id']}", json=GIVEN, expect=200)).headers["etag"]
        acts.append((who, "POST", f"/reviews/{review['id']}/completion", {"headers": {"If-Match": tag}}))
    assert [answer.status_code for answer in await world.at_once(acts)] == [201, 201]
    assert (await world.seen(dossier["id"], world.team))["status"] == "ready_for_committee"


async def test_a_review_is_given_to_a_colleague_and_back_to_the_queue(world: World) -> None:
    dossier, where = await opened(world)
    colleague = str(new_id())
    tag = {"If-Match": (await world.call(world.caf_officer, "GET", where, expect=200)).headers["etag"]}
    sent = {"json": {"assignee_id": colleague}, "headers": tag}
    problem = await world.refused(world.caf_officer, "POST", f"{where}/assignment", 409, "not-a-member", **sent)
    assert codes(problem) == {"/assignee_id": "not_a_member"}
    ROSTERS.setdefault(world.caf, {})[UUID(colleague)] = "Nadia Benali"
    for assignee in (colleague, None):
        wish = {"assignee_id": assignee}
        given = await world.change(world.caf_officer, "POST", f"{where}/assignment", of=where, json=wish, expect=201)
        assert (given.json()["assignee_id"], given.json()["status"]) == (assignee, "to_review")
    lines = await world.pages(world.team, f"/dossiers/{dossier['id']}/journal")
    assert lines[0]["changes"]["assignee_id"] == [colleague, None]


async def test_a_funders_queue_is_its_own_oldest_first_filtered_and_paged(fresh_world: World) -> None:
    dossiers = [await fresh_world.admitted(state=1_000, caf=4_000) for _ in range(3)]
    done = await fresh_world.review(fresh_world.caf_officer, dossiers[1]["id"])
    for limit in (1, 2, 100):
        queue = await fresh_world.pages(fresh_world.caf_officer, "/reviews", limit=limit)
        assert [r["dossier_id"] for r in queue] == [d["id"] for d in dossiers]
        assert {r["funder_id"] for r in queue} == {str(fresh_world.caf)}
    assert len(await fresh_world.pages(fresh_world.team, "/reviews", limit=2)) == 6
    to_do = await fresh_world.pages(fresh_world.caf_officer, "/reviews", status="to_review")
    assert [r["dossier_id"] for r in to_do] == [dossiers[0]["id"], dossiers[2]["id"]]
    mine = await fresh_world.pages(
        fresh_world.team, "/reviews", assignee_id=str(fresh_world.caf_officer.account_id), status=["completed", "in_progress"]
    )
    assert [r["id"] for r in mine] == [done["id"]]
    for who in (fresh_world.holder, fresh_world.stranger, fresh_world.region_officer):
        assert await fresh_world.pages(who, "/reviews", campaign_id=fresh_world.campaign_id) == []
