"""From the first word of a draft to its acknowledgement of receipt: what is refused, and that nothing is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.common.clock import PARIS
from services.programming.dossiers.rules import months_after
from tests.programming.papers import SWORN, codes
from tests.programming.world import World

pytestmark = pytest.mark.anyio

Content = dict[str, Any]


async def test_a_complete_dossier_is_submitted_once_with_its_receipt_and_its_mail(world: World) -> None:
    dossier_id, tag = await world.draft()
    answer = await world.submit(dossier_id, tag, expect=201)
    receipt = answer.json()
    assert receipt["reference"].endswith("-0001")
    assert receipt["asked_cents"] == 1_200_000
    day = world.running.clock.now().astimezone(PARIS).date()
    assert receipt["answer_before"] == {
        "promised_on": months_after(day, 3).isoformat(),
        "silence_rejects_on": months_after(day, 2).isoformat(),
    }
    assert (await world.call(world.holder, "GET", answer.headers["location"], expect=200)).json() == receipt
    (mail,) = await world.mails(receipt["reference"])
    assert mail["to"] == "contact@ateliers.example.org"
    assert "12\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€" in mail["text"]


async def test_what_was_submitted_is_kept_as_it_was_with_who_swore_it(world: World) -> None:
    dossier = await world.submitted()
    (kept,) = await world.running.rows("SELECT * FROM submissions WHERE dossier_id = %(id)s", id=dossier["id"])
    assert (kept["signatory_name"], kept["signatory_function"]) == ("Camille Exemple", "Présidente")
    assert kept["submitted_by"] == world.holder.account_id
    for name in ("title", "content", "budget", "contact", "holder", "reference", "qpv_codes"):
        assert kept["snapshot"][name] == dossier[name]
    asked = [(r["funder_id"], r["amount_cents"]) for r in kept["snapshot"]["requests"]]
    assert asked == [(r["funder_id"], r["amount_cents"]) for r in dossier["requests"]]


async def refused_and_kept(world: World, content: Content, slug: str) -> dict[str, Any]:
    """The submission is refused by that name, with nothing sent, numbered or lost."""
    dossier_id, tag = await world.draft(content)
    before = await world.seen(dossier_id, world.holder)
    problem = await world.refused_submission(dossier_id, tag, 409, slug)
    assert await world.seen(dossier_id, world.holder) == before
    assert await world.tag(dossier_id) == tag
    drawn = await world.running.rows("SELECT last_reference FROM campaigns WHERE id = %(id)s", id=world.campaign_id)
    assert drawn == [{"last_reference": 0}]
    return problem


def unbalanced(content: Content) -> None:
    content["budget"]["charges"][0]["amount_cents"] += 100


def in_cents(content: Content) -> None:
    content["budget"]["charges"][0]["amount_cents"] += 50
    content["budget"]["produits"][-1]["amount_cents"] += 50


def differs_from_its_line_74(content: Content) -> None:
    content["requests"][0]["amount_cents"] -= 100


def its_line_74_differs(content: Content) -> None:
    content["budget"]["produits"][0]["amount_cents"] += 100
    content["budget"]["produits"][-1]["amount_cents"] -= 100


def voluntary_unbalanced(content: Content) -> None:
    content["budget"]["voluntary_uses"] = []


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (unbalanced, {"/budget": "unbalanced"}),
        (in_cents, {"/budget/charges/0/amount_cents": "whole_euros", "/budget/produits/2/amount_cents": "whole_euros"}),
        (differs_from_its_line_74, {"/requests/0/amount_cents": "differs_from_line_74"}),
        (its_line_74_differs, {"/requests/0/amount_cents": "differs_from_line_74"}),
        (voluntary_unbalanced, {"/budget/voluntary_uses": "voluntary_unbalanced"}),
    ],
)
async def test_a_budget_that_breaks_the_rules_is_refused_by_name(
    world: World, spoil: Callable[[Content], None], expected: dict[str, str]
) -> None:
    content = world.content()
    spoil(content)
    assert codes(await refused_and_kept(world, content, "budget-refused")) == expected


async def test_an_ask_the_charter_excludes_is_answered_with_the_rule_and_whom_to_ask_instead(world: World) -> None:
    content = {**world.content(caf=4_000), "objective_codes": ["8"]}
    problem = await refused_and_kept(world, content, "charter-refused")
    (error,) = problem["errors"]
    assert (error["pointer"], error["code"]) == ("/requests/0", "charter_objective")
    assert error["detail"] == (
        "CAF (Ligne caf) exclut l'objectif 8. Hors emploi. À qui demander : État (Ligne p147), Région (Ligne region)."
    )


async def test_whom_to_ask_instead_never_includes_who_would_refuse_too(world: World) -> None:
    content = {**world.content(caf=4_000), "nature": "investissement", "objective_codes": ["8"]}
    problem = await refused_and_kept(world, content, "charter-refused")
    assert {error["code"] for error in problem["errors"]} == {"charter_nature", "charter_objective"}
    assert all(error["detail"].endswith("À qui demander : Région (Ligne region).") for error in problem["errors"])


async def test_an_ask_above_the_cap_or_the_share_is_refused_and_at_the_bound_accepted(world: World) -> None:
    problem = await refused_and_kept(world, world.content(caf=20_001, state=9_000), "charter-refused")
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/requests/0", "charter_cap")]
    problem = await refused_and_kept(world, world.content(state=12_001), "charter-refused")
    assert codes(problem) == {"/requests/0": "charter_share"}
    at_the_bounds = await world.submitted(caf=20_000)
    assert at_the_bounds["asked_cents"] == 2_000_000
    assert (await world.submitted(state=12_000))["charges_cents"] * 8 == 1_200_000 * 10


async def test_several_families_of_rules_broken_at_once_make_the_dossier_incomplete_and_all_are_said(world: World) -> None:
    content = {**world.content(caf=4_000), "objective_codes": ["8"], "title": ""}
    unbalanced(content)
    problem = await refused_and_kept(world, content, "dossier-incomplete")
    assert codes(problem) == {"/title": "missing", "/budget": "unbalanced", "/requests/0": "charter_objective"}


async def test_an_empty_draft_is_told_everything_at_once(world: World) -> None:
    dossier_id, tag = await world.draft({}, attach=False)
    problem = await world.refused_submission(dossier_id, tag, 409, "dossier-incomplete")
    assert len(problem["errors"]) == 15
    assert {error["code"] for error in problem["errors"]} == {"missing"}


@pytest.mark.parametrize(
    ("statement", "pointers"),
    [
        ({"sworn_statement": False}, ["/sworn_statement"]),
        ({"republican_commitment": False}, ["/republican_commitment"]),
        ({"sworn_statement": False, "republican_commitment": False}, ["/sworn_statement", "/republican_commitment"]),
    ],
)
async def test_nothing_is_submitted_that_is_not_sworn(shared_world: World, statement: dict[str, Any], pointers: list[str]) -> None:
    dossier_id, tag = await shared_world.draft()
    problem = await shared_world.refused_submission(dossier_id, tag, 422, "not-sworn", **statement)
    assert codes(problem) == dict.fromkeys(pointers, "required")


async def test_a_holder_whose_republican_commitment_is_known_need_not_tick_it_again(world: World) -> None:
    world.organisations[world.association]["cer_signed_on"] = "2026-01-05"
    dossier_id, tag = await world.draft()
    answer = await world.call(
        world.holder,
        "POST",
        f"/dossiers/{dossier_id}/submission",
        json={**SWORN, "republican_commitment": False},
        headers={"If-Match": tag},
    )
    assert answer.status_code == 201


async def test_the_version_submitted_is_the_one_that_was_read(world: World) -> None:
    dossier_id, tag = await world.draft()
    await world.change(world.helper, "PATCH", f"/dossiers/{dossier_id}", json={"title": "Autre onglet"}, expect=200)
    await world.refused_submission(dossier_id, tag, 412, "stale-version")
    await world.refused(world.holder, "POST", f"/dossiers/{dossier_id}/submission", 428, "precondition-required", json=SWORN)
    assert (await world.seen(dossier_id, world.holder))["title"] == "Autre onglet"


async def test_a_second_submission_is_refused_with_the_first_ones_reference(world: World) -> None:
    dossier_id, tag = await world.draft()
    reference = (await world.submit(dossier_id, tag, expect=201)).json()["reference"]
    for again in (tag, await world.tag(dossier_id)):
        problem = await world.refused_submission(dossier_id, again, 409, "already-submitted")
        assert problem["reference"] == reference
    assert len(await world.mails(reference)) == 1


# The deadline


async def test_at_the_very_deadline_a_dossier_is_in_time(world: World) -> None:
    dossier_id, tag = await world.draft()
    deadline = await world.at_deadline()
    receipt = (await world.submit(dossier_id, tag, expect=201)).json()
    assert datetime.fromisoformat(receipt["submitted_at"]) == deadline


@pytest.mark.parametrize("late", [timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=2)])
async def test_after_the_deadline_the_answer_says_when_it_was_and_the_draft_is_kept(world: World, late: timedelta) -> None:
    dossier_id, tag = await world.draft()
    deadline = await world.at_deadline()
    world.running.clock.at = deadline + late
    before = await world.seen(dossier_id, world.holder)
    for recorded in (False, True):
        if recorded:
            await world.close_expired()
        problem = await world.refused_submission(dossier_id, tag, 409, "deadline-passed")
        assert datetime.fromisoformat(problem["closes_at"]) == deadline
        assert problem["detail"].endswith("(heure de Paris)")
    assert await world.seen(dossier_id, world.holder) == before
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    await world.refused(world.holder, "POST", "/dossiers", 409, "deadline-passed", json=wish)
    await world.change(world.holder, "PATCH", f"/dossiers/{dossier_id}", json={"title": "Pour l'an prochain"}, expect=200)


async def test_a_campaign_closed_early_by_its_team_takes_no_dossier_though_its_deadline_is_to_come(world: World) -> None:
    dossier_id, tag = await world.draft()
    await world.act("closing")
    problem = await world.refused_submission(dossier_id, tag, 409, "campaign-not-open")
    assert problem["campaign_status"] == "closed"


async def test_before_its_opening_hour_a_campaign_takes_no_dossier(world: World) -> None:
    opens_at = world.running.clock.now() + timedelta(hours=1)
    await world.prepare_campaign(opens_at=opens_at.isoformat())
    await world.act("opening")
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    problem = await world.refused(world.holder, "POST", "/dossiers", 409, "campaign-not-open", json=wish)
    assert datetime.fromisoformat(problem["opens_at"]) == opens_at


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        (datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC), "le 28/03/2027 à 01:59:59 (heure de Paris)"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "le 28/03/2027 à 03:00:00 (heure de Paris)"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "le 31/10/2027 à 02:30:00 (heure de Paris)"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "le 31/10/2027 à 02:30:00 (heure de Paris)"),
    ],
)
async def test_a_deadline_in_the_night_the_clocks_change_is_judged_as_one_instant(
    world: World, deadline: datetime, said: str
) -> None:
    clock = world.running.clock
    before, clock.at = clock.at, deadline - timedelta(hours=12)
    try:
        await world.prepare_campaign(closes_at=deadline.isoformat())
        await world.act("opening")
        in_time, late = await world.draft(), await world.draft()
        clock.at = deadline
        assert (await world.submit(*in_time)).status_code == 201
        clock.at = deadline + timedelta(seconds=1)
        assert (await world.refused_submission(*late, 409, "deadline-passed"))["detail"] == said
    finally:
        clock.at = before
