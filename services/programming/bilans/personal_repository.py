"""The SQL of what bilans hold of people."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.personal_data import ANONYMOUS, Who

from .models import Bilan, BilanAttachment, BilanSubmission

_B: Any = Bilan.__table__  # type: ignore[attr-defined]
_S: Any = BilanSubmission.__table__  # type: ignore[attr-defined]

#: Bilans somebody submitted.
SUBMITTED = (
    sa.select(_B.c.reference, _B.c.title, _S.c.number, _S.c.submitted_at, _S.c.signatory_name, _S.c.signatory_function)
    .join(_B, _B.c.id == _S.c.bilan_id)
    .where(_S.c.submitted_by == bindparam("account_id", type_=sa.Uuid))
    .order_by(_S.c.id)
)


async def concerned(session: AsyncSession, who: Who) -> list[tuple[Bilan, BilanSubmission]]:
    """Submissions in which the person may be named, with their bilan; locked."""
    found = (
        select(Bilan, BilanSubmission)
        .join(BilanSubmission, col(BilanSubmission.bilan_id) == col(Bilan.id))
        .where(sa.or_(col(BilanSubmission.submitted_by) == who.account_id, col(Bilan.holder_id).in_(who.organisation_ids)))
        .order_by(col(BilanSubmission.id))
    )
    return list((await session.exec(found.with_for_update(of=BilanSubmission))).all())


async def bilans(session: AsyncSession, who: Who) -> list[Bilan]:
    """Bilans of organisations the person belonged to; locked."""
    found = select(Bilan).where(col(Bilan.holder_id).in_(who.organisation_ids)).order_by(col(Bilan.id))
    return list((await session.exec(found.with_for_update())).all())


async def attachments(session: AsyncSession, bilan_id: UUID) -> list[BilanAttachment]:
    return list((await session.exec(select(BilanAttachment).where(BilanAttachment.bilan_id == bilan_id))).all())


async def signed_before(session: AsyncSession, day: date, limit: int) -> list[BilanSubmission]:
    """Submissions about an exercise that ended before that day, whose signatory is still named; locked."""
    found = (
        select(BilanSubmission)
        .join(Bilan, col(Bilan.id) == col(BilanSubmission.bilan_id))
        .where(col(Bilan.exercise_ends_on) < day, col(BilanSubmission.signatory_name) != ANONYMOUS)
        .order_by(col(BilanSubmission.id))
    )
    return list((await session.exec(found.limit(limit).with_for_update(of=BilanSubmission))).all())
