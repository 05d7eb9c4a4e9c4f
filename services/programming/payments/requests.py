"""Use cases of payment requests and orders: the holder asks for an instalment, the funder orders its payment or says why not."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.etag import require_version
from services.common.language import Text, euros
from services.common.problems import FieldError, NotFound

from ..awards import service as awards
from ..bank_accounts import service as bank_accounts
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import ledger as ledgers
from . import letters, repository, rules
from .errors import (
    AccountNotConfirmed,
    ConditionsMissing,
    InstalmentNotNext,
    NotForYouToAsk,
    NothingCommitted,
    OrderNotOpen,
    OrderNumberUsed,
    OrderRefused,
    PaymentDayRefused,
    RequestAnswered,
    RequestPending,
)
from .models import OrderStatus, PaymentOrder, PaymentRequest, PaymentRequestStatus
from .schemas import OrderCreate, PaymentAsk
from .service import NOTIFICATION, require_payer, tell


async def ask(session: AsyncSession, caller: Principal, award_id: UUID, wish: PaymentAsk, *, now: datetime) -> PaymentRequest:
    """The holder asks for the next instalment; what its condition lacks is said one by one."""
    award = await awards.locked(session, caller, award_id)
    if not caller.has_role(award.acting_holder_id, "manager", "signatory"):
        raise NotForYouToAsk()
    ledger, _ = await ledgers.opened(session, award, caller, now=now)
    if await repository.pending_request(session, award.id) is not None:
        raise RequestPending()
    upcoming = ledger.next_instalment()
    if wish.instalment != upcoming:
        raise InstalmentNotNext(next_instalment=upcoming)
    part = ledger.parts[wish.instalment - 1]
    account = await bank_accounts.confirmed_of(session, award.acting_holder_id)
    facts = await ledgers.facts_of(session, ledger, today=today_in_paris(now), account_confirmed=account is not None)
    errors = rules.missing(part.condition, part.due_on, facts)
    if errors or account is None:
        raise ConditionsMissing(errors=errors)
    request = PaymentRequest(
        award_id=award.id,
        funder_id=award.funder_id,
        holder_id=award.acting_holder_id,
        instalment=part.number,
        kind=part.kind,
        amount_cents=ledger.left_of(part.number),
        note=wish.note,
        bank_account_id=account.id,
        requested_by=caller.account_id,
        requested_at=now,
    )
    session.add(request)
    await ledgers.keep(session, ledger)
    await awards.note(
        session, award, "award.payment_requested", caller, now, instalment=part.number, amount_cents=request.amount_cents
    )
    return request


async def refuse(
    session: AsyncSession, caller: Principal, request_id: UUID, reason: str, *, version: int, now: datetime
) -> PaymentRequest:
    """The funder does not pay this instalment yet; the holder reads why, and is told by mail."""
    request = await seen(session, caller, request_id)
    award = await awards.locked(session, caller, request.award_id)
    require_payer(caller, award, "payer", "manager")
    ledger, _ = await ledgers.opened(session, award, caller, now=now)
    request = await _pending(session, request_id)
    require_version(request.version, version)
    request.status, request.reason = PaymentRequestStatus.REFUSED, reason
    request.answered_by, request.answered_at = caller.account_id, now
    request.version += 1
    await ledgers.keep(session, ledger)
    await awards.note(
        session, award, "award.payment_request_refused", caller, now, reason=reason, amount_cents=request.amount_cents
    )
    await tell(session, award, "Demande de paiement", letters.refused, cents=request.amount_cents, reason=reason)
    return request


async def order(session: AsyncSession, caller: Principal, award_id: UUID, wish: OrderCreate, *, now: datetime) -> PaymentOrder:
    """A mandat: what is committed covers what is paid and what is ordered. With a request, it accepts it."""
    award = await awards.locked(session, caller, award_id)
    require_payer(caller, award, "payer", "manager")
    ledger, _ = await ledgers.opened(session, award, caller, now=now)
    today = today_in_paris(now)
    errors = rules.day_errors("/ordered_on", wish.ordered_on, not_before=ledger.notified_on, today=today, floor=NOTIFICATION)
    if errors:
        raise PaymentDayRefused(errors=errors)
    if not award.committed_cents:
        raise NothingCommitted()
    if await repository.is_order_number_used(session, award.funder_id, wish.number):
        raise OrderNumberUsed()
    request = await _pending(session, wish.request_id, award.id) if wish.request_id else None
    amount = wish.amount_cents or (request.amount_cents if request else ledger.left_to_order)
    if not 0 < amount <= ledger.left_to_order:
        left = ledger.left_to_order
        said = Text(f"Il reste {euros(left)} à ordonner.", f"{euros(left)} are left to order.")
        raise OrderRefused(said, limit_cents=left)
    account = await bank_accounts.confirmed_of(session, award.acting_holder_id)
    if account is None or wish.bank_account_id not in {None, account.id}:
        said = Text("Ce n'est pas le compte confirmé du porteur.", "This is not the holder's confirmed account.")
        raise AccountNotConfirmed(errors=[FieldError("/bank_account_id", said, "not_confirmed")])
    days = await parameters.value(session, Parameter.PAYMENT_WITHIN_DAYS, wish.ordered_on)
    made = PaymentOrder(
        award_id=award.id,
        funder_id=award.funder_id,
        request_id=wish.request_id,
        number=wish.number,
        ordered_on=wish.ordered_on,
        amount_cents=amount,
        bank_account_id=account.id,
        pay_before_on=wish.ordered_on + timedelta(days=days),
        ordered_by=caller.account_id,
        ordered_at=now,
    )
    session.add(made)
    if request is not None:
        request.status, request.answered_by, request.answered_at = PaymentRequestStatus.ACCEPTED, caller.account_id, now
        request.version += 1
    ledger.orders.append(made)
    await ledgers.keep(session, ledger)
    await awards.note(session, award, "award.ordered", caller, now, order=made.number, amount_cents=amount)
    return made


async def cancel_order(
    session: AsyncSession, caller: Principal, order_id: UUID, reason: str, *, version: int, now: datetime
) -> PaymentOrder:
    """What is left of an order will not be paid under it: the money may be ordered again."""
    found = await seen_order(session, caller, order_id)
    award = await awards.locked(session, caller, found.award_id)
    require_payer(caller, award, "payer", "manager")
    ledger, _ = await ledgers.opened(session, award, caller, now=now)
    cancelled = next(one for one in ledger.orders if one.id == order_id)
    require_version(cancelled.version, version)
    if cancelled.status is not OrderStatus.OPEN:
        raise OrderNotOpen(order_status=cancelled.status.value)
    left = cancelled.left_cents
    cancelled.status, cancelled.reason = OrderStatus.CANCELLED, reason
    cancelled.version += 1
    await ledgers.keep(session, ledger)
    await awards.note(
        session, award, "award.order_cancelled", caller, now, reason=reason, order=cancelled.number, amount_cents=left
    )
    return cancelled


async def seen(session: AsyncSession, caller: Principal, request_id: UUID) -> PaymentRequest:
    """A payment request, for the parties to its award (404 for others)."""
    request = await repository.request(session, request_id)
    if request is None:
        raise NotFound()
    await awards.seen(session, caller, request.award_id)
    return request


async def seen_order(session: AsyncSession, caller: Principal, order_id: UUID) -> PaymentOrder:
    """A payment order, for the parties to its award (404 for others)."""
    found = await repository.order(session, order_id)
    if found is None:
        raise NotFound()
    await awards.seen(session, caller, found.award_id)
    return found


async def _pending(session: AsyncSession, request_id: UUID, award_id: UUID | None = None) -> PaymentRequest:
    """The request, read again under the award's lock, if it awaits an answer."""
    request = await repository.request(session, request_id)
    if request is None or award_id not in {None, request.award_id} or request.status is not PaymentRequestStatus.PENDING:
        said = Text("Cette demande n'attend pas de réponse.", "This request awaits no answer.")
        raise RequestAnswered(errors=[FieldError("/request_id", said, "not_pending")])
    return request
