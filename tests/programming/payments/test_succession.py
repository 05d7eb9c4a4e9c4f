"""A holder is merged while it is owed money: the one that takes over asks for it, on its own account."""

from typing import Any
from uuid import UUID

import pytest

from tests.programming.bank_accounts.accounts import IBAN, OTHER_IBAN, account, confirmed
from tests.programming.dossiers.successions import dissolve, reinstate
from tests.programming.papers import codes
from tests.programming.payments.acts import book, committed, csv, french_day, order, ordered, pay, repay, send
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


async def account_of(world: World, organisation_id: UUID, iban: str) -> dict[str, Any]:
    """Proposed by a signatory of that organisation, confirmed by a manager."""
    signatory, manager = member_of(organisation_id, roles=["signatory"]), member_of(organisation_id, roles=["manager"])
    where = f"/organisations/{organisation_id}/bank-accounts"
    made = (await world.call(signatory, "POST", where, json=account(iban), expect=201)).json()
    place = f"/bank-accounts/{made['id']}"
    found: dict[str, Any] = (await world.change(manager, "POST", f"{place}/confirmation", of=place, expect=201)).json()
    return found


async def listed(world: World, who: Person) -> list[str]:
    return [one["id"] for one in await world.pages(who, "/payment-requests")]


async def test_the_successor_asks_on_its_own_account_and_the_former_one_is_paid_no_more(world: World) -> None:
    award = await committed(world)
    former = await confirmed(world, IBAN)
    asking = f"/awards/{award['id']}/payment-requests"
    await dissolve(world, world.association, world.neighbour)
    problem = await world.refused(world.holder, "POST", asking, 403, "holder-succeeded", json={"instalment": 1})
    assert problem["successor_id"] == str(world.neighbour)
    lacking = await world.refused(world.stranger, "POST", asking, 409, "conditions-missing", json={"instalment": 1})
    assert "bank_account_confirmed" in codes(lacking).values()
    orders = f"/awards/{award['id']}/orders"
    for wish in (order(world), order(world, bank_account_id=former["id"])):
        await world.refused(world.state_payer, "POST", orders, 409, "account-not-confirmed", json=wish)

    own = await account_of(world, world.neighbour, OTHER_IBAN)
    await world.refused(
        world.state_payer, "POST", orders, 409, "account-not-confirmed", json=order(world, bank_account_id=former["id"])
    )
    made = (await world.call(world.stranger, "POST", asking, json={"instalment": 1}, expect=201)).json()
    assert (made["bank_account_id"], made["holder_id"]) == (own["id"], str(world.neighbour))
    mandat = await ordered(world, award["id"], request_id=made["id"])
    assert mandat["bank_account_id"] == own["id"]
    assert (await world.call(world.state_payer, "POST", f"/bank-accounts/{own['id']}/disclosure", expect=201)).json()[
        "iban"
    ] == OTHER_IBAN
    for who in (world.stranger, world.helper, world.state_payer):
        assert await listed(world, who) == [made["id"]]
        assert [one["id"] for one in (await book(world, award["id"], who))["requests"]] == [made["id"]]


async def test_what_was_asked_before_the_merger_is_paid_to_the_successor(world: World) -> None:
    award = await committed(world)
    await confirmed(world, IBAN)
    asking = f"/awards/{award['id']}/payment-requests"
    made = (await world.call(world.holder, "POST", asking, json={"instalment": 1}, expect=201)).json()
    await dissolve(world, world.association, world.neighbour)
    for who in (world.stranger, world.holder):
        assert await listed(world, who) == [made["id"]]
        assert (await world.call(who, "GET", f"/payment-requests/{made['id']}", expect=200)).json()["status"] == "pending"
    own = await account_of(world, world.neighbour, OTHER_IBAN)
    assert (await ordered(world, award["id"], request_id=made["id"]))["bank_account_id"] == own["id"]
    await pay(world, award["id"], 500_000)
    await repay(world, award["id"], 100_000)
    assert (await book(world, award["id"], world.helper))["totals"]["repaid_cents"] == 100_000
    await reinstate(world, world.association)
    assert await listed(world, world.stranger) == []
    await world.refused(world.stranger, "GET", f"/awards/{award['id']}/payments", 404, "not-found")


async def test_a_payment_file_names_the_successor_or_the_former_holder(world: World) -> None:
    award = await committed(world)
    await dissolve(world, world.association, world.neighbour)
    lines = [
        f"{award['reference']};{siret};{french_day(world)};100,00;VIR-{siret};" for siret in ("11111111111111", "22222222222222")
    ]
    answer = await send(world, csv(*lines))
    assert (answer.status_code, answer.json()["imported"]) == (201, 2), answer.text


async def test_accounts_are_seen_by_those_who_pay_the_successor_and_by_nobody_else(world: World) -> None:
    await committed(world)
    where = f"/organisations/{world.neighbour}/bank-accounts"
    await world.refused(world.state_payer, "GET", where, 404, "not-found")
    own = await account_of(world, world.neighbour, OTHER_IBAN)
    await dissolve(world, world.association, world.neighbour)
    assert [one["id"] for one in await world.pages(world.state_payer, where)] == [own["id"]]
    for who in (world.holder, world.president, world.caf_payer):
        await world.refused(who, "GET", where, 404, "not-found")
