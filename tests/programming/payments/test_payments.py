"""Money that leaves the funder, money that comes back, and the schedule they follow."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.programming.awards import service as awards
from tests.programming.bank_accounts.accounts import confirmed
from tests.programming.papers import refusal
from tests.programming.payments.acts import book, committed, drawn, ordered, pay, payment, repay, schedule, today
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio

THIRDS = [{"kind": kind, "share_bp": 3_333} for kind in ("advance", "interim", "balance")]


async def amend(world: World, award_id: str, granted_cents: int) -> None:
    """What a signed amendment does, in a room below."""
    async with world.running.resources.database.transaction() as session:
        award = await awards.locked(session, None, UUID(award_id))
        await awards.amend(session, award, granted_cents)


async def test_without_a_schedule_there_is_one_instalment_of_everything(world: World) -> None:
    award = await committed(world)
    found = await book(world, award["id"])
    assert found["default_schedule"] is True
    assert [(i["number"], i["kind"], i["amount_cents"], i["condition"]) for i in found["schedule"]] == [
        (1, "balance", 800_000, "none")
    ]
    assert (found["next_instalment"], found["pay_before_on"]) == (1, award["pay_before_on"])
    for who in (world.helper, member_of(world.state), world.team):
        assert (await book(world, award["id"], who))["totals"] == found["totals"]
    for who in (world.stranger, world.caf_payer, world.region_officer):
        refusal(await world.call(who, "GET", f"/awards/{award['id']}/payments"), 404, "not-found")


async def test_thirds_of_a_hundred_euros_are_shared_to_the_cent(world: World) -> None:
    award = await committed(world, 100)
    found = (await schedule(world, award["id"], *THIRDS)).json()
    assert [i["amount_cents"] for i in found["schedule"]] == [3_334, 3_333, 3_333]
    assert found["default_schedule"] is False
    assert found == await book(world, award["id"])


async def test_a_schedule_that_does_not_add_up_says_by_how_much(world: World) -> None:
    award = await committed(world)
    parts = [{"kind": "advance", "amount_cents": 500_000}, {"kind": "balance", "amount_cents": 299_999}]
    problem = refusal(await schedule(world, award["id"], *parts), 409, "schedule-refused")
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/instalments", "amounts_do_not_add_up")]
    assert "0,01" in problem["errors"][0]["detail"]


async def test_a_schedule_is_the_funder_s_to_set_on_the_version_it_read(world: World) -> None:
    award = await committed(world)
    where = f"/awards/{award['id']}/schedule"
    wish = {"instalments": THIRDS}
    for who in (world.holder, member_of(world.state), world.team):
        refusal(await schedule(world, award["id"], *THIRDS, who=who), 403, "not-for-you-to-pay")
    refusal(await world.call(world.state_officer, "PUT", where, json=wish), 428, "precondition-required")
    tag = {"If-Match": (await world.call(world.state_officer, "GET", f"/awards/{award['id']}/payments")).headers["etag"]}
    both = [(who, "PUT", where, {"json": wish, "headers": tag}) for who in (world.state_officer, world.state_signatory)]
    assert sorted(answer.status_code for answer in await world.at_once(both)) == [200, 412]


async def test_a_payment_makes_the_version_move(world: World) -> None:
    award = await committed(world)
    tag = {"If-Match": (await world.call(world.state_officer, "GET", f"/awards/{award['id']}/payments")).headers["etag"]}
    await pay(world, award["id"], 100)
    stale = await world.call(
        world.state_officer, "PUT", f"/awards/{award['id']}/schedule", json={"instalments": THIRDS}, headers=tag
    )
    refusal(stale, 412, "stale-version")


async def test_payments_cover_instalments_in_order_and_the_holder_is_told(world: World) -> None:
    award = await committed(world)
    parts = [{"kind": "advance", "share_bp": 7_000}, {"kind": "balance", "share_bp": 3_000}]
    assert (await schedule(world, award["id"], *parts)).status_code == 200
    first = await pay(world, award["id"], 600_000)
    assert first["order_id"] is None
    found = await book(world, award["id"], world.holder)
    assert [i["paid_cents"] for i in found["schedule"]] == [560_000, 40_000]
    assert (found["totals"]["paid_cents"], found["totals"]["left_to_pay_cents"]) == (600_000, 200_000)
    (mail,) = [mail for mail in await world.mails("Paiement") if award["reference"] in mail["subject"]]
    assert mail["to"] == "contact@ateliers.example.org"
    assert "6\u202f000\u00a0€" in mail["text"]
    assert first["reference"] in mail["text"]
    assert "Il reste 2\u202f000\u00a0€" in mail["text"]
    seen = (await world.call(world.holder, "GET", f"/awards/{award['id']}")).json()
    assert (seen["status"], seen["paid_cents"], seen["first_paid_on"]) == ("partly_paid", 600_000, today(world))
    await pay(world, award["id"], 200_000)
    assert (await world.call(world.holder, "GET", f"/awards/{award['id']}")).json()["status"] == "paid"


async def test_nothing_is_paid_beyond_the_commitment_nor_before_it(world: World) -> None:
    told = await world.awarded(state=8_000)
    award_id = told["awards"]["state"]["id"]
    where = f"/awards/{award_id}/payments"
    await world.refused(world.state_payer, "POST", where, 409, "nothing-committed", json=payment(world, 1))
    await world.commit(world.state_payer, award_id, amount_cents=300_000)
    problem = await world.refused(world.state_payer, "POST", where, 409, "amount-refused", json=payment(world, 300_001))
    assert problem["limit_cents"] == 300_000
    await pay(world, award_id, 300_000)
    problem = await world.refused(world.state_payer, "POST", where, 409, "amount-refused", json=payment(world, 1))
    assert problem["limit_cents"] == 0
    await world.commit(world.state_payer, award_id)
    problem = await world.refused(world.state_payer, "POST", where, 409, "amount-refused", json=payment(world, 500_001))
    assert problem["limit_cents"] == 500_000, "the grant is the last limit"


async def test_the_same_reference_twice_is_named_whatever_its_case(world: World) -> None:
    award, other = await committed(world), await committed(world, 3_000)
    reference = drawn("Vir du mois")
    paid = await pay(world, award["id"], 100, reference=reference)
    for target in (award, other):
        wish = payment(world, 100, reference=f"  {reference.lower().replace(' ', '   ')} ")
        where = f"/awards/{target['id']}/payments"
        problem = await world.refused(world.state_payer, "POST", where, 409, "payment-reference-used", json=wish)
        assert problem["payment_id"] == paid["id"]
    assert (await book(world, award["id"]))["totals"]["paid_cents"] == 100


async def test_two_funders_may_use_the_same_reference(world: World) -> None:
    told = await world.awarded(state=8_000, caf=4_000)
    reference = drawn()
    for who, name in ((world.state_payer, "state"), (world.caf_payer, "caf")):
        await world.commit(who, told["awards"][name]["id"])
        wish = payment(world, 100, reference=reference)
        await world.call(who, "POST", f"/awards/{told['awards'][name]['id']}/payments", json=wish, expect=201)


async def test_the_same_reference_on_two_awards_at_once_is_recorded_once(world: World) -> None:
    one, two = await committed(world), await committed(world, 3_000)
    wish = {"json": payment(world, 100)}
    calls = [(world.state_payer, "POST", f"/awards/{award['id']}/payments", wish) for award in (one, two) * 3]
    answers = await world.at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    for answer in answers:
        if answer.status_code == 409:
            refusal(answer, 409, "payment-reference-used")
    totals = [(await book(world, award["id"]))["totals"]["paid_cents"] for award in (one, two)]
    assert sorted(totals) == [0, 100]


async def test_days_that_are_not_possible(world: World) -> None:
    award = await committed(world)
    now = world.running.clock.now().astimezone(ZoneInfo("Europe/Paris")).date()
    where = f"/awards/{award['id']}/payments"
    for day, code in ((now + timedelta(days=1), "in_the_future"), (now - timedelta(days=1), "too_early")):
        wish = payment(world, 100, paid_on=day.isoformat())
        problem = await world.refused(world.state_payer, "POST", where, 409, "payment-day-refused", json=wish)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/paid_on", code)]


async def test_only_the_funder_s_payer_records_what_is_paid(world: World) -> None:
    award = await committed(world)
    for who in (world.holder, world.state_officer, world.state_signatory, world.team, member_of(world.state)):
        await world.refused(who, "POST", f"/awards/{award['id']}/payments", 403, "not-for-you-to-pay", json=payment(world, 100))
    for who in (world.caf_payer, world.stranger):
        await world.refused(who, "POST", f"/awards/{award['id']}/payments", 404, "not-found", json=payment(world, 100))


async def test_repayments_come_back_within_what_is_held(world: World) -> None:
    award = await committed(world)
    where = f"/awards/{award['id']}/repayments"
    wish = {"repaid_on": today(world), "reference": drawn("REV"), "amount_cents": 100, "reason": "Trop-perçu."}
    await world.refused(world.state_payer, "POST", where, 409, "amount-refused", json=wish)
    await pay(world, award["id"], 800_000)
    problem = await world.refused(world.state_payer, "POST", where, 409, "amount-refused", json={**wish, "amount_cents": 800_001})
    assert problem["limit_cents"] == 800_000
    await world.call(world.state_payer, "POST", where, json={**wish, "amount_cents": 300_000}, expect=201)
    await world.refused(world.state_payer, "POST", where, 409, "repayment-reference-used", json=wish)
    yesterday = date.fromisoformat(today(world)) - timedelta(days=1)
    early = {**wish, "reference": drawn("REV"), "repaid_on": yesterday.isoformat()}
    problem = await world.refused(world.state_payer, "POST", where, 409, "payment-day-refused", json=early)
    assert problem["errors"][0]["code"] == "too_early"
    await world.refused(world.holder, "POST", where, 403, "not-for-you-to-pay", json=wish)
    found = await book(world, award["id"])
    assert found["totals"] == {
        "granted_cents": 800_000,
        "committed_cents": 800_000,
        "ordered_cents": 0,
        "paid_cents": 800_000,
        "repaid_cents": 300_000,
        "left_to_pay_cents": 300_000,
        "to_repay_cents": 0,
    }
    assert found["schedule"][0]["paid_cents"] == 500_000
    assert len(await world.mails("Reversement")) >= 1


async def test_two_payers_pay_the_same_order_at_once_and_one_wins(world: World) -> None:
    award = await committed(world)
    await confirmed(world)
    made = await ordered(world, award["id"], amount_cents=500_000)
    second = member_of(world.state, roles=["payer"])
    calls = [
        (who, "POST", f"/awards/{award['id']}/payments", {"json": payment(world, 500_000, order_id=made["id"])})
        for who in (world.state_payer, second) * 2
    ]
    answers = await world.at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            assert refusal(answer, 409, "order-not-open")["errors"][0]["pointer"] == "/order_id"
    found = await book(world, award["id"])
    assert found["totals"]["paid_cents"] == 500_000
    assert [(o["status"], o["paid_cents"]) for o in found["orders"]] == [("paid", 500_000)]


async def test_an_amendment_shares_the_unpaid_part_again(world: World) -> None:
    award = await committed(world)
    parts = [
        {"kind": kind, "amount_cents": cents} for kind, cents in (("advance", 400_000), ("interim", 100_000), ("balance", 300_000))
    ]
    assert (await schedule(world, award["id"], *parts)).status_code == 200
    await pay(world, award["id"], 400_000)
    await amend(world, award["id"], 700_000)
    found = await book(world, award["id"])
    assert [i["amount_cents"] for i in found["schedule"]] == [400_000, 75_000, 225_000]
    assert [i["share_bp"] for i in found["schedule"]] == [None, None, None]
    await pay(world, award["id"], 75_000)
    after = await book(world, award["id"])
    assert [i["amount_cents"] for i in after["schedule"]] == [400_000, 75_000, 225_000]
    assert [i["paid_cents"] for i in after["schedule"]] == [400_000, 75_000, 0]
    lines = await world.pages(world.holder, f"/dossiers/{award['dossier_id']}/journal")
    (line,) = [line for line in lines if line["act"] == "award.schedule_shared_again"]
    assert line["changes"]["granted_cents"] == [800_000, 700_000]


async def test_the_journal_replays_to_what_is_paid_and_repaid(world: World) -> None:
    award = await committed(world)
    for cents in (100_001, 250_000, 49_999):
        await pay(world, award["id"], cents)
    for cents in (50_000, 1):
        await repay(world, award["id"], cents)
    totals = (await book(world, award["id"]))["totals"]
    lines = await world.pages(world.holder, f"/dossiers/{award['dossier_id']}/journal")
    mine = [line for line in lines if line["changes"].get("award_id") == award["id"]]

    def told(act: str) -> int:
        return sum(line["changes"]["amount_cents"] for line in mine if line["act"] == act)

    assert (told("award.paid"), told("award.repaid")) == (totals["paid_cents"], totals["repaid_cents"]) == (400_000, 50_001)


async def test_an_agreement_may_move_the_payment_clock(world: World) -> None:
    award = await committed(world)
    day = date.fromisoformat(award["pay_before_on"]) - timedelta(days=30)
    async with world.running.resources.database.transaction() as session:
        await awards.set_payment_clock(session, await awards.locked(session, None, UUID(award["id"])), day)
    assert (await book(world, award["id"]))["pay_before_on"] == day.isoformat()


async def delays(world: World) -> dict[str, Any]:
    found = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}/payment-delays", expect=200)).json()
    return {each["funder_id"]: each for each in found["funders"]}


async def test_delays_tell_how_each_funder_pays(world: World) -> None:
    one, two, three = [await committed(world, 100) for _ in range(3)]
    world.running.clock.forward(days=10)
    await pay(world, one["id"], 5_000)
    world.running.clock.forward(days=20)
    await pay(world, two["id"], 10_000)
    found = (await delays(world))[str(world.state)]
    expected = {"awards": 3, "paid": 2, "median_days_to_first_payment": 20.0, "slowest_days": 30, "within_clock": 2, "late_now": 0}
    assert found == {"funder_id": str(world.state), **expected}
    world.running.clock.forward(days=31)
    await pay(world, one["id"], 5_000)
    assert (await delays(world))[str(world.state)] == {**found, "late_now": 1}
    await pay(world, three["id"], 10_000)
    late = (await delays(world))[str(world.state)]
    assert (late["late_now"], late["within_clock"], late["slowest_days"]) == (0, 2, 61)


async def test_a_draft_campaign_has_no_delays(world: World) -> None:
    await world.prepare_campaign()
    await world.refused(None, "GET", f"/campaigns/{world.campaign_id}/payment-delays", 404, "not-found")


async def dues(world: World, who: Any = None, **query: Any) -> list[tuple[str, str, int]]:
    found = await world.pages(who or world.state_payer, "/payments/due", **query)
    return [(item["award_id"], item["urgency"], item["amount_cents"]) for item in found]


async def test_a_payer_finds_what_to_pay_this_week_page_after_page(world: World) -> None:
    made = [await committed(world, euros) for euros in (100, 200, 300)]
    assert await dues(world) == [], "the clock leaves sixty days"
    world.running.clock.forward(days=53)
    ids = [award["id"] for award in made]
    assert await dues(world, limit=1) == [(i, "this_week", cents) for i, cents in zip(ids, (10_000, 20_000, 30_000), strict=True)]
    for who in (world.caf_payer, world.state_officer, world.holder):
        assert await dues(world, who) == []
    await pay(world, ids[1], 20_000)
    world.running.clock.forward(days=8)
    assert await dues(world, limit=1) == [(ids[0], "late", 10_000), (ids[2], "late", 30_000)]


async def test_later_instalments_and_orders_come_back_in_the_list(world: World) -> None:
    dated, under_order = await committed(world, 100), await committed(world, 200)
    await confirmed(world)
    soon = (world.running.clock.now() + timedelta(days=20)).astimezone(ZoneInfo("Europe/Paris")).date()
    parts = [
        {"kind": "advance", "share_bp": 6_000},
        {"kind": "balance", "share_bp": 4_000, "condition": "date", "due_on": str(soon)},
    ]
    assert (await schedule(world, dated["id"], *parts)).status_code == 200
    await pay(world, dated["id"], 6_000)
    await pay(world, under_order["id"], 5_000)
    order = await ordered(world, under_order["id"], amount_cents=7_000)
    assert date.fromisoformat(order["pay_before_on"]) == date.fromisoformat(order["ordered_on"]) + timedelta(days=60)
    assert await dues(world) == []
    world.running.clock.forward(days=14)
    assert await dues(world) == [(dated["id"], "this_week", 4_000)]
    world.running.clock.forward(days=7)
    assert await dues(world) == [(dated["id"], "late", 4_000)]
    world.running.clock.forward(days=40)
    assert await dues(world, limit=1) == [(dated["id"], "late", 4_000), (under_order["id"], "late", 15_000)]
    (_, found) = await world.pages(world.state_payer, "/payments/due")
    assert (found["orders"], found["committed"]) == ([order["number"]], True)
    await pay(world, dated["id"], 4_000)
    await pay(world, under_order["id"], 7_000)
    await pay(world, under_order["id"], 8_000)
    assert await dues(world) == []


async def test_a_bilan_that_bears_out_less_leaves_nothing_due(world: World) -> None:
    award = await committed(world, 100)
    async with world.running.resources.database.transaction() as session:
        taken = await awards.locked(session, None, UUID(award["id"]))
        await awards.justify(session, taken, 0, now=world.running.clock.now())
    world.running.clock.forward(days=70)
    assert await dues(world) == []
