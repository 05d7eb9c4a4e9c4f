"""What the table of rights needs of payments: the award under agreement, committed, a request, an order, an import."""

from collections.abc import Mapping
from typing import Any

from tests.programming.payments.acts import csv, drawn, order, ordered, payment, send, today
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {"importPayments": {"dry_run": "true"}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    award = await world.commit(world.state_payer, ids["award_id"])
    waiting = f"/bank-accounts/{ids['bank_account_id']}"
    if (await world.call(world.holder, "GET", waiting, expect=200)).json()["status"] == "proposed":
        await world.change(world.holder, "POST", f"{waiting}/confirmation", of=waiting, expect=201)
    request = await world.call(world.holder, "POST", f"/awards/{award['id']}/payment-requests", json={"instalment": 1}, expect=201)
    made = await ordered(world, award["id"], amount_cents=100)
    sent = await send(world, csv(f"{award['reference']};;{today(world)};1,00;{drawn()};"))
    return {
        "payment_request_id": request.json()["id"],
        "payment_order_id": made["id"],
        "payment_import_id": sent.json()["id"],
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "setSchedule": {"instalments": [{"kind": "balance", "share_bp": 10_000}]},
        "requestPayment": {"instalment": 1},
        "refusePaymentRequest": {"reason": "Illisible."},
        "orderPayment": order(world),
        "cancelPaymentOrder": {"reason": "Doublon."},
        "recordPayment": payment(world, 1),
        "recordRepayment": {"repaid_on": today(world), "reference": drawn("REV"), "amount_cents": 1, "reason": "Trop-perçu."},
        "importPayments": csv(f"INCONNU;;{today(world)};1,00;{drawn()};"),
    }
