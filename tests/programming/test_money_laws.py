"""All the rooms of the money together, through the API, whatever is done and in whatever order.

A funder grants one association a yearly award and a multi-year one; then anything is tried: agreements, commitments, schedules,
orders, payments by hand and by file, repayments, amendments of both agreements, aid in kind, the bilan. After each act the laws
hold, and at the end the dossiers' journal, replayed, leads to the same money.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.programming.awards.rules import Money
from services.programming.bilans import jobs as bilan_jobs
from tests.programming.agreements import acts as yearly
from tests.programming.bank_accounts.accounts import confirmed, drawn_iban
from tests.programming.bilans import acts as bilans
from tests.programming.cpos import agreements as cpos
from tests.programming.payments.acts import csv, drawn, french_day, order, payment, today
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio

#: What an act may be answered: done, refused by name, or read again first.
ANSWERS = {200, 201, 202, 409, 412}


@dataclass
class TwoAwards:
    """A world of its own: a yearly award of 24 000 € (30 000 € asked) and the first year of a multi-year agreement, 8 000 €."""

    world: World
    yearly_dossier: dict[str, Any]
    cpo: dict[str, Any]
    award_ids: list[str]
    payer: Person
    signatory: Person
    done: int = 0

    @classmethod
    async def begun(cls, model: World) -> "TwoAwards":
        world = World(model.running, model.organisations)
        world.running.clock.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        await world.open(envelopes={"region": 3_600_000})
        await confirmed(world, drawn_iban())
        told = await world.awarded(region=30_000, granted={"region": 24_000})
        cpo = await cpos.signed(world, euros={"region": [8_000, 6_000]})
        light = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
        other = (await cpos.notified(world, light, "region"))["region"]
        await bilans.run(world, bilan_jobs.open_bilan, dossier_id=told["id"])
        ids = [told["awards"]["region"]["id"], other["id"]]
        payer, signatory = member_of(world.region, roles=["payer"]), member_of(world.region, roles=["signatory"])
        return cls(world, told, await cpos.read(world, cpo), ids, payer, signatory)

    # The acts. Each takes which award it is about and an amount, and gives what it was answered.

    async def commit_funds(self, award: str, cents: int) -> httpx.Response:
        where = f"/awards/{award}"
        return await self.world.change(self.payer, "POST", f"{where}/commitment", of=where, json={"amount_cents": cents})

    async def pay(self, award: str, cents: int) -> httpx.Response:
        return await self.world.call(self.payer, "POST", f"/awards/{award}/payments", json=payment(self.world, cents))

    async def pay_by_file(self, award: str, cents: int) -> httpx.Response:
        """Twice the same line: it pays once."""
        reference = (await self.world.call(self.payer, "GET", f"/awards/{award}", expect=200)).json()["reference"]
        line = f"{reference};;{french_day(self.world)};{cents // 100},{cents % 100:02d};{drawn()};"
        where = f"/funders/{self.world.region}/payment-imports"
        params = {"dry_run": "false", "name": "paiements.csv"}
        made = await self.world.call(self.payer, "POST", where, params=params, content=csv(line, line))
        assert made.json()["imported"] <= 1, made.text
        return made

    async def repay(self, award: str, cents: int) -> httpx.Response:
        wish = {"repaid_on": today(self.world), "reference": drawn("REV"), "amount_cents": cents, "reason": "Trop-perçu."}
        return await self.world.call(self.payer, "POST", f"/awards/{award}/repayments", json=wish)

    async def order(self, award: str, cents: int) -> httpx.Response:
        return await self.world.call(self.payer, "POST", f"/awards/{award}/orders", json=order(self.world, amount_cents=cents))

    async def schedule(self, award: str, cents: int) -> httpx.Response:
        share = cents % 9_998 + 1
        parts = [{"kind": "advance", "share_bp": share}, {"kind": "balance", "share_bp": 10_000 - share}]
        where = f"/awards/{award}"
        return await self.world.change(self.payer, "PUT", f"{where}/schedule", of=f"{where}/payments", json={"instalments": parts})

    async def ask(self, award: str, cents: int) -> httpx.Response:
        wish = {"instalment": 1 + cents % 2}
        return await self.world.call(self.world.holder, "POST", f"/awards/{award}/payment-requests", json=wish)

    async def give_in_kind(self, award: str, cents: int) -> httpx.Response:
        wish = {"amount_cents": cents, "label": "Salle Ozanam."}
        return await yearly.act(self.world, self.world.region_officer, await self._yearly(), "/in-kind", wish, method="PUT")

    async def agree(self, award: str, cents: int) -> httpx.Response:
        """The yearly agreement, written and signed; an amendment of the yearly award once it is."""
        agreement_id = await self._yearly()
        path, wish = "/draft", yearly.terms(self.world)
        if (await yearly.the_agreement(self.world))["status"] == "signed":
            line = {"award_id": self.award_ids[0], "granted_cents": cents}
            path, wish = "/amendments", {"reason": "L'action est étendue.", "lines": [line]}
        made = await yearly.act(self.world, self.world.region_officer, agreement_id, path, wish)
        if made.status_code not in {200, 201, 202}:
            return made
        await self.world.running.run_jobs()
        read = await yearly.the_agreement(self.world)
        where = "/signatures" if path == "/draft" else f"/amendments/{read['amendments'][-1]['id']}/signatures"
        for who, party in ((self.world.president, "holder"), (self.signatory, "funder")):
            made = await yearly.act(self.world, who, agreement_id, where, yearly.signature(self.world, party))
        return made

    async def amend_the_multi_year_one(self, award: str, cents: int) -> httpx.Response:
        wish = {"reason": "Plus de public.", "changes": [{"tranche_id": self.cpo["tranches"][0]["id"], "amount_cents": cents}]}
        made = await cpos.act(self.world, self.world.team, self.cpo, "amendments", wish, expect=None)
        if made.status_code != 201:
            return made
        where = f"/cpos/{self.cpo['id']}/amendments/{made.json()['number']}"
        for who, party in ((self.world.president, self.world.association), (self.signatory, self.world.region)):
            made = await self.world.change(who, "POST", f"{where}/signature", of=where, json=cpos.signing(party))
        if made.status_code != 201:
            await self.world.change(self.world.team, "POST", f"{where}/abandonment", of=where, expect=201)
        return made

    async def report(self, award: str, cents: int) -> httpx.Response:
        """The bilan of the yearly award is submitted; the next time, accepted for so much."""
        bilan = await bilans.bilan_of(self.world, self.yearly_dossier)
        if bilan["number"] == 0:
            bilans.at(self.world, "2027-02-01")
            await bilans.fill(self.world, self.yearly_dossier)
            return await bilans.submit(self.world, self.yearly_dossier)
        wish = {"justified_cents": cents, "reason": "Dépenses non éligibles."}
        return await bilans.instruct(self.world, self.world.region_officer, self.yearly_dossier, "acceptance", **wish)

    async def _yearly(self) -> str:
        (found,) = await self.world.pages(self.world.holder, "/agreements", funder_id=str(self.world.region))
        return str(found["id"])

    # The laws.

    async def awards(self) -> list[dict[str, Any]]:
        found = "SELECT * FROM awards WHERE holder_id = %(holder)s ORDER BY id"
        return await self.world.running.rows(found, holder=self.world.association)

    async def check(self) -> None:
        awards = await self.awards()
        assert len(awards) == 2
        for award in awards:
            held = award["paid_cents"] - award["repaid_cents"]
            assert award["granted_cents"] >= award["committed_cents"] >= held >= 0
            book = (await self.world.call(self.payer, "GET", f"/awards/{award['id']}/payments", expect=200)).json()
            assert sum(part["amount_cents"] for part in book["schedule"]) == award["granted_cents"]
            assert sum(part["paid_cents"] for part in book["schedule"]) == held
            assert sum(one["amount_cents"] for one in book["payments"]) == award["paid_cents"]
            assert sum(one["amount_cents"] for one in book["repayments"]) == award["repaid_cents"]
        lines = await self.world.running.rows(
            "SELECT l.amount_cents, l.granted_cents, (SELECT coalesce(sum(r.granted_cents), 0) FROM funding_requests r"
            " WHERE (r.campaign_id, r.funder_id, r.budget_line) = (l.campaign_id, l.funder_id, l.code)) AS granted"
            " FROM budget_lines l WHERE l.campaign_id = %(campaign)s",
            campaign=self.world.campaign_id,
        )
        for line in lines:
            assert 0 <= line["granted"] == line["granted_cents"] <= line["amount_cents"]
        assert sum(award["granted_cents"] for award in awards) == sum(line["granted"] for line in lines)
        (agreement,) = await self.world.pages(self.world.holder, "/agreements", funder_id=str(self.world.region))
        assert agreement["granted_cents"] == sum(award["granted_cents"] for award in awards)
        assert agreement["total_cents"] == agreement["granted_cents"] + agreement["in_kind_cents"]

    async def replay(self) -> None:
        """The journal of the dossiers alone tells the money of the awards."""
        told: dict[str, Money] = {}
        awards = await self.awards()
        for dossier_id in sorted({str(award["dossier_id"]) for award in awards}):
            lines = await self.world.pages(self.payer, f"/dossiers/{dossier_id}/journal", limit=100)
            for line in reversed(lines):
                replay(told, line["act"], line["changes"])
        kept = {
            str(one["id"]): Money(
                one["granted_cents"], one["committed_cents"], one["paid_cents"], one["repaid_cents"], one["justified_cents"]
            )
            for one in awards
        }
        assert told == kept


def replay(told: dict[str, Money], act: str, changes: dict[str, Any]) -> None:
    """One line of a dossier's journal, onto what the lines before it told of its awards."""
    award_id = changes.get("award_id")
    if award_id is None:
        return
    if act == "request.notified":
        told[award_id] = Money(changes["granted_cents"])
    money = told[award_id]
    if act == "award.committed" or act == "award.amended":
        for name in ("granted", "committed"):
            if f"{name}_cents" in changes:
                before, after = changes[f"{name}_cents"]
                assert getattr(money, name) == before, "each line takes up where the one before left"
                money = replace(money, **{name: after})
    elif act == "award.paid":
        money = replace(money, paid=money.paid + changes["amount_cents"])
    elif act == "award.repaid":
        money = replace(money, repaid=money.repaid + changes["amount_cents"])
    elif act in {"bilan.accepted", "bilan.rejected"}:
        money = replace(money, justified=changes["cents"]["justified"])
    told[award_id] = money


