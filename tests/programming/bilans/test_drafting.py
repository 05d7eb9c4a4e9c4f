"""The bilan opens with the first award, is written over months, and says what it lacks."""

from typing import Any

import pytest

from services.programming.bilans import jobs
from tests.programming.papers import PDF, codes, refusal
from tests.programming.world import World
from tests.support import member_of

from .acts import REPORT, at, bilan_of, fill, opened, run, submit, where

pytestmark = pytest.mark.anyio


async def test_the_first_award_opens_it_with_what_was_planned(world: World) -> None:
    dossier = await opened(world, state=8_000, caf=4_000, granted={"state": 6_000})
    bilan = await bilan_of(world, dossier)
    assert (bilan["status"], bilan["status_label"], bilan["number"]) == ("draft", "À déposer", 0)
    assert (bilan["exercise_ends_on"], bilan["due_on"], bilan["overdue"]) == ("2027-12-31", "2028-06-30", False)
    (charge,) = bilan["statement"]["charges"]
    assert (charge["account"], charge["label"], charge["planned_cents"], charge["actual_cents"]) == (
        "64",
        "Salaires",
        1_500_000,
        None,
    )
    assert [p["planned_cents"] for p in bilan["statement"]["produits"]] == [800_000, 400_000, 300_000]
    assert bilan["publics"] == [
        {"label": "Adultes", "planned_count": 40, "actual_count": None, "women": None, "men": None, "qpv_residents": None}
    ]
    assert bilan["qpv_codes"] == ["QP011002"]
    assert [(r["funder_name"], r["status"]) for r in bilan["reviews"]] == [("État", "awaited")], "a refusal instructs nothing"


async def test_the_due_day_is_on_the_dossier_from_the_notification_on(world: World) -> None:
    told = await world.awarded(state=8_000)
    assert told["report_due_on"] == "2028-06-30"


async def test_opening_it_again_changes_nothing(world: World) -> None:
    dossier = await opened(world)
    before = await bilan_of(world, dossier)
    await run(world, jobs.open_bilan, dossier_id=dossier["id"])
    assert await bilan_of(world, dossier) == before


async def test_without_award_there_is_no_bilan(world: World) -> None:
    dossier = await opened(world, state=8_000, granted={"state": 0})
    refusal(await world.call(world.holder, "GET", where(dossier)), 404, "not-found")
    assert (await world.seen(dossier["id"], world.holder))["report_due_on"] is None


async def test_what_is_sent_is_kept_and_the_gap_is_computed(world: World) -> None:
    dossier = await opened(world)
    lines = [
        {"account": "64", "label": "Salaires", "actual_cents": 1_333_333},
        {"account": "61", "label": "Location d'une salle", "actual_cents": 50_000, "explanation": "Salle fermée en mai."},
    ]
    saved = (await world.change(world.helper, "PATCH", where(dossier), json={"statement": {"charges": lines}}, expect=200)).json()
    salaries, hall = saved["statement"]["charges"]
    assert (salaries["gap_cents"], salaries["gap_bp"], salaries["to_explain"]) == (-166_667, -1_111, True)
    assert (hall["planned_cents"], hall["gap_cents"], hall["gap_bp"], hall["to_explain"]) == (0, 50_000, None, False)
    assert saved["statement"]["totals"]["actual_charges_cents"] == 1_383_333
    assert len(saved["statement"]["produits"]) == 3, "what was not sent stays"


async def test_a_line_of_the_budget_cannot_be_left_out(world: World) -> None:
    dossier = await opened(world)
    saved = await world.change(world.helper, "PATCH", where(dossier), json={"statement": {"charges": []}}, expect=200)
    assert [line["label"] for line in saved.json()["statement"]["charges"]] == ["Salaires"]
    cleared = await world.change(world.helper, "PATCH", where(dossier), json={"statement": None, "report": None}, expect=200)
    assert len(cleared.json()["statement"]["produits"]) == 3


async def test_the_same_line_twice_is_refused(world: World) -> None:
    dossier = await opened(world)
    line = {"account": "64", "label": "Salaires", "actual_cents": 1}
    body = {"statement": {"charges": [line, line]}}
    refused = await world.change(world.helper, "PATCH", where(dossier), json=body)
    assert codes(refusal(refused, 422, "line-repeated")) == {"/statement/charges/1": "repeated"}


@pytest.mark.parametrize(
    "body",
    [
        {"statement": {"charges": [{"account": "70", "label": "x", "actual_cents": 1}]}},
        {"statement": {"charges": [{"account": "60", "label": "x", "actual_cents": -1}]}},
        {"statement": {"charges": [{"account": "60", "label": "x", "actual_cents": 1.5}]}},
        {"statement": {"voluntary_uses": [{"account": "870", "label": "x"}]}},
        {"publics": [{"label": "x", "actual_count": -3}]},
        {"due_on": "2099-01-01"},
        {"qpv_codes": ["nowhere"]},
    ],
)
async def test_what_is_malformed_is_refused(world: World, body: dict[str, object]) -> None:
    dossier = await opened(world)
    refusal(await world.change(world.helper, "PATCH", where(dossier), json=body), 422, "malformed-request")


async def test_two_tabs_do_not_overwrite_each_other(world: World) -> None:
    dossier = await opened(world)
    tag = (await world.call(world.helper, "GET", where(dossier), expect=200)).headers["etag"]
    mine = {"json": {"report": {"done": "A"}}, "headers": {"If-Match": tag}}
    theirs = {"json": {"report": {"done": "B"}}, "headers": {"If-Match": tag}}
    tabs = [(world.helper, "PATCH", where(dossier), mine), (world.holder, "PATCH", where(dossier), theirs)]
    answers = await world.at_once(tabs)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    kept = next(answer.json()["report"]["done"] for answer in answers if answer.status_code == 200)
    assert (await bilan_of(world, dossier))["report"]["done"] == kept
    refusal(await world.call(world.helper, "PATCH", where(dossier), json={}), 428, "precondition-required")


