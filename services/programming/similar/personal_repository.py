"""The SQL of what comparisons of actions hold of people."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import ActionProfile, HolderContact, Overlap

_C: Any = HolderContact.__table__  # type: ignore[attr-defined]

#: Messages somebody wrote to other holders.
WRITTEN = (
    sa.select(_C.c.from_dossier_id, _C.c.to_dossier_id, _C.c.written_at)
    .where(_C.c.written_by == bindparam("account_id", type_=sa.Uuid))
    .order_by(_C.c.id)
)


async def profiles(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[ActionProfile]:
    found = select(ActionProfile).where(col(ActionProfile.dossier_id).in_(dossier_ids)).order_by(col(ActionProfile.dossier_id))
    return list((await session.exec(found.with_for_update())).all())


async def pairs(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[Overlap]:
    either = col(Overlap.first_id).in_(dossier_ids) | col(Overlap.second_id).in_(dossier_ids)
    return list((await session.exec(select(Overlap).where(either).order_by(col(Overlap.id)).with_for_update())).all())
