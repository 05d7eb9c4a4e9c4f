"""Use cases of payments: the schedule, what leaves the funder and what comes back. Requests and orders are in `requests`.

Every act takes the award's lock first (`awards.locked`): two payers wait for each other, and the second sees what the first did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row
from services.common.etag import require_version
from services.common.language import Text, euros
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound

from ..awards import service as awards
from ..campaigns import service as campaigns
from ..dossiers import instruction
from . import ledger as ledgers
from . import letters, repository, rules
from .errors import (
    AmountBeyondOrder,
    NotForYouToPay,
    NothingCommitted,
    OrderNotOpen,
    PaymentDayRefused,
    PaymentReferenceUsed,
    RepaymentReferenceUsed,
    RequestPending,
    ScheduleRefused,
)
from .ledger import Ledger
from .models import Instalment, OrderStatus, Payment, PaymentOrder, PaymentSchedule, Repayment
from .schemas import PaymentCreate, RepaymentCreate, ScheduleWrite

if TYPE_CHECKING:
    from ..awards.models import Award

DUE_WITHIN = timedelta(days=7)
NOTIFICATION = Text("la notification", "the notification")


@dataclass(frozen=True)
class Paid:
    """A payment as it is told, by a person or by a file."""

    paid_on: date
    reference: str
    amount_cents: int
    order_id: UUID | None = None
    #: As a file gives it; a number no order of the award has says nothing.
    order_number: str = ""
    import_id: UUID | None = None


async def set_schedule(
    session: AsyncSession, caller: Principal, award_id: UUID, wish: ScheduleWrite, *, version: int, now: datetime
) -> Ledger:
    """The funder says in how many parts it pays. The parts add up to the grant to the cent; what is paid covers them in order."""
    award = await awards.locked(session, caller, award_id)
    require_payer(caller, award, "manager", "signatory", "payer")
    ledger = await ledgers.assemble(session, award)
    require_version(ledger.version, version)
    if await repository.pending_request(session, award.id) is not None:
        raise RequestPending()
    errors = rules.schedule_errors(award.granted_cents, wish.instalments)
    if errors:
        raise ScheduleRefused(errors=errors, granted_cents=award.granted_cents)
    if ledger.schedule is None:
        ledger.schedule = PaymentSchedule(award_id=award.id, funder_id=award.funder_id, granted_cents=award.granted_cents)
        session.add(ledger.schedule)
        await session.flush()
    else:
        await repository.forget_instalments(session, ledger.parts)
    ledger.amounts = rules.amounts(award.granted_cents, wish.instalments)
    ledger.parts = [
        Instalment(award_id=award.id, number=number, **part.model_dump(exclude={"amount_cents"}), amount_cents=cents)
        for number, (part, cents) in enumerate(zip(wish.instalments, ledger.amounts, strict=True), 1)
    ]
    session.add_all(ledger.parts)
    ledger.schedule.granted_cents = award.granted_cents
    ledger.schedule.set_by, ledger.schedule.set_at = caller.account_id, now
    await ledgers.keep(session, ledger)
    await awards.note(session, award, "award.schedule_set", caller, now, instalments=ledger.amounts)
    return ledger


async def pay(session: AsyncSession, caller: Principal, award_id: UUID, wish: PaymentCreate, *, now: datetime) -> Payment:
    """The funder's payer records that money left; in part or in whole, never beyond what is committed."""
    award = await awards.locked(session, caller, award_id)
    require_payer(caller, award, "payer")
    return await record(session, caller, award, Paid(**wish.model_dump()), now=now)


