"""The SQL of what bilans hold of people."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.personal_data import Who

from .models import Bilan, BilanSubmission

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
