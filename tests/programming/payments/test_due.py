"""What money in several instalments makes a holder and a payer do."""

from datetime import timedelta

import pytest

from services.common.clock import today_in_paris
from tests.programming.bank_accounts import accounts
from tests.programming.due_lists.lists import due
from tests.programming.payments import acts
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_an_instalment_is_claimed_answered_and_paid_then_the_next(world: World) -> None:
    award = await acts.committed(world)
    assert "instalment_to_claim" not in await due(world, world.holder), "paid at once: nothing to ask for"
    second_on = _in(world, 20)
    parts = (
        {"kind": "advance", "share_bp": 5000, "condition": "none"},
        {"kind": "interim", "share_bp": 2500, "condition": "date", "due_on": second_on},
        {"kind": "balance", "share_bp": 2500, "condition": "bilan_accepted"},
    )
    assert (await acts.schedule(world, award["id"], *parts)).status_code == 200
    first = (await due(world, world.holder))["instalment_to_claim"]
    assert (first["resource_id"], first["reference"]) == (award["id"], award["reference"])
    assert (await world.call(world.holder, "GET", first["link"])).status_code == 200
    for other in (world.helper, world.state_payer, world.stranger):
        assert "instalment_to_claim" not in await due(world, other), "managers and signatories claim"
    # The account first: proposed by one, confirmed by another.
    await accounts.proposed(world)
    assert "bank_account_to_confirm" in await due(world, world.holder)
    assert "bank_account_to_confirm" not in await due(world, world.president), "not by who proposed it"
    await accounts_confirmed(world)
    asked = await world.call(
        world.holder, "POST", f"/awards/{award['id']}/payment-requests", json={"instalment": 1, "note": ""}, expect=201
    )
    assert "instalment_to_claim" not in await due(world, world.holder)
    for who in (world.state_payer, world.state_officer):
        assert (await due(world, who))["payment_request_to_answer"]["resource_id"] == asked.json()["id"]
    where = f"/payment-requests/{asked.json()['id']}"
    world.running.clock.forward(days=1)
    refusal = {"reason": "RIB illisible."}
    await world.change(world.state_payer, "POST", f"{where}/refusal", of=where, json=refusal, expect=201)
    again = (await due(world, world.holder))["instalment_to_claim"]
    assert again["since"] > first["since"], "refused, it is to claim again, and told again"
    await acts.pay(world, award["id"], 400_000)
    assert "instalment_to_claim" not in await due(world, world.holder), "the next has its day"
    assert (await due(world, world.state_payer))["instalment_to_pay"]["due_on"] == second_on
    world.running.clock.forward(days=20)
    assert "instalment_to_claim" in await due(world, world.holder)
    await acts.pay(world, award["id"], 200_000)
    assert "instalment_to_claim" not in await due(world, world.holder), "the balance waits for the bilan"
    assert "instalment_to_pay" not in await due(world, world.state_payer)


async def accounts_confirmed(world: World) -> None:
    found = await world.pages(world.holder, f"/organisations/{world.association}/bank-accounts")
    where = f"/bank-accounts/{found[0]['id']}"
    await world.change(world.holder, "POST", f"{where}/confirmation", of=where, expect=201)
    assert "bank_account_to_confirm" not in await due(world, world.holder)


def _in(world: World, days: int) -> str:
    day: str = (today_in_paris(world.running.clock.now()) + timedelta(days=days)).isoformat()
    return day
