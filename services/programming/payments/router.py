"""Payments over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from . import ledger, repository, requests, service
from .schemas import (
    OrderCancel,
    OrderCreate,
    PaymentAsk,
    PaymentCreate,
    PaymentDelays,
    PaymentDue,
    PaymentOrderRead,
    PaymentRead,
    PaymentRequestRead,
    PaymentsRead,
    RefusalCreate,
    RepaymentCreate,
    RepaymentRead,
    RequestListing,
    ScheduleWrite,
)

router = APIRouter(prefix="/programming/v1", tags=["payments"], route_class=ActRoute)

PARTIES = "Members of the holder, of the funder, and of the organisation that leads the contract."
PAYERS = "Payers of the funder."
ORDERS = "Payers and managers of the funder."


@router.get(
    "/awards/{award_id}/payments",
    operation_id="readPayments",
    summary="Read an award's payments",
    response_model=PaymentsRead,
    openapi_extra=right(PARTIES),
)
async def read_payments(award_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot, now: Now) -> Any:
    """Schedule, requests, orders, payments, repayments and totals. Without a schedule, there is one instalment of everything."""
    found, version = await service.read(session, caller, award_id, now=now)
    # A condition on a date is met without a new version: the day is part of the tag.
    tag = response.headers["ETag"] = etag(version, f"{today_in_paris(now):%Y%m%d}")
    return not_modified(request, tag) or found


@router.put(
    "/awards/{award_id}/schedule",
    operation_id="setSchedule",
    summary="Set an award's payment schedule",
    response_model=PaymentsRead,
    openapi_extra=right("Managers, signatories and payers of the funder."),
)
async def set_schedule(
    award_id: UUID, wish: ScheduleWrite, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """In how many parts the award is paid: shares (largest remainder to the cent) or amounts, which add up to the grant.
    `If-Match` carries the tag of `readPayments`. When an amendment changes the grant, what is unpaid is shared out again."""
    book = await service.set_schedule(session, caller, award_id, wish, version=version, now=now)
    today = today_in_paris(now)
    response.headers["ETag"] = etag(book.version, f"{today:%Y%m%d}")
    return await ledger.shown(session, book, today=today)


@router.post(
    "/awards/{award_id}/payment-requests",
    status_code=201,
    operation_id="requestPayment",
    summary="Ask for an instalment",
    response_model=PaymentRequestRead,
    openapi_extra=right("Managers and signatories of the holder."),
)
async def request_payment(award_id: UUID, wish: PaymentAsk, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """The holder asks for the next instalment. When its condition is not met or no bank account is confirmed, the refusal says
    which is missing."""
    request = await requests.ask(session, caller, award_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/payment-requests/{request.id}"
    response.headers["ETag"] = etag(request.version)
    return request


@router.get(
    "/payment-requests",
    operation_id="listPaymentRequests",
    summary="List payment requests",
    response_model=Page[PaymentRequestRead],
    openapi_extra=right("Members of the holder and of the funder see theirs.") | published(RequestListing),
)
async def list_payment_requests(request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """What holders ask of your funder, or what your organisation asked, latest first."""
    wish = read_query(request, RequestListing)
    after = read_cursor(request, wish.cursor)
    given = wish.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    values = {"organisations": caller.organisation_ids, "before": UUID(after[0]) if after else LAST_ID, "limit": wish.limit + 1}
    rows = await fetch(reader, repository.request_listing(frozenset(given)), {**given, **values})
    return page(request, response, rows, wish.limit, lambda row: [row["id"]])


@router.get(
    "/payment-requests/{payment_request_id}",
    operation_id="getPaymentRequest",
    summary="Read a payment request",
    response_model=PaymentRequestRead,
    openapi_extra=right(PARTIES),
)
async def get_payment_request(
    payment_request_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot
) -> Any:
    """One request and its answer."""
    found = await requests.seen(session, caller, payment_request_id)
    tag = response.headers["ETag"] = etag(found.version)
    return not_modified(request, tag) or found


@router.post(
    "/payment-requests/{payment_request_id}/refusal",
    status_code=201,
    operation_id="refusePaymentRequest",
    summary="Refuse a payment request",
    response_model=PaymentRequestRead,
    openapi_extra=right(ORDERS),
)
async def refuse_payment_request(
    payment_request_id: UUID, wish: RefusalCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Say why the instalment is not paid yet; the holder reads it, and gets it by mail. To accept, order its payment."""
    request = await requests.refuse(session, caller, payment_request_id, wish.reason, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/payment-requests/{request.id}"
    response.headers["ETag"] = etag(request.version)
    return request


@router.post(
    "/awards/{award_id}/orders",
    status_code=201,
    operation_id="orderPayment",
    summary="Order a payment",
    response_model=PaymentOrderRead,
    openapi_extra=right(ORDERS),
)
async def order_payment(award_id: UUID, wish: OrderCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """A mandat on a committed award, to the holder's confirmed bank account; with `request_id`, it accepts that request."""
    order = await requests.order(session, caller, award_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/payment-orders/{order.id}"
    response.headers["ETag"] = etag(order.version)
    return order


@router.get(
    "/payment-orders/{payment_order_id}",
    operation_id="getPaymentOrder",
    summary="Read a payment order",
    response_model=PaymentOrderRead,
    openapi_extra=right(PARTIES),
)
async def get_payment_order(payment_order_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot) -> Any:
    """One mandat and what was paid under it."""
    found = await requests.seen_order(session, caller, payment_order_id)
    tag = response.headers["ETag"] = etag(found.version)
    return not_modified(request, tag) or found


@router.post(
    "/payment-orders/{payment_order_id}/cancellation",
    status_code=201,
    operation_id="cancelPaymentOrder",
    summary="Cancel a payment order",
    response_model=PaymentOrderRead,
    openapi_extra=right(ORDERS),
)
async def cancel_payment_order(
    payment_order_id: UUID, wish: OrderCancel, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """What is left of the order will not be paid under it; that money may be ordered again."""
    order = await requests.cancel_order(session, caller, payment_order_id, wish.reason, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/payment-orders/{order.id}"
    response.headers["ETag"] = etag(order.version)
    return order


@router.post(
    "/awards/{award_id}/payments",
    status_code=201,
    operation_id="recordPayment",
    summary="Record a payment",
    response_model=PaymentRead,
    openapi_extra=right(PAYERS),
)
async def record_payment(
    award_id: UUID, wish: PaymentCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Money left, in part or in whole, never beyond what is committed. A reference is used once per funder."""
    payment = await service.pay(session, caller, award_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/awards/{award_id}/payments"
    return payment


@router.post(
    "/awards/{award_id}/repayments",
    status_code=201,
    operation_id="recordRepayment",
    summary="Record a repayment",
    response_model=RepaymentRead,
    openapi_extra=right(PAYERS),
)
async def record_repayment(
    award_id: UUID, wish: RepaymentCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Money came back from the holder, never more than it had received."""
    repayment = await service.repay(session, caller, award_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/awards/{award_id}/payments"
    return repayment


@router.get(
    "/campaigns/{campaign_id}/payment-delays",
    operation_id="getPaymentDelays",
    summary="How fast funders pay",
    response_model=PaymentDelays,
    openapi_extra=right("Anyone who sees the campaign once it is open.", public=True),
)
async def get_payment_delays(campaign_id: UUID, session: Snapshot, now: Now) -> Any:
    """Per funder: awards, first payments, median and slowest days from the notification, how the payment clock is kept."""
    return {"funders": await service.delays(session, campaign_id, now=now)}


@router.get(
    "/payments/due",
    operation_id="listPaymentsDue",
    summary="What is to be paid this week",
    response_model=Page[PaymentDue],
    openapi_extra=right("Payers see what their funders have to pay; for anybody else the list is empty."),
)
async def list_payments_due(
    request: Request, response: Response, session: Snapshot, caller: Caller, now: Now, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """Awards to pay within seven days, late ones first: those whose clock runs, then the instalments and orders that follow."""
    after = read_cursor(request, cursor)
    place = (date.fromisoformat(after[0]), UUID(after[1])) if after else None
    rows = await service.due(session, caller, after=place, limit=limit + 1, now=now)
    return page(request, response, rows, limit, lambda row: [row["due_on"].isoformat(), row["award_id"]])
