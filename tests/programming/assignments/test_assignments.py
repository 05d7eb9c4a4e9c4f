"""A funder's rules, what they would do, what they do; departures; bulk acts; to-do; calibration; export."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from services.common.clock import today_in_paris
from services.common.ids import new_id
from tests.programming.papers import codes
from tests.programming.reviews.rounds import GIVEN, choose, colleague, conflict
from tests.programming.world import ROSTERS, World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


def desk(world: World) -> str:
    return f"/campaigns/{world.campaign_id}/funders/{world.caf}"


def rule(label: str, *people: Person, **conditions: Any) -> dict[str, Any]:
    return {"label": label, "instructor_ids": [str(each.account_id) for each in people], **conditions}


async def write(world: World, *rules: dict[str, Any]) -> None:
    where = f"{desk(world)}/assignment-rules"
    tag = (await world.call(world.caf_officer, "GET", where, expect=200)).headers["etag"]
    headers = {} if tag == '"0"' else {"If-Match": tag}
    await world.call(world.caf_officer, "PUT", where, json={"rules": list(rules)}, headers=headers, expect=200)


async def run(world: World, **wish: Any) -> dict[str, Any]:
    answer = await world.call(world.caf_officer, "POST", f"{desk(world)}/assignments", json=wish)
    assert answer.status_code == (200 if wish.get("dry_run") else 201), answer.text
    return dict(answer.json())


async def reviews_of(world: World) -> list[dict[str, Any]]:
    return await world.pages(world.caf_officer, "/reviews", campaign_id=world.campaign_id)


async def patched(world: World, who: Person, review: dict[str, Any], **more: Any) -> None:
    await world.change(who, "PATCH", f"/reviews/{review['id']}", json={**GIVEN, **more}, expect=200)


async def test_a_dry_run_says_who_would_get_what_and_why_then_one_act_does_it_once(fresh_world: World) -> None:
    world = fresh_world
    nadia, paul, ines = colleague(world), colleague(world, "Paul"), colleague(world, "Inès")
    dossiers = [await world.admitted(caf=euros) for euros in (1_000, 1_000, 1_000, 9_000, 1_000)]
    by_hand, *_ = before = await reviews_of(world)
    wish = {"json": {"assignee_id": str(ines.account_id)}}
    where = f"/reviews/{by_hand['id']}"
    await world.change(world.caf_officer, "POST", f"{where}/assignment", of=where, expect=201, **wish)
    await world.refused(world.caf_officer, "POST", f"{desk(world)}/assignments", 409, "no-assignment-rules", json={})
    await conflict(world, nadia, dossier_id=dossiers[1]["id"])
    await write(
        world,
        rule("Grosses demandes", ines, from_cents=500_000),
        rule("Le reste", nadia, paul, objective_codes=["2"], natures=["action"], budget_lines=["caf"], qpv_codes=["QP011002"]),
    )
    shown = await run(world, dry_run=True)
    assert [line["assignee_id"] for line in await reviews_of(world)] == [str(ines.account_id), None, None, None, None]
    lines = [(line["outcome"], line["rule"], line["assignee"]) for line in shown["lines"]]
    assert lines == [
        ("kept", None, "Inès"),
        ("assigned", 2, "Paul"),
        ("assigned", 2, "Nadia Benali"),
        ("assigned", 1, "Inès"),
        ("assigned", 2, "Nadia Benali"),
    ]
    assert (shown["lines"][1]["in_conflict"], shown["lines"][1]["rule_label"]) == ([str(nadia.account_id)], "Le reste")
    assert (shown["counts"], shown["truncated"]) == ({"kept": 1, "assigned": 4}, False)
    done = await run(world)
    assert [line["assignee_id"] for line in done["lines"]] == [line["assignee_id"] for line in shown["lines"]]
    after = await reviews_of(world)
    assert [review["assignee_id"] for review in after] == [line["assignee_id"] for line in done["lines"]]
    assert [review["id"] for review in after] == [review["id"] for review in before]
    again = await run(world, again="ruled")
    assert again["counts"] == {"kept": 1, "unchanged": 4}
    assert await reviews_of(world) == after
    acts = [line["act"] for line in await world.pages(world.team, f"/dossiers/{dossiers[3]['id']}/journal")]
    assert acts.count("review.assigned") == 1
    assert "review.assigned" not in str(await world.pages(world.holder, f"/dossiers/{dossiers[3]['id']}/journal"))


async def test_rules_name_members_and_codes_that_exist_and_are_the_funders_kitchen(fresh_world: World) -> None:
    world = fresh_world
    where, nadia = f"{desk(world)}/assignment-rules", colleague(world)
    stranger = {"rules": [rule("Tous", nadia), {"label": "Autre", "instructor_ids": [str(new_id())]}]}
    problem = await world.refused(world.caf_officer, "PUT", where, 409, "not-a-member", json=stranger)
    assert codes(problem) == {"/rules/1/instructor_ids/0": "not_a_member"}
    wrong = rule("Z", nadia, objective_codes=["99"], budget_lines=["p147"], qpv_codes=["QP099999"], from_cents=2, to_cents=1)
    problem = await world.refused(world.caf_officer, "PUT", where, 409, "assignment-rules-refused", json={"rules": [wrong]})
    assert codes(problem) == {
        "/rules/0/objective_codes/0": "unknown_code",
        "/rules/0/budget_lines/0": "unknown_code",
        "/rules/0/qpv_codes/0": "unknown_code",
        "/rules/0/from_cents": "crossed",
    }
    body = {"rules": [rule("Tous", nadia)]}
    await world.refused(nadia, "PUT", where, 403, "funder-managers-only", json=body)
    for who in (world.team, world.holder, world.state_officer, world.stranger):
        for method, path in (("PUT", "assignment-rules"), ("GET", "assignment-rules"), ("POST", "assignments")):
            sent = {} if method == "GET" else {"json": body if method == "PUT" else {}}
            await world.refused(who, method, f"{desk(world)}/{path}", 404, "not-found", **sent)
    elsewhere = f"/campaigns/{world.campaign_id}/funders/{world.lead}/assignment-rules"
    await world.refused(world.team, "GET", elsewhere, 404, "not-found")
    answers = await world.at_once((world.caf_officer, "PUT", where, {"json": body}) for _ in range(4))
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert {answer.status_code for answer in answers} <= {200, 409, 412}
    await world.refused(world.caf_officer, "PUT", where, 412, "stale-version", json=body)
    read = (await world.call(nadia, "GET", where, expect=200)).json()
    assert (read["instructors"], read["version"]) == ([{"account_id": str(nadia.account_id), "full_name": "Nadia Benali"}], 1)


async def test_reviews_that_open_follow_the_rules_where_the_funder_turned_that_on(fresh_world: World) -> None:
    world = fresh_world
    nadia, paul = colleague(world), colleague(world, "Paul")
    await write(world, rule("Tous", nadia, paul))
    first = await world.admitted(caf=1_000)
    await world.running.run_jobs()
    assert [review["assignee_id"] for review in await reviews_of(world)] == [None]
    await choose(world, follows_rules=True)
    await world.admitted(caf=1_000)
    await world.running.run_jobs()
    taken = [review["assignee_id"] for review in await reviews_of(world)]
    assert sorted(taken) == sorted([str(nadia.account_id), str(paul.account_id)])
    # Taken from who declares an interest, it goes to the other.
    owner = nadia if taken[0] == str(nadia.account_id) else paul
    other = paul if owner is nadia else nadia
    await conflict(world, owner, dossier_id=first["id"])
    await world.running.run_jobs()
    assert [review["assignee_id"] for review in await reviews_of(world)] == [str(other.account_id)] * 2


async def test_two_runs_at_once_and_a_hand_meanwhile_leave_one_instructor_each(fresh_world: World) -> None:
    world = fresh_world
    nadia, paul = colleague(world), colleague(world, "Paul")
    for _ in range(4):
        await world.admitted(caf=1_000)
    await write(world, rule("Tous", nadia, paul))
    answers = await world.at_once((world.caf_officer, "POST", f"{desk(world)}/assignments", {"json": {}}) for _ in range(3))
    counts = [answer.json()["counts"] for answer in answers]
    assert sorted(count.get("assigned", 0) for count in counts) == [0, 0, 4]
    taken = [review["assignee_id"] for review in await reviews_of(world)]
    assert sorted(map(taken.count, {str(nadia.account_id), str(paul.account_id)})) == [2, 2]


async def test_what_somebody_leaves_goes_to_others_and_who_left_the_directory_is_replaced(fresh_world: World) -> None:
    world = fresh_world
    nadia, paul, ines = colleague(world), colleague(world, "Paul"), colleague(world, "Inès")
    for _ in range(3):
        await world.admitted(caf=1_000)
    await write(world, rule("Tous", nadia, paul))
    await run(world)
    first, second, third = await reviews_of(world)
    await patched(world, nadia, first, proposed_cents=50_000)
    wish = {"account_id": str(nadia.account_id)}
    dry = await world.call(world.caf_officer, "POST", f"{desk(world)}/departures", json={**wish, "dry_run": True}, expect=200)
    assert [(line["review_id"], line["assignee"]) for line in dry.json()["lines"]] == [(first["id"], "Paul"), (third["id"], "Paul")]
    assert (await reviews_of(world))[0]["assignee_id"] == str(nadia.account_id)
    to_ines = {**wish, "to": str(ines.account_id)}
    await world.call(world.caf_officer, "POST", f"{desk(world)}/departures", json=to_ines, expect=201)
    assert [each["assignee_id"] for each in await reviews_of(world)] == [str(each.account_id) for each in (ines, paul, ines)]
    assert (await world.call(ines, "GET", f"/reviews/{first['id']}", expect=200)).json()["scores"] == GIVEN["scores"]
    again = await world.call(world.caf_officer, "POST", f"{desk(world)}/departures", json=to_ines, expect=201)
    assert again.json()["lines"] == []
    nobody = {"account_id": str(nadia.account_id), "to": str(new_id())}
    await world.refused(world.caf_officer, "POST", f"{desk(world)}/departures", 409, "not-a-member", json=nobody)
    del ROSTERS[world.caf][paul.account_id]
    report = await run(world)
    line = next(line for line in report["lines"] if line["review_id"] == second["id"])
    assert (line["outcome"], line["departed"], line["assignee"]) == ("reassigned", True, "Nadia Benali")


async def test_many_are_given_reopened_and_assigned_each_line_by_itself(fresh_world: World) -> None:
    world = fresh_world
    nadia = colleague(world)
    for _ in range(2):
        await world.admitted(caf=4_000)
    whole, bare = await reviews_of(world)
    other = (await world.admitted(state=8_000))["id"]
    (foreign,) = await world.pages(world.state_officer, "/reviews", dossier_id=other)
    await patched(world, nadia, whole)
    ids = [bare["id"], whole["id"], foreign["id"], str(new_id())]
    wish = {"act": "completion", "review_ids": ids}

    async def done(expect: int = 201, who: Person | None = None, **more: Any) -> list[tuple[bool, str | None]]:
        answer = await world.call(who or world.caf_officer, "POST", "/review-acts", json={**wish, **more}, expect=expect)
        assert answer.json()["done"] == sum(line["done"] for line in answer.json()["lines"])
        return [(line["done"], line["problem"]) for line in answer.json()["lines"]]

    expected = [(False, "review-incomplete"), (True, None), (False, "not-found"), (False, "not-found")]
    assert await done(200, dry_run=True) == expected
    assert {review["status"] for review in await reviews_of(world)} == {"to_review", "in_progress"}
    assert await done() == expected
    assert (await done())[1] == (False, "review-completed")
    assert (await done(who=nadia))[1] == (False, "funder-managers-only")
    await world.refused(world.caf_officer, "POST", "/review-acts", 422, "reason-required", json={**wish, "act": "reopening"})
    wish = {"act": "reopening", "review_ids": ids[:2], "reason": "Grille corrigée."}
    assert await done() == [(False, "request-state-refused"), (True, None)]
    wish = {"act": "assignment", "review_ids": ids[:3], "assignee_id": str(nadia.account_id)}
    assert await done() == [(True, None), (True, None), (False, "not-found")]
    wish["assignee_id"] = str(new_id())
    assert await done() == [(False, "not-a-member"), (False, "not-a-member"), (False, "not-found")]
    assert {review["assignee_id"] for review in await reviews_of(world)} == {str(nadia.account_id)}


async def test_ones_to_do_is_dated_sorted_counted_and_paged(fresh_world: World) -> None:
    world = fresh_world
    nadia = member_of(world.caf, world.state)
    ROSTERS.setdefault(world.caf, {})[nadia.account_id] = "Nadia"
    for _ in range(3):
        await world.admitted(state=8_000, caf=4_000)
    for who, funder in ((world.caf_officer, world.caf), (world.state_officer, world.state)):
        for review in await world.pages(who, "/reviews", funder_id=str(funder)):
            where = f"/reviews/{review['id']}"
            ROSTERS.setdefault(funder, {})[nadia.account_id] = "Nadia"
            wish = {"assignee_id": str(nadia.account_id)}
            await world.change(who, "POST", f"{where}/assignment", of=where, json=wish, expect=201)
    today = today_in_paris(world.running.clock.now())
    counts = "/me/reviews/counts"
    assert (await world.call(nadia, "GET", counts, expect=200)).json() == {
        "total": 6, "late": 0, "week": 0, "later": 0, "undated": 6,
    }  # fmt: skip
    for days, when in ((-1, "late"), (0, "week"), (6, "week"), (7, "later")):
        await choose(world, review_due_on=str(today + timedelta(days=days)))
        found = (await world.call(nadia, "GET", counts, expect=200)).json()
        assert (found[when], found["undated"]) == (3, 3), (days, found)
        assert {row["when"] for row in await world.pages(nadia, "/me/reviews", when=when)} == {when}
    for sort in ("due_on", "-due_on", "since", "-since"):
        whole = await world.pages(nadia, "/me/reviews", sort=sort)
        assert [row["id"] for row in await world.pages(nadia, "/me/reviews", sort=sort, limit=1)] == [r["id"] for r in whole]
        assert len({row["id"] for row in whole}) == 6
    by_due = await world.pages(nadia, "/me/reviews", limit=2)
    assert [row["due_on"] is None for row in by_due] == [False] * 3 + [True] * 3
    assert (await world.pages(nadia, "/me/reviews", campaign_id=str(new_id()))) == []
    for who in (world.caf_officer, world.holder, world.team):
        assert await world.pages(who, "/me/reviews") == []
    # Who left a funder is shown nothing of it.
    left = Person(account_id=nadia.account_id, memberships={world.state: ["member"]})
    world._signed.pop(nadia.account_id)
    assert {row["funder_id"] for row in await world.pages(left, "/me/reviews")} == {str(world.state)}


async def test_scores_are_compared_on_what_was_read_in_common_and_told_to_whom_they_may_be(fresh_world: World) -> None:
    world = fresh_world
    await choose(world, readings=3)
    nadia, paul, ines = trio = colleague(world), colleague(world, "Paul"), colleague(world, "Inès")
    await write(world, rule("Tous", *trio))
    for _ in range(2):
        await world.admitted(caf=4_000)
    report = await run(world)
    assert [len(line["reader_ids"]) for line in report["lines"]] == [3, 3]
    where = f"{desk(world)}/calibration"
    await world.refused(nadia, "GET", f"{where}/mine", 409, "finish-own-first")
    scores = {nadia.account_id: (5, 5), paul.account_id: (3, 3), ines.account_id: (1, 4)}
    for who in trio:
        for todo in [row for row in await world.pages(who, "/me/reviews") if row["kind"] == "reading"]:
            besoin, budget = scores[who.account_id]
            address = f"/readings/{todo['id']}"
            body = {**GIVEN, "scores": {"besoin": besoin, "budget": budget}}
            await world.change(who, "PATCH", address, json=body, expect=200)
            await world.change(who, "POST", f"{address}/completion", of=address, expect=201)
    found = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
    assert (found["reviewers"], found["dossiers"], found["scored_twice"]) == (3, 2, 2)
    people = {one["full_name"]: one for one in found["people"]}
    assert people["Nadia Benali"]["criteria"]["besoin"] == {
        "n": 2, "mean": 5, "sd": 0, "min": 5, "max": 5, "difference": 3, "in_common": 2,
    }  # fmt: skip
    assert people["Inès"]["criteria"]["besoin"]["difference"] == -3
    assert (people["Paul"]["weighted"]["difference"], found["disagreements"][0]["spread"]) == (-12.0, 56.0)
    team = (await world.call(world.team, "GET", where, expect=200)).json()
    assert (team["reviewers"], team["people"], team["criteria"], team["disagreements"]) == (3, None, None, None)
    await world.refused(nadia, "GET", where, 403, "funder-managers-only")
    for who in (world.holder, world.stranger, world.state_officer):
        await world.refused(who, "GET", where, 404, "not-found")
        await world.refused(who, "GET", f"{where}/mine", 404, "not-found")
    owned = {who.account_id: (await world.pages(who, "/me/reviews")) for who in trio}
    free = next(who for who in trio if not owned[who.account_id])
    mine = await world.call(free, "GET", f"{where}/mine", expect=200)
    assert mine.json()["group"]["besoin"]["n"] == 4
    assert not any(str(each.account_id) in mine.text for each in trio)
    # Who has an interest in a dossier is not told how far apart its readers are, manager or not.
    apart = found["disagreements"]
    declared = await conflict(world, world.caf_officer, dossier_id=apart[0]["dossier_id"])
    found = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
    assert (found["disagreements"], found["dossiers"]) == (apart[1:], 1)
    assert {one["dossiers"] for one in found["people"]} == {1}
    said, read = {"reason": "Une erreur."}, {"If-Match": '"1"'}
    await world.call(world.caf_officer, "POST", f"/conflicts/{declared['id']}/withdrawal", json=said, headers=read, expect=201)
    # A conflict takes somebody's scores out of every figure.
    await conflict(world, ines, organisation_id=str(world.association))
    found = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
    assert (found["reviewers"], found["criteria"]["besoin"]["n"]) == (2, 4)


async def test_the_export_holds_each_review_and_its_scores_and_no_formula(fresh_world: World) -> None:
    world = fresh_world
    nadia = colleague(world, "=cmd()")
    content = {**world.content(caf=4_000), "title": "=SOMME(A1)"}
    for wish in (content, world.content(caf=4_000)):
        await world._admit(wish)
    first, second = await reviews_of(world)
    await patched(world, nadia, first, score_comments={"besoin": "Étayé"}, internal_comment="À soutenir ; oui")
    await patched(world, world.caf_officer, second)
    await conflict(world, world.caf_officer, dossier_id=second["dossier_id"])
    where = f"{desk(world)}/reviews/export"
    answer = await world.call(world.caf_officer, "GET", where, params={"format": "csv"}, expect=200)
    assert answer.headers["content-disposition"].startswith('attachment; filename="instructions-')
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["Dossier"] for row in rows] == [first["reference"], second["reference"]]
    assert (rows[0]["Intitulé"], rows[0]["Personne"], rows[0]["Demandé (€)"]) == ("'=SOMME(A1)", "'=cmd()", "4000.0")
    assert (rows[0]["Réponse au besoin"], rows[0]["Réponse au besoin : commentaire"], rows[0]["Note sur 100"]) == (
        "4",
        "Étayé",
        "72.0",
    )
    assert (rows[1]["Note sur 100"], rows[1]["Commentaire"], rows[1]["Conflit d'intérêts"]) == ("", "", "Notes masquées")
    book = await world.call(world.caf_officer, "GET", where, expect=200)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet] == ["Dossier", first["reference"], second["reference"]]
    await world.refused(nadia, "GET", where, 403, "funder-managers-only")
    for who in (world.team, world.holder, world.state_officer):
        await world.refused(who, "GET", where, 404, "not-found")
