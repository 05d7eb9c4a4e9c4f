"""Amendments: drafted by the funder, signed by both, applied at once or not at all."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.programming.agreements.acts import (
    PATH,
    act,
    amendment,
    award,
    envelope,
    granted,
    in_force,
    new_mails,
    pay,
    put_under_cpo,
    region_signatory,
    sign_both,
    signature,
    the_agreement,
)
from tests.programming.papers import codes, refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio


def wish(*lines: tuple[str, int]) -> dict[str, Any]:
    return {
        "reason": "L'action change.",
        "lines": [{"award_id": award_id, "granted_cents": cents} for award_id, cents in lines],
    }


async def draft(world: World, *lines: tuple[str, int]) -> Any:
    agreement = await the_agreement(world)
    return await act(world, world.region_officer, agreement["id"], "/amendments", wish(*lines))


async def test_an_amendment_applies_with_the_second_signature_and_the_envelope_follows(world: World) -> None:
    since = datetime.now(UTC)
    raised = await granted(world, 15_000, asked=20_000)
    lowered = await granted(world, 9_000)
    agreement = await in_force(world)
    before = await envelope(world)
    made = await amendment(world, {raised["id"]: 1_800_000, lowered["id"]: 500_000})
    assert (made["number"], made["status"]) == (1, "drafted")
    assert (await world.call(world.holder, "GET", made["document"], expect=200)).content.startswith(b"%PDF-")
    path = f"/amendments/{made['id']}/signatures"
    await act(world, world.president, agreement["id"], path, signature(world, "holder"), expect=201)
    assert (await the_agreement(world))["granted_cents"] == 2_400_000, "one signature moves nothing"
    await act(world, region_signatory(world), agreement["id"], path, signature(world, "funder"), expect=201)
    agreement = await the_agreement(world)
    assert (agreement["granted_cents"], agreement["amendments"][0]["status"]) == (2_300_000, "signed")
    assert [(await award(world, one["id"]))["granted_cents"] for one in (raised, lowered)] == [1_800_000, 500_000]
    assert (await envelope(world))["granted_cents"] == before["granted_cents"] - 100_000
    dossier = await world.seen(raised["dossier_id"], world.holder)
    assert (dossier["granted_cents"], dossier["requests"][0]["granted_cents"]) == (1_800_000, 1_800_000)
    assert len(await new_mails(world, "Avenant n° 1", since)) == 1
    assert len(await new_mails(world, "L'avenant n° 1", since)) == 1
    acts = [line["act"] for line in await world.pages(world.holder, f"/dossiers/{raised['dossier_id']}/journal")]
    assert "award.amended" in acts
    assert (await amendment(world, {raised["id"]: 1_900_000}))["number"] == 2


async def test_a_grant_added_in_a_signed_year_waits_for_its_amendment(world: World) -> None:
    await granted(world, 24_000)
    agreement = await in_force(world)
    late = await granted(world, 2_000)
    agreement = await the_agreement(world)
    assert (agreement["status"], agreement["text_due"], agreement["granted_cents"]) == ("signed", True, 2_600_000)
    assert [a["id"] for a in await world.pages(world.region_officer, PATH, due="true")] == [agreement["id"]]
    where = f"/awards/{late['id']}"
    refusal(await world.change(world.region_officer, "POST", f"{where}/commitment", of=where, json={}), 409, "agreement-required")
    made = await amendment(world, {late["id"]: 200_000})
    assert (await the_agreement(world))["text_due"] is False
    await sign_both(world, agreement["id"], f"/amendments/{made['id']}/signatures")
    assert (await the_agreement(world))["text_due"] is False
    assert (await world.commit(world.region_officer, late["id"]))["status"] == "committed"


async def test_a_grant_is_not_lowered_below_what_is_paid(world: World) -> None:
    one = await granted(world, 24_000)
    await in_force(world)
    await world.commit(world.region_officer, one["id"])
    await pay(world, one["id"], 1_000_000)
    answer = await draft(world, (one["id"], 999_999))
    problem = refusal(answer, 409, "grant-below-paid")
    assert codes(problem) == {"/lines/0/granted_cents": "below_paid"}
    assert "10\N{NARROW NO-BREAK SPACE}000" in problem["errors"][0]["detail"]
    assert (await amendment(world, {one["id"]: 1_000_000}))["number"] == 1


async def test_money_paid_since_the_draft_is_seen_when_it_applies_and_nothing_moves(world: World) -> None:
    one, other = await granted(world, 15_000), await granted(world, 9_000)
    agreement = await in_force(world)
    await world.commit(world.region_officer, one["id"])
    made = await amendment(world, {other["id"]: 800_000, one["id"]: 1_000_000})
    await pay(world, one["id"], 1_200_000)
    path = f"/amendments/{made['id']}/signatures"
    await act(world, world.president, agreement["id"], path, signature(world, "holder"), expect=201)
    last = await act(world, region_signatory(world), agreement["id"], path, signature(world, "funder"))
    assert codes(refusal(last, 409, "grant-below-paid")) == {"/lines/1/granted_cents": "below_paid"}
    after = await the_agreement(world)
    assert (after["granted_cents"], len(after["amendments"][0]["signatures"])) == (2_400_000, 1)
    assert [(await award(world, a["id"]))["granted_cents"] for a in (one, other)] == [1_500_000, 900_000]
    await act(world, world.region_officer, agreement["id"], f"/amendments/{made['id']}/withdrawal", None, expect=201)
    assert (await the_agreement(world))["amendments"] == []
    assert (await amendment(world, {other["id"]: 800_000}))["number"] == 1, "a withdrawn amendment leaves no hole"


async def test_a_grant_is_not_raised_above_what_was_asked(world: World) -> None:
    one = await granted(world, 24_000, asked=25_000)
    await in_force(world)
    refused = refusal(await draft(world, (one["id"], 2_500_001)), 409, "grant-above-asked")
    assert codes(refused) == {"/lines/0/granted_cents": "above_asked"}
    assert (await amendment(world, {one["id"]: 2_500_000}))["number"] == 1


async def _envelope_of(world: World, cents: int) -> None:
    where = f"/campaigns/{world.campaign_id}/funders/{world.region}/budget-lines/region/envelope"
    line = (await world.call(world.region_officer, "PUT", where, json={"amount_cents": cents})).json()
    assert line.get("amount_cents") == cents, line


async def test_an_envelope_is_not_exceeded_at_the_draft_nor_when_it_applies(world: World) -> None:
    one = await granted(world, 24_000, asked=40_000)
    agreement = await in_force(world)
    await _envelope_of(world, 2_500_000)
    refused = refusal(await draft(world, (one["id"], 2_500_001)), 409, "envelope-exceeded")
    assert codes(refused) == {"/lines/0/granted_cents": "above_envelope"}
    made = await amendment(world, {one["id"]: 2_500_000})
    await _envelope_of(world, 2_450_000)
    path = f"/amendments/{made['id']}/signatures"
    await act(world, world.president, agreement["id"], path, signature(world, "holder"), expect=201)
    last = await act(world, region_signatory(world), agreement["id"], path, signature(world, "funder"))
    refusal(last, 409, "envelope-exceeded")
    assert (await the_agreement(world))["granted_cents"] == 2_400_000
    await _envelope_of(world, 2_500_000)
    await act(world, region_signatory(world), agreement["id"], path, signature(world, "funder"), expect=201)
    assert (await the_agreement(world))["granted_cents"] == 2_500_000


async def test_money_moves_between_two_grants_of_a_full_envelope(world: World) -> None:
    one, other = await granted(world, 15_000, asked=20_000), await granted(world, 9_000)
    agreement = await in_force(world)
    await _envelope_of(world, 2_400_000)
    made = await amendment(world, {one["id"]: 1_700_000, other["id"]: 700_000})
    await sign_both(world, agreement["id"], f"/amendments/{made['id']}/signatures")
    assert (await envelope(world))["granted_cents"] == 2_400_000
    assert [(await award(world, a["id"]))["granted_cents"] for a in (one, other)] == [1_700_000, 700_000]


async def test_two_officers_drafting_the_same_amendment_at_once_draft_one(world: World) -> None:
    one = await granted(world, 24_000)
    agreement = await in_force(world)
    where = f"{PATH}/{agreement['id']}"
    tag = {"If-Match": (await world.call(world.region_officer, "GET", where, expect=200)).headers["etag"]}
    sent = {"json": wish((one["id"], 2_000_000)), "headers": tag}
    answers = await world.at_once(
        (who, "POST", f"{where}/amendments", sent) for who in [world.region_officer, region_signatory(world)] * 3
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[412] * 5]
    refusal(await draft(world, (one["id"], 2_100_000)), 409, "amendment-open")
    assert len((await the_agreement(world))["amendments"]) == 1


async def test_an_amendment_is_about_the_agreement_s_grants_each_once_and_changes_something(world: World) -> None:
    one, covered = await granted(world, 24_000), await granted(world, 1_000)
    await put_under_cpo(world, covered["id"])
    other = (await world.awarded(caf=5_000))["awards"]["caf"]
    await in_force(world)
    cases = [
        ([(other["id"], 100)], {"/lines/0/award_id": "unknown_award"}),
        ([(covered["id"], 50_000)], {"/lines/0/award_id": "under_cpo"}),
        ([(one["id"], 2_300_000), (one["id"], 2_200_000)], {"/lines/1/award_id": "repeated"}),
        ([(one["id"], 2_400_000)], {"/lines/0/granted_cents": "unchanged"}),
        ([], {"/lines": "empty"}),
    ]
    for lines, expected in cases:
        assert codes(refusal(await draft(world, *lines), 409, "amendment-refused")) == expected


async def test_nothing_is_amended_before_the_agreement_is_signed(world: World) -> None:
    one = await granted(world, 24_000)
    refusal(await draft(world, (one["id"], 2_000_000)), 409, "agreement-state-refused")


async def test_aid_in_kind_changed_in_a_signed_year_is_an_amendment(world: World) -> None:
    await granted(world, 24_000)
    agreement = await in_force(world)
    body = {"amount_cents": 50_000, "label": "Salle"}
    answer = await act(world, world.region_officer, agreement["id"], "/in-kind", body, method="PUT", expect=200)
    assert (answer.json()["status"], answer.json()["text_due"], answer.json()["total_cents"]) == ("signed", True, 2_450_000)
    made = await amendment(world, {})
    await sign_both(world, agreement["id"], f"/amendments/{made['id']}/signatures")
    assert (await the_agreement(world))["text_due"] is False


async def test_a_grant_changed_elsewhere_since_the_draft_outdates_the_text(world: World) -> None:
    one = await granted(world, 24_000)
    agreement = await in_force(world)
    made = await amendment(world, {one["id"]: 2_000_000})
    path = f"/amendments/{made['id']}/signatures"
    await act(world, world.president, agreement["id"], path, signature(world, "holder"), expect=201)
    await put_under_cpo(world, one["id"], cents=2_200_000)
    last = await act(world, region_signatory(world), agreement["id"], path, signature(world, "funder"))
    refusal(last, 409, "text-outdated")


async def test_an_amendment_is_found_under_its_own_agreement(world: World) -> None:
    one = await granted(world, 24_000)
    agreement = await in_force(world)
    made = await amendment(world, {one["id"]: 2_000_000})
    wrong = f"{PATH}/{agreement['id']}/amendments/{agreement['text']['id']}/document"
    await world.refused(world.holder, "GET", wrong, 404, "not-found")
    await world.refused(world.stranger, "GET", made["document"], 404, "not-found")
