"""All the SQL about payments."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute, fetch_in, write_in

from ..awards import service as awards
from .models import (
    Instalment,
    LineStatus,
    OrderStatus,
    Payment,
    PaymentImport,
    PaymentImportLine,
    PaymentOrder,
    PaymentRequest,
    PaymentRequestStatus,
    PaymentSchedule,
    Repayment,
)

_S: Any = PaymentSchedule.__table__  # type: ignore[attr-defined]
_N: Any = Instalment.__table__  # type: ignore[attr-defined]
_Q: Any = PaymentRequest.__table__  # type: ignore[attr-defined]
_O: Any = PaymentOrder.__table__  # type: ignore[attr-defined]
_P: Any = Payment.__table__  # type: ignore[attr-defined]
_R: Any = Repayment.__table__  # type: ignore[attr-defined]
_I: Any = PaymentImport.__table__  # type: ignore[attr-defined]
_L: Any = PaymentImportLine.__table__  # type: ignore[attr-defined]

_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))


async def schedule(session: AsyncSession, award_id: UUID) -> PaymentSchedule | None:
    return await session.get(PaymentSchedule, award_id, populate_existing=True)


async def instalments(session: AsyncSession, award_id: UUID) -> list[Instalment]:
    wanted = select(Instalment).where(Instalment.award_id == award_id).order_by(_N.c.number)
    return list((await session.exec(wanted.execution_options(populate_existing=True))).all())


async def forget_instalments(session: AsyncSession, parts: Sequence[Instalment]) -> None:
    for part in parts:
        await session.delete(part)
    await session.flush()


async def requests(session: AsyncSession, award_id: UUID) -> list[PaymentRequest]:
    return list((await session.exec(select(PaymentRequest).where(PaymentRequest.award_id == award_id).order_by(_Q.c.id))).all())


async def request(session: AsyncSession, request_id: UUID) -> PaymentRequest | None:
    return await session.get(PaymentRequest, request_id, populate_existing=True)


async def pending_request(session: AsyncSession, award_id: UUID) -> PaymentRequest | None:
    wanted = select(PaymentRequest).where(
        PaymentRequest.award_id == award_id, PaymentRequest.status == PaymentRequestStatus.PENDING
    )
    return (await session.exec(wanted)).one_or_none()


async def orders(session: AsyncSession, award_id: UUID) -> list[PaymentOrder]:
    wanted = select(PaymentOrder).where(PaymentOrder.award_id == award_id).order_by(_O.c.id)
    return list((await session.exec(wanted.execution_options(populate_existing=True))).all())


async def order(session: AsyncSession, order_id: UUID) -> PaymentOrder | None:
    return await session.get(PaymentOrder, order_id, populate_existing=True)


async def is_order_number_used(session: AsyncSession, funder_id: UUID, number: str) -> bool:
    wanted = select(PaymentOrder.id).where(PaymentOrder.funder_id == funder_id, PaymentOrder.number == number)
    return (await session.exec(wanted)).first() is not None


async def payments(session: AsyncSession, award_id: UUID) -> list[Payment]:
    return list((await session.exec(select(Payment).where(Payment.award_id == award_id).order_by(_P.c.id))).all())


async def payment_of_reference(session: AsyncSession, funder_id: UUID, reference: str) -> Payment | None:
    wanted = select(Payment).where(Payment.funder_id == funder_id, Payment.reference == reference)
    return (await session.exec(wanted)).one_or_none()


async def payments_of_references(session: AsyncSession, funder_id: UUID, references: Sequence[str]) -> dict[str, Payment]:
    wanted = select(Payment).where(Payment.funder_id == funder_id, _P.c.reference.in_(references))
    return {payment.reference: payment for payment in (await session.exec(wanted)).all()}


async def repayments(session: AsyncSession, award_id: UUID) -> list[Repayment]:
    return list((await session.exec(select(Repayment).where(Repayment.award_id == award_id).order_by(_R.c.id))).all())


async def is_repayment_known(session: AsyncSession, funder_id: UUID, reference: str) -> bool:
    wanted = select(Repayment.id).where(Repayment.funder_id == funder_id, Repayment.reference == reference)
    return (await session.exec(wanted)).first() is not None


# Listings.

_SEEN_REQUESTS = sa.or_(_Q.c.funder_id == sa.any_(_ORGANISATIONS), awards.held(_Q.c.award_id))
_REQUEST_FILTERS: dict[str, Any] = {
    "award_id": _Q.c.award_id == bindparam("award_id", type_=sa.Uuid),
    "funder_id": _Q.c.funder_id == bindparam("funder_id", type_=sa.Uuid),
    "status": _Q.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
}


@lru_cache(maxsize=32)
def request_listing(filters: frozenset[str]) -> Any:
    """Payment requests of the caller's organisations, latest first, after a keyset cursor."""
    kept = (_REQUEST_FILTERS[name] for name in sorted(filters))
    wanted = sa.select(*_Q.c).where(_SEEN_REQUESTS, _Q.c.id < bindparam("before"), *kept)
    return wanted.order_by(_Q.c.id.desc()).limit(bindparam("limit"))


