"""Whatever people do, in whatever order: granted ≥ committed ≥ paid − repaid ≥ 0, instalments add up to the grant, open orders
stay within the commitment, and the journal replays to the same totals.

First as laws of the rules alone, many times; then through the API on the real database, fewer times.
"""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.programming.awards import rules as money_rules
from services.programming.awards import service as awards
from services.programming.awards.errors import AmountRefused
from services.programming.awards.rules import Money, Refused
from services.programming.dossiers.errors import RequestStateRefused
from services.programming.payments import rules
from services.programming.payments.schemas import InstalmentKind, InstalmentWrite
from tests.programming.bank_accounts.accounts import confirmed
from tests.programming.payments.acts import book, drawn, order, payment, schedule, today
from tests.programming.world import World

CENTS = st.integers(0, 20_000)


class LifeOfAnAward(RuleBasedStateMachine):
    """An award, its schedule and what is written of each legal act; amendments reach the schedule at the next act or reading."""

    @initialize(granted=st.integers(100, 10_000))
    def notified(self, granted: int) -> None:
        self.money = Money(granted)
        self.amounts, self.shared_for = [granted], granted
        self.lines: list[tuple[str, int]] = []

    def _act(self, law: Callable[[Money, int], Money], name: str, cents: int) -> None:
        try:
            after = law(self.money, cents)
        except Refused:
            return
        if name != "amended":
            self._share_again()
        self.money = after
        self.lines.append((name, cents))

    def _share_again(self) -> None:
        if self.shared_for != self.money.granted:
            self.amounts = rules.share_again(self.amounts, self.money.held, self.money.granted)
            self.shared_for = self.money.granted

    @rule(cents=CENTS)
    def commit_funds(self, cents: int) -> None:
        self._act(money_rules.commit_funds, "committed", cents)

    @rule(cents=CENTS)
    def pay(self, cents: int) -> None:
        self._act(money_rules.pay, "paid", cents)

    @rule(cents=CENTS)
    def repay(self, cents: int) -> None:
        self._act(money_rules.repay, "repaid", cents)

    @rule(cents=CENTS)
    def amend(self, cents: int) -> None:
        self._act(money_rules.amend, "amended", cents)

    @rule(parts=st.lists(st.integers(1, 10_000), min_size=1, max_size=6))
    def set_schedule(self, parts: list[int]) -> None:
        wishes = [InstalmentWrite(kind=InstalmentKind.INTERIM, share_bp=part) for part in parts]
        self.amounts, self.shared_for = rules.amounts(self.money.granted, wishes), self.money.granted

    @invariant()
    def the_laws_hold(self) -> None:
        money = self.money
        assert money.granted >= money.committed >= money.held >= 0
        shown = self.amounts
        if self.shared_for != money.granted:
            shown = rules.share_again(self.amounts, money.held, money.granted)
        assert sum(shown) == money.granted
        assert sum(rules.covered(shown, money.held)) == money.held

    @invariant()
    def the_lines_replay(self) -> None:
        assert sum(cents for name, cents in self.lines if name == "paid") == self.money.paid
        assert sum(cents for name, cents in self.lines if name == "repaid") == self.money.repaid


LifeOfAnAward.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, database=None)
TestLifeOfAnAward = LifeOfAnAward.TestCase

ASKED_EUROS = 100


