"""An amendment of a multi-year agreement changes awards: the year's total with each funder follows, and its own agreement only then."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.programming.agreements import acts as yearly
from tests.programming.cpos import agreements as cpos
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def running(world: World, **euros: Sequence[int]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """An agreement whose first year is notified by all: itself, and its awards by funder."""
    cpo = await cpos.signed(world, euros=euros)
    made = (await cpos.light_dossier(world, cpo)).json()
    return await cpos.read(world, cpo), await cpos.notified(world, made["dossier_id"], *euros)


async def proposed(world: World, cpo: dict[str, Any], name: str, cents: int) -> str:
    """An amendment of the first year's tranche, signed by the holder: where it is."""
    wish = {
        "reason": "Plus de public.",
        "changes": [{"tranche_id": cpos.tranche(world, cpo, name, 0)["id"], "amount_cents": cents}],
    }
    number = (await cpos.act(world, world.team, cpo, "amendments", wish)).json()["number"]
    where = f"/cpos/{cpo['id']}/amendments/{number}"
    body = cpos.signing(world.association)
    await world.change(world.president, "POST", f"{where}/signature", of=where, json=body, expect=201)
    return where


async def amended(world: World, cpo: dict[str, Any], name: str, cents: int) -> None:
    where = await proposed(world, cpo, name, cents)
    who, body = cpos.signatory(world, name), cpos.signing(cpos.funder(world, name))
    await world.change(who, "POST", f"{where}/signature", of=where, json=body, expect=201)


async def total(world: World, name: str) -> dict[str, Any]:
    (found,) = await world.pages(world.holder, "/agreements", funder_id=str(cpos.funder(world, name)))
    awards = await world.pages(world.holder, "/awards", funder_id=str(cpos.funder(world, name)))
    assert found["granted_cents"] == sum(award["granted_cents"] for award in awards)
    return found


async def test_the_total_is_what_the_awards_add_up_to_after_each_amendment(world: World) -> None:
    cpo, _ = await running(world, state=[8_000, 6_000], caf=[4_000, 3_000])
    await world.awarded(state=5_000)
    assert [(await total(world, name))["granted_cents"] for name in ("state", "caf")] == [1_300_000, 400_000]
    await amended(world, cpo, "state", 950_000)
    assert [(await total(world, name))["granted_cents"] for name in ("state", "caf")] == [1_450_000, 400_000]
    await amended(world, cpo, "caf", 150_000)
    assert [(await total(world, name))["granted_cents"] for name in ("state", "caf")] == [1_450_000, 150_000]


async def test_before_the_notification_there_is_nothing_to_count(world: World) -> None:
    cpo = await cpos.signed(world)
    made = (await cpos.light_dossier(world, cpo)).json()
    cpo = await cpos.read(world, cpo)
    await amended(world, cpo, "state", 950_000)
    assert await world.pages(world.holder, "/agreements") == []
    await cpos.notified(world, made["dossier_id"], "state")
    assert (await total(world, "state"))["granted_cents"] == 950_000


async def test_multi_year_awards_alone_never_make_another_agreement_due(world: World) -> None:
    cpo, awards = await running(world, state=[22_000, 6_000], caf=[30_000, 3_000])
    await amended(world, cpo, "state", 3_000_000)
    for name, cents in (("state", 3_000_000), ("caf", 3_000_000)):
        found = await total(world, name)
        assert (found["status"], found["granted_cents"]) == ("not_due", cents)
        assert not (await world.call(world.holder, "GET", f"/awards/{awards[name]['id']}", expect=200)).json()["agreement_required"]
    await world.commit(world.state_payer, awards["state"]["id"])


async def test_with_another_award_the_amendment_may_cross_the_threshold_for_that_one(world: World) -> None:
    cpo, awards = await running(world, state=[18_000, 6_000])
    other = (await world.awarded(state=4_000))["awards"]["state"]
    assert (await total(world, "state"))["status"] == "not_due"
    await amended(world, cpo, "state", 2_000_000)
    assert (await total(world, "state"))["status"] == "due"
    where = f"/awards/{other['id']}"
    refusal(await world.change(world.state_payer, "POST", f"{where}/commitment", of=where, json={}), 409, "agreement-required")
    await world.commit(world.state_payer, awards["state"]["id"])
    await amended(world, cpo, "state", 2_500_000)
    assert (await total(world, "state"))["granted_cents"] == 2_900_000


async def test_the_journal_of_the_dossier_tells_the_amendment(world: World) -> None:
    cpo, awards = await running(world, state=[8_000, 6_000])
    await world.commit(world.state_payer, awards["state"]["id"])
    lines = await world.pages(world.holder, f"/dossiers/{awards['state']['dossier_id']}/journal")
    (told,) = [line for line in lines if line["act"] == "request.notified"]
    assert (told["changes"]["award_id"], told["changes"]["granted_cents"]) == (awards["state"]["id"], 800_000)
    await amended(world, cpo, "state", 950_000)
    (line,) = [
        one
        for one in await world.pages(world.holder, f"/dossiers/{awards['state']['dossier_id']}/journal")
        if one["act"] == "award.amended"
    ]
    assert line["changes"] == {
        "award_id": awards["state"]["id"], "cpo_id": cpo["id"], "amendment": 1, "granted_cents": [800_000, 950_000],
    }  # fmt: skip


async def test_an_amendment_of_each_agreement_at_once_both_apply(world: World) -> None:
    """The yearly agreement covers another award of the region; both amendments count the same year."""
    cpo, _ = await running(world, region=[8_000, 6_000])
    other = await yearly.granted(world, 24_000, asked=30_000)
    agreement = await yearly.in_force(world)
    path = f"/amendments/{(await yearly.amendment(world, {other['id']: 2_600_000}))['id']}/signatures"
    await yearly.act(world, world.president, agreement["id"], path, yearly.signature(world, "holder"), expect=201)
    where = await proposed(world, cpo, "region", 700_000)

    async def last(who: Person, place: str, sent_to: str, body: dict[str, Any]) -> tuple[Person, str, str, dict[str, Any]]:
        tag = (await world.call(world.holder, "GET", place, expect=200)).headers["etag"]
        return who, "POST", sent_to, {"json": body, "headers": {"If-Match": tag}}

    signing = yearly.signature(world, "funder")
    one = await last(
        yearly.region_signatory(world), f"/agreements/{agreement['id']}", f"/agreements/{agreement['id']}{path}", signing
    )
    two = await last(cpos.signatory(world, "region"), where, f"{where}/signature", cpos.signing(world.region))
    answers = await world.at_once([one, two])
    assert answers[1].status_code == 201, answers[1].text
    # The yearly one was read before the total changed: applied, or asked to be read again.
    assert answers[0].status_code in {201, 412}, answers[0].text
    expected = 700_000 + (2_600_000 if answers[0].status_code == 201 else 2_400_000)
    assert (await total(world, "region"))["granted_cents"] == expected