_DUE_AGAIN = (
    sa.select(_S.c.award_id, _S.c.next_due_on)
    .where(
        _S.c.funder_id == sa.any_(bindparam("funders", type_=ARRAY(sa.Uuid))),
        _S.c.next_due_on <= bindparam("until", type_=sa.Date),
        sa.tuple_(_S.c.next_due_on, _S.c.award_id)
        > sa.tuple_(bindparam("after_on", type_=sa.Date), bindparam("after_id", type_=sa.Uuid)),
    )
    .order_by(_S.c.next_due_on, _S.c.award_id)
    .limit(bindparam("limit"))
)


async def due_again(
    session: AsyncSession, funder_ids: Sequence[UUID], *, until: date, after: tuple[date, UUID], limit: int
) -> list[Row]:
    """Awards paid in part whose next payment is due by `until`, soonest first, after a keyset cursor."""
    values = {"funders": list(funder_ids), "until": until, "after_on": after[0], "after_id": after[1], "limit": limit}
    return await fetch_in(session, _DUE_AGAIN, values)


async def open_orders(session: AsyncSession, award_ids: Sequence[UUID]) -> list[PaymentOrder]:
    wanted = select(PaymentOrder).where(_O.c.award_id.in_(award_ids), PaymentOrder.status == OrderStatus.OPEN)
    return list((await session.exec(wanted.order_by(_O.c.id))).all())


async def pending_requests(session: AsyncSession, award_ids: Sequence[UUID]) -> dict[UUID, PaymentRequest]:
    wanted = select(PaymentRequest).where(_Q.c.award_id.in_(award_ids), PaymentRequest.status == PaymentRequestStatus.PENDING)
    return {found.award_id: found for found in (await session.exec(wanted)).all()}


async def instalments_of(session: AsyncSession, award_ids: Sequence[UUID]) -> dict[UUID, list[Instalment]]:
    found: dict[UUID, list[Instalment]] = {}
    wanted = select(Instalment).where(_N.c.award_id.in_(award_ids)).order_by(_N.c.award_id, _N.c.number)
    for part in (await session.exec(wanted)).all():
        found.setdefault(part.award_id, []).append(part)
    return found


# Imports.

_LINE = _L.insert()
_COUNTS = {
    "waiting": LineStatus.WAITING,
    "imported": LineStatus.IMPORTED,
    "already_known": LineStatus.ALREADY_KNOWN,
    "errors": LineStatus.ERROR,
}

IMPORTS = (
    sa.select(*_I.c)
    .where(_I.c.funder_id == bindparam("funder_id"), _I.c.id < bindparam("before"))
    .order_by(_I.c.id.desc())
    .limit(bindparam("limit"))
)

_LINE_FILTERS: dict[str, Any] = {
    "status": _L.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
}


@lru_cache(maxsize=4)
def import_lines(filters: frozenset[str]) -> Any:
    """Lines of an import, in the file's order, after a keyset cursor."""
    kept = (_LINE_FILTERS[name] for name in sorted(filters))
    wanted = sa.select(*_L.c).where(_L.c.import_id == bindparam("import_id"), _L.c.number > bindparam("after"), *kept)
    return wanted.order_by(_L.c.number).limit(bindparam("limit"))


async def one_import_at_a_time(session: AsyncSession, funder_id: UUID) -> None:
    """Two files of one funder wait for each other until the transaction ends: the second finds what the first wrote."""
    await alone(session, f"payment-import:{funder_id}")


async def get_import(session: AsyncSession, import_id: UUID) -> PaymentImport | None:
    return await session.get(PaymentImport, import_id, populate_existing=True)


_WAITING = (
    sa.select(*_L.c)
    .where(_L.c.import_id == bindparam("import_id"), _L.c.status == LineStatus.WAITING)
    .order_by(_L.c.number)
    .limit(bindparam("limit"))
)
_SETTLED = (
    sa.update(_L)
    .where(_L.c.import_id == bindparam("of_import"), _L.c.number == bindparam("of_number"))
    .values({name: bindparam(f"new_{name}") for name in ("status", "code", "message", "award_id", "payment_id")})
)
_COUNTED = (
    sa.select(
        *(sa.func.count().filter(_L.c.status == status).label(name) for name, status in _COUNTS.items()),
        sa.func.coalesce(sa.func.sum(_L.c.amount_cents).filter(_L.c.status == LineStatus.IMPORTED), 0).label("imported_cents"),
    )
    .select_from(_L)
    .where(_L.c.import_id == bindparam("import_id"))
)


async def waiting_lines(session: AsyncSession, import_id: UUID, limit: int) -> list[Row]:
    found = await execute(session, _WAITING, {"import_id": import_id, "limit": limit})
    return [dict(row) for row in found.mappings()]


async def settle_line(session: AsyncSession, row: Row) -> None:
    names = ("status", "code", "message", "award_id", "payment_id")
    changes = {f"new_{name}": row[name] for name in names}
    await execute(session, _SETTLED, {**changes, "of_import": row["import_id"], "of_number": row["number"]})


async def count_lines(session: AsyncSession, import_id: UUID) -> dict[str, int]:
    """How many lines of each status, and what was imported, in cents."""
    found = (await execute(session, _COUNTED, {"import_id": import_id})).mappings().one()
    return {name: int(value) for name, value in found.items()}


async def keep_lines(session: AsyncSession, rows: Sequence[Row]) -> None:
    await session.flush()
    await write_in(session, _LINE, *rows)