Act = Callable[[TwoAwards, str, int], Awaitable[httpx.Response]]
ACTS: dict[str, Act] = {
    "commit": TwoAwards.commit_funds,
    "pay": TwoAwards.pay,
    "pay by file": TwoAwards.pay_by_file,
    "repay": TwoAwards.repay,
    "order": TwoAwards.order,
    "schedule": TwoAwards.schedule,
    "ask": TwoAwards.ask,
    "in kind": TwoAwards.give_in_kind,
    "agree": TwoAwards.agree,
    "amend the multi-year one": TwoAwards.amend_the_multi_year_one,
    "report": TwoAwards.report,
}
CENTS = st.one_of(st.sampled_from([1, 33, 100_000, 800_000, 2_400_000, 2_800_000]), st.integers(1, 3_200_000))
DEEDS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 1), CENTS), min_size=8, max_size=12)
#: What gives the others something to work on; then anything goes.
OPENING = [("agree", 0, 1), ("commit", 0, 1_600_000), ("commit", 1, 500_000), ("pay", 0, 700_000), ("pay by file", 1, 300_000)]


@settings(
    max_examples=2,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
async def test_whatever_is_done_the_money_adds_up_and_the_journal_tells_it(world: World, deeds: list[tuple[str, int, int]]) -> None:
    money = await TwoAwards.begun(world)
    await money.check()
    for name, which, cents in [*OPENING, *deeds]:
        answer = await ACTS[name](money, money.award_ids[which], cents)
        assert answer.status_code in ANSWERS, (name, answer.status_code, answer.text)
        await money.check()
    await money.replay()


async def test_a_whole_life_replays(world: World) -> None:
    """The road every room is met on: each act is done, none refused."""
    money = await TwoAwards.begun(world)
    road = [
        *OPENING, ("schedule", 0, 3_000), ("in kind", 0, 50_000), ("order", 0, 200_000), ("amend the multi-year one", 1, 600_000),
        ("agree", 0, 1_500_000), ("repay", 0, 100_000), ("report", 0, 1), ("report", 0, 500_000), ("repay", 0, 100_000),
    ]  # fmt: skip
    for name, which, cents in road:
        answer = await ACTS[name](money, money.award_ids[which], cents)
        assert answer.status_code in {200, 201, 202}, (name, answer.status_code, answer.text)
        await money.check()
    await money.replay()
    one, other = await money.awards()
    money_of = [(a["granted_cents"], a["committed_cents"], a["paid_cents"], a["repaid_cents"]) for a in (one, other)]
    assert money_of == [(1_500_000, 1_500_000, 700_000, 200_000), (600_000, 500_000, 300_000, 0)], (
        "a commitment comes down with its grant"
    )