async def record(session: AsyncSession, caller: Principal, award: "Award", paid: Paid, *, now: datetime) -> Payment:
    """A payment of an award locked by the caller: judged, taken from its order, written, noted and told to the holder."""
    ledger, _ = await ledgers.opened(session, award, caller, now=now)
    errors = rules.day_errors(
        "/paid_on", paid.paid_on, not_before=ledger.notified_on, today=today_in_paris(now), floor=NOTIFICATION
    )
    if errors:
        raise PaymentDayRefused(errors=errors)
    known = await repository.payment_of_reference(session, award.funder_id, paid.reference)
    if known is not None:
        raise PaymentReferenceUsed(payment_id=str(known.id), award_id=str(known.award_id))
    if not award.committed_cents:
        raise NothingCommitted()
    order = _order_paid(ledger, paid)
    await awards.record_payment(session, award, paid.amount_cents, paid_on=paid.paid_on)
    if order is not None:
        order.paid_cents += paid.amount_cents
        order.status = OrderStatus.PAID if order.paid_cents == order.amount_cents else OrderStatus.OPEN
        order.version += 1
    payment = Payment(
        award_id=award.id,
        funder_id=award.funder_id,
        order_id=order.id if order else None,
        import_id=paid.import_id,
        reference=paid.reference,
        paid_on=paid.paid_on,
        amount_cents=paid.amount_cents,
        recorded_by=caller.account_id,
        recorded_at=now,
    )
    session.add(payment)
    await ledgers.keep(session, ledger)
    await awards.note(
        session, award, "award.paid", caller, now, payment_id=str(payment.id), amount_cents=payment.amount_cents,
        paid_on=payment.paid_on.isoformat(), reference=payment.reference, order=order and order.number,
    )  # fmt: skip
    left = ledger.payable - ledger.held
    await tell(
        session, award, "Paiement", letters.paid, cents=payment.amount_cents, paid_on=payment.paid_on, payment=payment.reference,
        left_cents=max(0, left),
    )  # fmt: skip
    return payment


async def repay(session: AsyncSession, caller: Principal, award_id: UUID, wish: RepaymentCreate, *, now: datetime) -> Repayment:
    """The funder's payer records that money came back from the holder."""
    award = await awards.locked(session, caller, award_id)
    require_payer(caller, award, "payer")
    ledger, _ = await ledgers.opened(session, award, caller, now=now)
    first = Text("le premier paiement", "the first payment")
    errors = rules.day_errors("/repaid_on", wish.repaid_on, not_before=award.first_paid_on, today=today_in_paris(now), floor=first)
    if errors:
        raise PaymentDayRefused(errors=errors)
    if await repository.is_repayment_known(session, award.funder_id, wish.reference):
        raise RepaymentReferenceUsed()
    await awards.record_repayment(session, award, wish.amount_cents)
    repayment = Repayment(
        award_id=award.id, funder_id=award.funder_id, recorded_by=caller.account_id, recorded_at=now, **wish.model_dump()
    )
    session.add(repayment)
    await ledgers.keep(session, ledger)
    await awards.note(
        session, award, "award.repaid", caller, now, reason=wish.reason, repayment_id=str(repayment.id),
        amount_cents=wish.amount_cents, repaid_on=wish.repaid_on.isoformat(), reference=wish.reference,
    )  # fmt: skip
    await tell(session, award, "Reversement", letters.repaid, cents=wish.amount_cents, repaid_on=wish.repaid_on, reason=wish.reason)
    return repayment


async def read(session: AsyncSession, caller: Principal, award_id: UUID, *, now: datetime) -> tuple[dict[str, Any], int]:
    """Everything about an award's payment, for its parties, and its version."""
    award = await awards.seen(session, caller, award_id)
    ledger = await ledgers.assemble(session, award)
    return await ledgers.shown(session, ledger, today=today_in_paris(now)), ledger.version


async def delays(session: AsyncSession, campaign_id: UUID, *, now: datetime) -> list[Row]:
    """How each funder of an opened campaign keeps the payment clock."""
    campaign = await campaigns.get(session, campaign_id)
    if campaign.status.value == "draft":
        raise NotFound()
    return await awards.payment_delays(session, campaign_id, today=today_in_paris(now))


async def due(
    session: AsyncSession, caller: Principal, *, after: tuple[date, UUID] | None, limit: int, now: datetime
) -> list[dict[str, Any]]:
    """What a payer's funders have to pay by next week, soonest first: awards whose clock runs, then instalments and orders."""
    funders = [one for one in caller.memberships if caller.has_role(one, "payer")]
    today = today_in_paris(now)
    after = after or (date.min, UUID(int=0))
    found: list[dict[str, Any]] = []
    while funders and len(found) < limit:
        until = today + DUE_WITHIN
        first = await awards.unpaid(session, funders, until=until, after=after, limit=limit)
        again = await repository.due_again(session, funders, until=until, after=after, limit=limit)
        # Two listings in the same order, of awards without and with a payment: merged, they are one.
        rows = [*((row["pay_before_on"], row["id"]) for row in first), *((row["next_due_on"], row["award_id"]) for row in again)]
        rows = sorted(rows)[:limit]
        found += await _dues(session, rows, today)
        if len(rows) < limit:
            break
        after = rows[-1]
    return found[:limit]


