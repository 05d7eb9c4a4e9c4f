"""All the SQL about notifications."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from .models import BulkLineState, BulkNotification, BulkNotificationLine, Notification, NotificationCorrection

_N: Any = Notification.__table__  # type: ignore[attr-defined]
_B: Any = BulkNotification.__table__  # type: ignore[attr-defined]
_L: Any = BulkNotificationLine.__table__  # type: ignore[attr-defined]
_C: Any = NotificationCorrection.__table__  # type: ignore[attr-defined]
#: The queue's own table: what becomes of a mail.
_JOBS = sa.table("procrastinate_jobs", sa.column("id"), sa.column("status"))

OF_DOSSIER = sa.select(*_N.c).where(_N.c.dossier_id == bindparam("dossier_id")).order_by(_N.c.id)
ONE = sa.select(*_N.c).where(_N.c.id == bindparam("notification_id"))


async def get(session: AsyncSession, notification_id: UUID) -> Notification | None:
    return await session.get(Notification, notification_id, with_for_update=True)


async def take(session: AsyncSession, notification_ids: Sequence[UUID]) -> list[Notification]:
    """These notifications, locked in order."""
    wanted = select(Notification).where(_N.c.id.in_(notification_ids)).order_by(_N.c.id)
    return list((await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).all())


async def seen(session: AsyncSession, notification_id: UUID) -> Notification | None:
    """Read without waiting for anybody."""
    return await session.get(Notification, notification_id)


# Many at once

BULKS = (
    sa.select(*_B.c)
    .where(
        _B.c.campaign_id == bindparam("campaign_id"), _B.c.funder_id == sa.any_(bindparam("organisations", type_=ARRAY(sa.Uuid)))
    )
    .where(_B.c.id < bindparam("before"))
    .order_by(_B.c.id.desc())
    .limit(bindparam("limit"))
)
LINES = (
    sa.select(*_L.c)
    .where(_L.c.bulk_id == bindparam("bulk_id"), _L.c.number > bindparam("after"))
    .where(sa.or_(bindparam("state", type_=sa.String).is_(None), _L.c.state.cast(sa.String) == bindparam("state", type_=sa.String)))
    .order_by(_L.c.number)
    .limit(bindparam("limit"))
)
_STATUS = sa.cast(_JOBS.c.status, sa.String)
#: A job that is done and gone has sent its mail; one that was given up stays, failed.
_PROGRESS = (
    sa.select(
        *(sa.func.count().filter(_L.c.state == state).label(state.value) for state in BulkLineState),
        sa.func.count().filter(_N.c.letter_ready_at.is_not(None)).label("letters_ready"),
        sa.func.count()
        .filter(_N.c.mail_job_id.is_not(None), sa.or_(_STATUS.is_(None), _STATUS == "succeeded"))
        .label("mails_sent"),
        sa.func.count().filter(_STATUS == "failed").label("mails_failed"),
    )
    .select_from(_L.outerjoin(_N, _N.c.id == _L.c.notification_id).outerjoin(_JOBS, _JOBS.c.id == _N.c.mail_job_id))
    .where(_L.c.bulk_id == bindparam("bulk_id"))
)


async def bulk(session: AsyncSession, bulk_id: UUID) -> BulkNotification | None:
    return await session.get(BulkNotification, bulk_id)


async def progress(session: AsyncSession, bulk_id: UUID) -> Row:
    (row,) = await fetch_in(session, _PROGRESS, {"bulk_id": bulk_id})
    return row


async def waiting(session: AsyncSession, bulk_id: UUID, limit: int) -> list[BulkNotificationLine]:
    """The next lines to see to, taken."""
    wanted = select(BulkNotificationLine).where(_L.c.bulk_id == bulk_id, _L.c.state == BulkLineState.WAITING)
    return list((await session.exec(wanted.order_by(_L.c.number).limit(limit).with_for_update())).all())


async def settle(session: AsyncSession, bulk_id: UUID, number: int, **values: Any) -> None:
    """What became of a line."""
    await execute(session, sa.update(_L).where(_L.c.bulk_id == bulk_id, _L.c.number == number).values(**values))


# Corrections

CORRECTIONS = sa.select(*_C.c).where(_C.c.notification_id == bindparam("notification_id")).order_by(_C.c.number)


async def corrections(session: AsyncSession, notification_id: UUID) -> list[NotificationCorrection]:
    wanted = select(NotificationCorrection).where(NotificationCorrection.notification_id == notification_id)
    return list((await session.exec(wanted.order_by(_C.c.number))).all())


async def correction(session: AsyncSession, correction_id: UUID, *, lock: bool = False) -> NotificationCorrection | None:
    return await session.get(NotificationCorrection, correction_id, with_for_update=lock or None, populate_existing=lock)


# People who were forgotten

#: Answers sent to an address.
SENT_TO = (
    sa.select(_N.c.dossier_id, _N.c.recipient, _N.c.notified_at)
    .where(sa.func.lower(_N.c.recipient) == bindparam("email", type_=sa.String))
    .order_by(_N.c.id)
)


async def sent_to(session: AsyncSession, email: str) -> tuple[list[Notification], list[NotificationCorrection]]:
    """Answers and their corrections mailed to this address, once they left; locked."""
    first = select(Notification).where(sa.func.lower(_N.c.recipient) == email, _N.c.letter_ready_at.is_not(None))
    then = select(NotificationCorrection).where(sa.func.lower(_C.c.recipient) == email, _C.c.letter_ready_at.is_not(None))
    return (
        list((await session.exec(first.order_by(_N.c.id).with_for_update())).all()),
        list((await session.exec(then.order_by(_C.c.id).with_for_update())).all()),
    )


async def drawn_for(session: AsyncSession, dossier_ids: Sequence[UUID]) -> tuple[list[Notification], list[NotificationCorrection]]:
    """Answers to these dossiers, and their corrections, whose letter is made; locked."""
    first = select(Notification).where(_N.c.dossier_id.in_(dossier_ids), _N.c.letter_ready_at.is_not(None)).order_by(_N.c.id)
    answers = list((await session.exec(first.with_for_update())).all())
    then = select(NotificationCorrection).where(
        _C.c.notification_id.in_([each.id for each in answers]), _C.c.letter_ready_at.is_not(None)
    )
    return answers, list((await session.exec(then.order_by(_C.c.id).with_for_update())).all())