async def test_completeness_says_what_is_missing_and_where(world: World) -> None:
    dossier = await opened(world)
    at(world, "2028-02-01")
    place = f"{where(dossier)}/completeness"
    told = (await world.call(world.helper, "GET", place, expect=200)).json()
    found = {one["pointer"]: one["code"] for one in told["missing"]}
    assert not told["complete"]
    assert found == {
        "/report/done": "missing",
        "/report/participation": "missing",
        "/report/evaluation": "missing",
        "/publics/0/actual_count": "missing",
        "/starts_on": "missing",
        "/statement/charges/0/actual_cents": "missing",
        "/statement/produits/0/actual_cents": "missing",
        "/statement/produits/1/actual_cents": "missing",
        "/statement/produits/2/actual_cents": "missing",
        "/statement/voluntary_uses/0/actual_cents": "missing",
        "/statement/voluntary_resources/0/actual_cents": "missing",
    }
    assert {one["section"] for one in told["missing"]} == {"report", "publics", "starts_on", "statement"}
    await fill(world, dossier)
    assert (await world.call(world.helper, "GET", place, expect=200)).json() == {"complete": True, "missing": []}


async def test_an_action_that_goes_on_is_not_reported_yet(world: World) -> None:
    dossier = await opened(world)
    at(world, "2027-12-09")
    await fill(world, dossier)
    refused = await submit(world, dossier)
    assert codes(refusal(refused, 409, "bilan-incomplete")) == {"/ends_on": "not_over"}
    at(world, "2027-12-10")
    assert (await submit(world, dossier)).status_code == 201


async def test_funders_and_the_team_do_not_read_the_draft(world: World) -> None:
    dossier = await opened(world, state=8_000, caf=4_000, granted={"state": 8_000})
    await world.change(world.helper, "PATCH", where(dossier), json={"report": {"done": "En cours d'écriture"}}, expect=200)
    for who in (member_of(world.state), world.team):
        seen = await bilan_of(world, dossier, who)
        assert seen["report"]["done"] == ""
        assert seen["statement"]["charges"][0]["planned_cents"] == 1_500_000
        refusal(await world.change(who, "PATCH", where(dossier), json={"report": REPORT}), 403, "not-the-holder")
    for stranger in (world.stranger, world.caf_officer, world.region_officer):
        refusal(await world.call(stranger, "GET", where(dossier)), 404, "not-found")


async def test_files_are_joined_and_seen_by_funders_once_submitted(world: World) -> None:
    dossier = await opened(world)
    place = f"{where(dossier)}/attachments"
    sent: dict[str, Any] = {"params": {"kind": "photos", "name": "../photos.pdf"}, "content": PDF}
    joined = await world.call(world.helper, "POST", place, expect=201, **sent)
    assert (joined.json()["name"], joined.json()["number"]) == ("photos.pdf", 1)
    saved = await world.call(
        world.helper, "PATCH", where(dossier), json={"territory": "Ozanam"}, headers={"If-Match": joined.json()["bilan_etag"]}
    )
    assert saved.status_code == 200
    one = f"{place}/{joined.json()['id']}"
    assert (await world.call(world.helper, "GET", one, expect=200)).content == PDF
    refusal(await world.call(world.state_officer, "GET", one), 404, "not-found")
    assert (await bilan_of(world, dossier, world.state_officer))["attachments"] == []
    text = await world.call(world.helper, "POST", place, params={"kind": "photos", "name": "a.pdf"}, content=b"plain words")
    refusal(text, 415, "unsupported-file-type")
    other = (await world.call(world.helper, "POST", place, expect=201, **sent)).json()["id"]
    await world.call(world.helper, "DELETE", f"{place}/{other}", expect=204)
    at(world, "2028-02-01")
    await fill(world, dossier)
    assert (await submit(world, dossier)).status_code == 201
    assert (await world.call(world.state_officer, "GET", one, expect=200)).content == PDF
    assert [a["name"] for a in (await bilan_of(world, dossier, world.state_officer))["attachments"]] == ["photos.pdf"]
    refusal(await world.call(world.helper, "DELETE", one), 409, "bilan-locked")
    refusal(await world.call(world.helper, "POST", place, **sent), 409, "bilan-locked")


async def test_each_party_lists_its_bilans_and_filters_them(world: World) -> None:
    both = await opened(world, state=8_000, caf=4_000)
    mine = await opened(world, state=8_000)

    async def listed(who: object, **query: object) -> list[str]:
        return [one["dossier_id"] for one in await world.pages(who, "/bilans", limit=1, **query)]  # type: ignore[arg-type]

    for who in (world.helper, world.team, world.state_payer):
        assert await listed(who) == [mine["id"], both["id"]]
    assert await listed(world.caf_officer) == [both["id"]]
    assert await listed(world.stranger) == []
    assert await listed(world.region_officer) == []
    assert await listed(world.team, funder_id=str(world.caf)) == [both["id"]]
    assert await listed(world.team, campaign_id=world.campaign_id, status=["draft"]) == [mine["id"], both["id"]]
    assert await listed(world.team, status=["submitted", "instructed"]) == []
    at(world, "2028-06-30")
    assert await listed(world.team, overdue=True) == []
    at(world, "2028-07-01")
    await fill(world, mine)
    assert (await submit(world, mine)).json()["late"] is True
    assert await listed(world.team, overdue=True) == [both["id"]]
    assert await listed(world.team, overdue=False) == [mine["id"]]
