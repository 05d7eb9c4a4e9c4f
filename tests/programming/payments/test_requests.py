"""The holder asks, the funder orders or says why not."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.programming.awards import service as awards
from tests.programming.bank_accounts.accounts import OTHER_IBAN, confirmed, proposed
from tests.programming.papers import codes, refusal
from tests.programming.payments.acts import book, committed, drawn, order, ordered, pay, payment, schedule
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


async def ask(world: World, award_id: str, number: int = 1, *, who: Person | None = None) -> httpx.Response:
    wish = {"instalment": number, "note": "Merci."}
    return await world.call(who or world.holder, "POST", f"/awards/{award_id}/payment-requests", json=wish)


async def asked(world: World, award_id: str, number: int = 1) -> dict[str, Any]:
    answer = await ask(world, award_id, number)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def lacks(world: World, award_id: str, number: int = 1) -> list[str]:
    problem = refusal(await ask(world, award_id, number), 409, "conditions-missing")
    return [error["code"] for error in problem["errors"]]


def conditional(condition: str, **more: Any) -> list[dict[str, Any]]:
    return [{"kind": "advance", "share_bp": 5_000, "condition": condition, **more}, {"kind": "balance", "share_bp": 5_000}]


async def test_the_holder_asks_and_the_payer_orders(world: World) -> None:
    award = await committed(world)
    account = await confirmed(world)
    made = await asked(world, award["id"])
    assert (made["amount_cents"], made["status"], made["bank_account_id"]) == (800_000, "pending", account["id"])
    for who in (world.holder, world.state_payer):
        assert [r["id"] for r in await world.pages(who, "/payment-requests", status="pending", limit=1)] == [made["id"]]
    assert await world.pages(world.caf_payer, "/payment-requests") == []
    mandat = await ordered(world, award["id"], request_id=made["id"])
    assert (mandat["amount_cents"], mandat["bank_account_id"], mandat["status"]) == (800_000, account["id"], "open")
    where = f"/payment-requests/{made['id']}"
    assert (await world.call(world.holder, "GET", where, expect=200)).json()["status_label"] == "Acceptée"
    found = await book(world, award["id"])
    assert (found["totals"]["ordered_cents"], found["next_instalment"]) == (800_000, None)
    await pay(world, award["id"], 800_000, order_id=mandat["id"])
    assert (await book(world, award["id"]))["orders"][0]["status"] == "paid"
    problem = refusal(await ask(world, award["id"]), 409, "instalment-not-next")
    assert problem["next_instalment"] is None


async def test_a_refusal_has_a_reason_the_holder_reads_and_receives(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    where = f"/payment-requests/{(await asked(world, award['id']))['id']}"
    reason = {"reason": "Le budget réalisé manque."}
    refusal(await world.change(world.holder, "POST", f"{where}/refusal", of=where, json=reason), 403, "not-for-you-to-pay")
    await world.refused(world.stranger, "POST", f"{where}/refusal", 404, "not-found", json=reason, headers={"If-Match": '"1"'})
    await world.change(world.state_payer, "POST", f"{where}/refusal", of=where, json=reason, expect=201)
    seen = (await world.call(world.holder, "GET", where, expect=200)).json()
    assert (seen["status"], seen["reason"]) == ("refused", reason["reason"])
    (mail,) = [mail for mail in await world.mails("Demande de paiement") if award["reference"] in mail["subject"]]
    assert reason["reason"] in mail["text"]
    await asked(world, award["id"])


@pytest.mark.parametrize("condition", ["agreement_signed", "bilan_submitted", "bilan_accepted"])
async def test_what_is_missing_is_said_with_the_account(world: World, condition: str) -> None:
    award = await committed(world)
    assert (await schedule(world, award["id"], *conditional(condition))).status_code == 200
    assert await lacks(world, award["id"]) == [condition, "bank_account_confirmed"]
    await proposed(world)
    assert await lacks(world, award["id"]) == [condition, "bank_account_confirmed"], "proposed is not confirmed"
    (found,) = [i for i in (await book(world, award["id"]))["schedule"] if i["condition"] == condition]
    assert found["condition_met"] is False


async def test_the_condition_once_met_lets_the_holder_ask(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    assert (await schedule(world, award["id"], *conditional("agreement_signed"))).status_code == 200
    assert await lacks(world, award["id"]) == ["agreement_signed"]
    async with world.running.resources.database.transaction() as session:
        taken = await awards.locked(session, None, UUID(award["id"]))
        await awards.record_agreement(session, taken, now=world.running.clock.now())
    assert (await asked(world, award["id"]))["amount_cents"] == 400_000


async def test_an_instalment_with_a_day_is_asked_for_from_that_day(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    day = (world.running.clock.now() + timedelta(days=40)).date()
    assert (await schedule(world, award["id"], *conditional("date", due_on=str(day)))).status_code == 200
    assert await lacks(world, award["id"]) == ["date"]
    tag = (await world.call(world.holder, "GET", f"/awards/{award['id']}/payments", expect=200)).headers["etag"]
    world.running.clock.forward(days=41)
    assert (await world.call(world.holder, "GET", f"/awards/{award['id']}/payments", expect=200)).headers["etag"] != tag
    await asked(world, award["id"])


async def test_instalments_are_asked_for_in_order_and_one_at_a_time(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    assert (await schedule(world, award["id"], *conditional("none"))).status_code == 200
    assert refusal(await ask(world, award["id"], 2), 409, "instalment-not-next")["next_instalment"] == 1
    first = await asked(world, award["id"], 1)
    refusal(await ask(world, award["id"], 2), 409, "request-pending")
    refusal(await schedule(world, award["id"], *conditional("none")), 409, "request-pending")
    await ordered(world, award["id"], request_id=first["id"])
    assert (await asked(world, award["id"], 2))["amount_cents"] == 400_000


async def test_two_clicks_ask_once(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    wish = {"json": {"instalment": 1}}
    answers = await world.at_once([(world.holder, "POST", f"/awards/{award['id']}/payment-requests", wish)] * 5)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 4]


async def test_only_those_who_answer_for_the_holder_ask(world: World) -> None:
    award = await committed(world)
    for who in (world.helper, world.state_payer, world.team):
        refusal(await ask(world, award["id"], who=who), 403, "not-for-you-to-ask")
    refusal(await ask(world, award["id"], who=world.stranger), 404, "not-found")


async def test_orders_stay_within_the_commitment(world: World) -> None:
    told = await world.awarded(state=8_000)
    award_id = told["awards"]["state"]["id"]
    where = f"/awards/{award_id}/orders"
    await confirmed(world)
    await world.refused(world.state_payer, "POST", where, 409, "nothing-committed", json=order(world))
    await world.commit(world.state_payer, award_id, amount_cents=500_000)
    await ordered(world, award_id, amount_cents=300_000)
    problem = await world.refused(world.state_payer, "POST", where, 409, "order-refused", json=order(world, amount_cents=200_001))
    assert problem["limit_cents"] == 200_000
    assert (await ordered(world, award_id))["amount_cents"] == 200_000, "all that is left by default"
    await world.refused(world.state_payer, "POST", where, 409, "order-refused", json=order(world))


async def test_orders_made_at_once_share_the_commitment(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    calls = [
        (world.state_payer, "POST", f"/awards/{award['id']}/orders", {"json": order(world, amount_cents=300_000)}) for _ in range(5)
    ]
    answers = await world.at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]


async def test_an_order_is_paid_on_the_confirmed_account_only(world: World) -> None:
    award = await committed(world)
    where = f"/awards/{award['id']}/orders"
    await world.refused(world.state_payer, "POST", where, 409, "account-not-confirmed", json=order(world))
    first = await confirmed(world)
    second = await proposed(world, OTHER_IBAN)
    for wrong in (second["id"], str(uuid4())):
        wish = order(world, bank_account_id=wrong)
        problem = await world.refused(world.state_payer, "POST", where, 409, "account-not-confirmed", json=wish)
        assert codes(problem) == {"/bank_account_id": "not_confirmed"}
    await ordered(world, award["id"], bank_account_id=first["id"])


async def test_an_order_number_serves_once_per_funder(world: World) -> None:
    one, two = await committed(world), await committed(world, 3_000)
    await confirmed(world)
    number = drawn("M")
    await ordered(world, one["id"], number=number, amount_cents=100)
    wish = order(world, number=number.lower())
    await world.refused(world.state_payer, "POST", f"/awards/{two['id']}/orders", 409, "order-number-used", json=wish)


async def test_who_orders(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    where = f"/awards/{award['id']}/orders"
    for who in (world.holder, world.state_signatory, world.team, member_of(world.state)):
        await world.refused(who, "POST", where, 403, "not-for-you-to-pay", json=order(world))
    await world.refused(world.caf_payer, "POST", where, 404, "not-found", json=order(world))
    await world.call(world.state_officer, "POST", where, json=order(world), expect=201)


async def test_an_order_is_not_dated_tomorrow(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    day = (world.running.clock.now() + timedelta(days=2)).date().isoformat()
    wish = order(world, ordered_on=day)
    problem = await world.refused(world.state_payer, "POST", f"/awards/{award['id']}/orders", 409, "payment-day-refused", json=wish)
    assert codes(problem) == {"/ordered_on": "in_the_future"}


async def test_a_cancelled_order_gives_its_money_back(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    made = await ordered(world, award["id"])
    where = f"/payment-orders/{made['id']}"
    await pay(world, award["id"], 300_000, order_id=made["id"])
    done = await world.change(world.state_payer, "POST", f"{where}/cancellation", of=where, json={"reason": "Doublon."}, expect=201)
    assert (done.json()["status"], done.json()["paid_cents"]) == ("cancelled", 300_000)
    again = await world.change(world.state_payer, "POST", f"{where}/cancellation", of=where, json={"reason": "Doublon."})
    refusal(again, 409, "order-not-open")
    found = await book(world, award["id"])
    assert (found["totals"]["ordered_cents"], found["totals"]["left_to_pay_cents"]) == (0, 500_000)
    assert (await ordered(world, award["id"]))["amount_cents"] == 500_000


async def test_a_payment_without_an_order_settles_the_one_it_pays(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    first, second = [await ordered(world, award["id"], amount_cents=cents) for cents in (300_000, 200_000)]
    assert (await pay(world, award["id"], 200_000))["order_id"] == second["id"], "the one it pays exactly"
    assert (await pay(world, award["id"], 100_000))["order_id"] == first["id"], "else the oldest it fits in"
    assert (await pay(world, award["id"], 300_000))["order_id"] is None, "else what was not ordered"
    where = f"/awards/{award['id']}/payments"
    over = payment(world, 200_001, order_id=first["id"])
    assert (await world.refused(world.state_payer, "POST", where, 409, "amount-beyond-order", json=over))["limit_cents"] == 200_000
    await pay(world, award["id"], 200_000)
    assert [o["status"] for o in (await book(world, award["id"]))["orders"]] == ["paid", "paid"]


async def test_a_payment_does_not_eat_what_is_ordered(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    await ordered(world, award["id"], amount_cents=300_000)
    wish = payment(world, 600_000)
    problem = await world.refused(
        world.state_payer, "POST", f"/awards/{award['id']}/payments", 409, "amount-beyond-order", json=wish
    )
    assert problem["limit_cents"] == 500_000


async def test_an_order_of_another_award_is_not_paid(world: World) -> None:
    one, two = await committed(world), await committed(world, 3_000)
    await confirmed(world)
    made = await ordered(world, one["id"], amount_cents=100)
    wish = payment(world, 100, order_id=made["id"])
    await world.refused(world.state_payer, "POST", f"/awards/{two['id']}/payments", 409, "order-not-open", json=wish)


async def test_a_request_of_another_award_is_not_accepted(world: World) -> None:
    one, two = await committed(world), await committed(world, 3_000)
    await confirmed(world)
    made = await asked(world, one["id"])
    wish = order(world, request_id=made["id"])
    await world.refused(world.state_payer, "POST", f"/awards/{two['id']}/orders", 409, "request-answered", json=wish)


async def test_every_act_leaves_its_line(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    made = await asked(world, award["id"])
    await ordered(world, award["id"], request_id=made["id"])
    lines = await world.pages(world.holder, f"/dossiers/{award['dossier_id']}/journal")
    assert [line["act"] for line in lines][:2] == ["award.ordered", "award.payment_requested"]
    assert "iban" not in str(lines).lower()
