"""SQL that holds dossiers and their requests until the end of a transaction.

Against whoever would change or remove the row, not against rows that come to refer to it (`FOR NO KEY UPDATE`): who writes about many
dossiers in an order of their own, and who holds many of them, would wait for each other.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import Dossier, FundingRequest

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_R: Any = FundingRequest.__table__  # type: ignore[attr-defined]


async def dossiers(session: AsyncSession, dossier_ids: Iterable[UUID]) -> list[Dossier]:
    """Locked and read again, in the order of their ids."""
    wanted = select(Dossier).where(_D.c.id == sa.any_(sa.cast(list(dossier_ids), ARRAY(sa.Uuid)))).order_by(_D.c.id)
    return list((await session.exec(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))).all())


async def requests(session: AsyncSession, dossier_ids: Iterable[UUID]) -> list[FundingRequest]:
    """Every request of these dossiers (locked by the caller), locked and read again, in the order of their ids."""
    wanted = select(FundingRequest).where(_R.c.dossier_id == sa.any_(sa.cast(list(dossier_ids), ARRAY(sa.Uuid)))).order_by(_R.c.id)
    return list((await session.exec(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))).all())