class Player:
    """Somebody who tries everything on one award, right or wrong."""

    def __init__(self, world: World, award: dict[str, Any], draw: random.Random) -> None:
        self.world, self.id, self.dossier_id, self.draw = world, award["id"], award["dossier_id"], draw
        self.accepted: dict[str, int] = {}

    async def play(self) -> None:
        acts = [self.commit_funds, self.pay, self.pay, self.pay, self.repay, self.order, self.cancel, self.amend, self.schedule]
        act = self.draw.choice(acts)
        if await act():
            self.accepted[act.__name__] = self.accepted.get(act.__name__, 0) + 1

    @property
    def cents(self) -> int:
        return self.draw.choice([1, 33, 1_000, 2_500, 3_333, 10_000])

    async def _sent(self, path: str, wish: dict[str, Any]) -> bool:
        return self._was_lawful(await self.world.call(self.world.state_payer, "POST", f"/awards/{self.id}/{path}", json=wish))

    def _was_lawful(self, answer: httpx.Response) -> bool:
        assert answer.status_code in {200, 201, 409}, answer.text
        return answer.status_code != 409

    async def commit_funds(self) -> bool:
        where = f"/awards/{self.id}"
        wish = {"amount_cents": self.cents}
        return self._was_lawful(await self.world.change(self.world.state_payer, "POST", f"{where}/commitment", of=where, json=wish))

    async def pay(self) -> bool:
        return await self._sent("payments", payment(self.world, self.cents))

    async def repay(self) -> bool:
        wish = {"repaid_on": today(self.world), "reference": drawn("REV"), "amount_cents": self.cents, "reason": "Trop-perçu."}
        return await self._sent("repayments", wish)

    async def order(self) -> bool:
        return await self._sent("orders", order(self.world, amount_cents=self.cents))

    async def cancel(self) -> bool:
        for found in (await book(self.world, self.id))["orders"]:
            if found["status"] == "open":
                where = f"/payment-orders/{found['id']}"
                wish, who = {"reason": "Doublon."}, self.world.state_payer
                return self._was_lawful(await self.world.change(who, "POST", f"{where}/cancellation", of=where, json=wish))
        return False

    async def schedule(self) -> bool:
        share = self.draw.randint(1, 9_999)
        parts = [{"kind": "advance", "share_bp": share}, {"kind": "balance", "share_bp": 10_000 - share}]
        return self._was_lawful(await schedule(self.world, self.id, *parts))

    async def amend(self) -> bool:
        """What a signed amendment does, in a room below; it may bring the commitment under what is ordered, never under what is held."""
        try:
            async with self.world.running.resources.database.transaction() as session:
                award = await awards.locked(session, None, UUID(self.id))
                await awards.amend(session, award, self.draw.randint(1, ASKED_EUROS * 100))
        except (AmountRefused, RequestStateRefused):
            return False
        return True

    async def check(self) -> None:
        found = await book(self.world, self.id)
        totals = found["totals"]
        held = totals["paid_cents"] - totals["repaid_cents"]
        assert totals["granted_cents"] >= totals["committed_cents"] >= held >= 0
        assert sum(part["amount_cents"] for part in found["schedule"]) == totals["granted_cents"]
        assert sum(part["paid_cents"] for part in found["schedule"]) == held
        assert sum(p["amount_cents"] for p in found["payments"]) == totals["paid_cents"]
        assert sum(r["amount_cents"] for r in found["repayments"]) == totals["repaid_cents"]
        if "amend" not in self.accepted:
            assert totals["ordered_cents"] + held <= totals["committed_cents"]
        for paid in found["orders"]:
            under = sum(p["amount_cents"] for p in found["payments"] if p["order_id"] == paid["id"])
            assert under == paid["paid_cents"] <= paid["amount_cents"]

    async def replay(self) -> None:
        """The journal tells the same story."""
        totals = (await book(self.world, self.id))["totals"]
        lines = await self.world.pages(self.world.state_payer, f"/dossiers/{self.dossier_id}/journal", limit=100)
        for act, total in (("award.paid", totals["paid_cents"]), ("award.repaid", totals["repaid_cents"])):
            assert sum(line["changes"]["amount_cents"] for line in lines if line["act"] == act) == total


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_tried_on_the_database_the_laws_hold(world: World, seed: int) -> None:
    told = await world.awarded(state=ASKED_EUROS)
    await confirmed(world)
    player = Player(world, told["awards"]["state"], random.Random(seed))
    await world.commit(world.state_payer, player.id, amount_cents=5_000)
    for _ in range(40):
        await player.play()
        await player.check()
    await player.replay()
    assert player.accepted.get("pay"), player.accepted
    assert len(player.accepted) >= 4, player.accepted
