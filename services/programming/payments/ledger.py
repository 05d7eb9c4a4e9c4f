"""An award's ledger: its schedule as the grant stands today, its orders, and where its money is.

An amendment is signed in a room below, which knows no schedule: the ledger notices that the grant changed and shares the unpaid
part out again, when it is read and, for good, at the next act.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris

from ..awards import service as awards
from ..dossiers import instruction
from . import repository, rules
from .models import Instalment, PaymentOrder, PaymentSchedule
from .schemas import Condition, InstalmentKind

if TYPE_CHECKING:
    from ..awards.models import Award


@dataclass
class Ledger:
    """What an act on an award's payments looks at. `amounts` are the instalments as the grant stands, in cents."""

    award: "Award"
    schedule: PaymentSchedule | None
    parts: list[Instalment]
    amounts: list[int]
    orders: list[PaymentOrder]

    @property
    def version(self) -> int:
        """Moves with each act, whether on the award or on its payments."""
        return self.award.version + (self.schedule.version if self.schedule else 0)

    @property
    def held(self) -> int:
        return awards.money_of(self.award).held

    @property
    def ordered(self) -> int:
        """Ordered and not paid yet."""
        return sum(order.left_cents for order in self.orders)

    @property
    def payable(self) -> int:
        """What the holder gets in the end, as things stand."""
        granted, justified = self.award.granted_cents, self.award.justified_cents
        return granted if justified is None else min(granted, justified)

    @property
    def left_to_order(self) -> int:
        """Of what is committed, neither paid nor ordered."""
        return max(0, awards.money_of(self.award).left_to_pay - self.ordered)

    @property
    def notified_on(self) -> date:
        return in_paris(self.award.notified_at).date()

    def next_instalment(self) -> int | None:
        """The number of the first instalment neither paid nor ordered, or None."""
        on_its_way = self.held + self.ordered
        return rules.first_uncovered(self.amounts, on_its_way) if on_its_way < self.payable else None

    def left_of(self, number: int) -> int:
        """What is neither paid nor ordered of that instalment."""
        on_its_way = self.held + self.ordered
        done = rules.covered(self.amounts, on_its_way)[number - 1]
        return max(0, min(self.amounts[number - 1] - done, self.payable - on_its_way))

    def next_due_on(self) -> date | None:
        """The day the next payment is due once the first is made."""
        if self.award.first_paid_on is None or self.held >= self.payable:
            return None
        days = [order.pay_before_on for order in self.orders if order.left_cents]
        waiting = rules.first_uncovered(self.amounts, self.held)
        if waiting is not None and (due_on := self.parts[waiting - 1].due_on):
            days.append(due_on)
        return min(days, default=None)


async def assemble(session: AsyncSession, award: "Award") -> Ledger:
    """The ledger as it stands; nothing is written."""
    schedule = await repository.schedule(session, award.id)
    orders = await repository.orders(session, award.id)
    if schedule is None:
        whole = Instalment(
            award_id=award.id,
            number=1,
            kind=InstalmentKind.BALANCE,
            share_bp=rules.WHOLE_BP,
            amount_cents=award.granted_cents,
            condition=Condition.NONE,
        )
        return Ledger(award, None, [whole], [award.granted_cents], orders)
    parts = await repository.instalments(session, award.id)
    amounts = [part.amount_cents for part in parts]
    if schedule.granted_cents != award.granted_cents:
        amounts = rules.share_again(amounts, awards.money_of(award).held, award.granted_cents)
    return Ledger(award, schedule, parts, amounts, orders)


async def opened(
    session: AsyncSession, award: "Award", caller: Principal | None, *, now: datetime
) -> tuple[Ledger, PaymentSchedule]:
    """The ledger for an act (award locked by the caller), written down as the grant stands."""
    ledger = await assemble(session, award)
    schedule = ledger.schedule
    if schedule is None:
        schedule = ledger.schedule = PaymentSchedule(
            award_id=award.id, funder_id=award.funder_id, granted_cents=award.granted_cents
        )
        session.add(schedule)
        await session.flush()
        session.add_all(ledger.parts)
        await session.flush()
    elif schedule.granted_cents != award.granted_cents:
        before = schedule.granted_cents
        for part, cents in zip(ledger.parts, ledger.amounts, strict=True):
            part.amount_cents, part.share_bp = cents, None
        schedule.granted_cents = award.granted_cents
        await session.flush()
        await awards.note(
            session,
            award,
            "award.schedule_shared_again",
            caller,
            now,
            granted_cents=[before, award.granted_cents],
            instalments=ledger.amounts,
        )
    return ledger, schedule


async def keep(session: AsyncSession, ledger: Ledger) -> None:
    """After an act: a new version, and the day the next payment is due."""
    if ledger.schedule is not None:
        ledger.schedule.next_due_on = ledger.next_due_on()
        ledger.schedule.version += 1
    await session.flush()


async def facts_of(session: AsyncSession, ledger: Ledger, *, today: date, account_confirmed: bool = True) -> rules.Facts:
    """What the conditions of the instalments are judged on."""
    award = ledger.award
    return rules.Facts(
        today=today,
        agreed=award.agreed_at is not None,
        bilan_submitted=await instruction.is_report_submitted(session, award.dossier_id),
        bilan_accepted=award.justified_at is not None,
        account_confirmed=account_confirmed,
    )


async def shown(session: AsyncSession, ledger: Ledger, *, today: date) -> dict[str, Any]:
    """`PaymentsRead` of the ledger."""
    award, money = ledger.award, awards.money_of(ledger.award)
    facts = await facts_of(session, ledger, today=today)
    paid = rules.covered(ledger.amounts, money.held)
    return {
        "award_id": award.id,
        "pay_before_on": award.pay_before_on,
        "default_schedule": ledger.schedule is None or ledger.schedule.set_at is None,
        "next_instalment": ledger.next_instalment(),
        "totals": {
            "granted_cents": money.granted,
            "committed_cents": money.committed,
            "ordered_cents": ledger.ordered,
            "paid_cents": money.paid,
            "repaid_cents": money.repaid,
            "left_to_pay_cents": money.left_to_pay,
            "to_repay_cents": money.to_repay,
        },
        "schedule": [
            {
                **part.model_dump(),
                "amount_cents": amount,
                "share_bp": part.share_bp if amount == part.amount_cents else None,
                "paid_cents": done,
                "condition_met": rules.condition_met(part.condition, part.due_on, facts),
            }
            for part, amount, done in zip(ledger.parts, ledger.amounts, paid, strict=True)
        ],
        "requests": await repository.requests(session, award.id),
        "orders": ledger.orders,
        "payments": await repository.payments(session, award.id),
        "repayments": await repository.repayments(session, award.id),
    }