async def _dues(session: AsyncSession, rows: Sequence[tuple[date, UUID]], today: date) -> list[dict[str, Any]]:
    ids = [award_id for _, award_id in rows]
    known = {award.id: award for award in await awards.many(session, ids)}
    parts, pending = await repository.instalments_of(session, ids), await repository.pending_requests(session, ids)
    orders: dict[UUID, list[PaymentOrder]] = {}
    for order in await repository.open_orders(session, ids):
        orders.setdefault(order.award_id, []).append(order)
    found = []
    for due_on, award_id in rows:
        award, request = known[award_id], pending.get(award_id)
        amounts = [part.amount_cents for part in parts.get(award_id, [])] or [award.granted_cents]
        money = awards.money_of(award)
        if sum(amounts) != money.granted:
            amounts = rules.share_again(amounts, money.held, money.granted)
        book = Ledger(award, None, [], amounts, orders.get(award_id, []))
        number = rules.first_uncovered(amounts, money.held)
        waiting = amounts[number - 1] - rules.covered(amounts, money.held)[number - 1] if number else 0
        amount = min(max(waiting, book.ordered), book.payable - money.held)
        if amount <= 0:
            continue  # an accepted bilan bears out less than was granted
        found.append(
            {
                "award_id": award_id,
                "funder_id": award.funder_id,
                "dossier_id": award.dossier_id,
                "reference": award.reference,
                "title": award.title,
                "holder_id": award.acting_holder_id,
                "holder_name": award.holder_name,
                "due_on": due_on,
                "urgency": "late" if due_on < today else "this_week",
                "amount_cents": amount,
                "committed": award.committed_cents > 0,
                "orders": [order.number for order in book.orders],
                "request_id": request and request.id,
            }
        )
    return found


# For the rooms above.


async def follow(session: AsyncSession, award: "Award") -> None:
    """After an act of another room on the award's money (a bilan accepted): the day the next payment is due follows."""
    await ledgers.keep(session, await ledgers.assemble(session, award))


def require_payer(caller: Principal, award: "Award", *roles: str) -> None:
    if not caller.has_role(award.funder_id, *roles):
        raise NotForYouToPay()


def _order_paid(ledger: Ledger, paid: Paid) -> PaymentOrder | None:
    """The order a payment settles: the one named; else the open one it pays exactly, else the oldest it fits in, else none."""
    named = [order for order in ledger.orders if order.id == paid.order_id or order.number == paid.order_number]
    if paid.order_id is not None or named:
        order = named[0] if named else None
        if order is None or not order.left_cents:
            said = Text("Ce mandat n'est plus à payer.", "This order is no longer to be paid.")
            raise OrderNotOpen(errors=[FieldError("/order_id", said, "not_open")])
        if paid.amount_cents > order.left_cents:
            raise AmountBeyondOrder(_left(order.left_cents), limit_cents=order.left_cents)
        return order
    fits = [order for order in ledger.orders if order.left_cents >= paid.amount_cents]
    exact = [order for order in fits if order.left_cents == paid.amount_cents]
    if fits:
        return (exact or fits)[0]
    within_commitment = paid.amount_cents <= ledger.left_to_order + ledger.ordered
    if ledger.ordered and within_commitment and paid.amount_cents > ledger.left_to_order:
        raise AmountBeyondOrder(_left(ledger.left_to_order), limit_cents=ledger.left_to_order)
    return None  # beyond the commitment, the award's own law refuses


def _left(cents: int) -> Text:
    return Text(f"Il reste {euros(cents)} à payer.", f"{euros(cents)} are left to pay.")


async def tell(session: AsyncSession, award: "Award", what: str, letter: Any, **said: Any) -> None:
    """A mail to the dossier's contact."""
    dossier = await instruction.get(session, award.dossier_id)
    address = dossier.contact.get("email")
    if not address:
        return
    funder = await campaigns.funder_of(session, award.campaign_id, award.funder_id)
    text = letter(funder=funder.name, reference=award.reference, title=award.title, **said)
    await queue_mail(session, to=str(address), subject=f"{what} – {award.reference} – {funder.short_name}", text=text)
