"""All the SQL about awards. Every reading starts from what the caller's organisations may see."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Award

_A: Any = Award.__table__  # type: ignore[attr-defined]
_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))

#: An award is its holder's, its funder's, and the contract team's to see.
_VISIBLE = sa.or_(
    _A.c.holder_id == sa.any_(_ORGANISATIONS),
    _A.c.successor_id == sa.any_(_ORGANISATIONS),
    _A.c.funder_id == sa.any_(_ORGANISATIONS),
    _A.c.lead_organisation_id == sa.any_(_ORGANISATIONS),
)

FILTERS: dict[str, Any] = {
    **{name: _A.c[name] == bindparam(name, type_=sa.Uuid) for name in ("campaign_id", "dossier_id", "funder_id", "cpo_id")},
    "holder_id": sa.or_(*(column == bindparam("holder_id", type_=sa.Uuid) for column in (_A.c.holder_id, _A.c.successor_id))),
    "year": _A.c.year == bindparam("year", type_=sa.Integer),
    "status": _A.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
}

ONE = sa.select(*_A.c).where(_A.c.id == bindparam("award_id"), _VISIBLE)


@lru_cache(maxsize=128)
def listing(filters: frozenset[str]) -> Any:
    """Awards the caller's organisations may see, latest first, after a keyset cursor."""
    kept = (FILTERS[name] for name in sorted(filters))
    wanted = sa.select(*_A.c).where(_VISIBLE, _A.c.id < bindparam("before"), *kept)
    return wanted.order_by(_A.c.id.desc()).limit(bindparam("limit"))


async def get(session: AsyncSession, award_id: UUID, *, lock: bool = False) -> Award | None:
    """`lock` takes the row and reads it again: what was read before waiting may be stale."""
    return await session.get(Award, award_id, with_for_update=lock or None, populate_existing=lock)


async def of_request(session: AsyncSession, request_id: UUID) -> Award | None:
    return (await session.exec(select(Award).where(Award.request_id == request_id))).one_or_none()


async def of_dossier(session: AsyncSession, dossier_id: UUID) -> list[Award]:
    return list((await session.exec(select(Award).where(Award.dossier_id == dossier_id).order_by(_A.c.id))).all())


async def of_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    wanted = select(Award).where(Award.funder_id == funder_id, Award.holder_id == holder_id, Award.year == year)
    return list((await session.exec(wanted.order_by(_A.c.id).execution_options(populate_existing=True))).all())


async def many(session: AsyncSession, award_ids: Sequence[UUID]) -> list[Award]:
    return list((await session.exec(select(Award).where(_A.c.id.in_(award_ids)).order_by(_A.c.id))).all())


async def of_cpo(session: AsyncSession, cpo_id: UUID) -> list[Award]:
    return list((await session.exec(select(Award).where(Award.cpo_id == cpo_id).order_by(_A.c.year, _A.c.id))).all())


async def take_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    """Every award of a funder to a holder for a year, locked in order and read again."""
    wanted = select(Award).where(Award.funder_id == funder_id, Award.holder_id == holder_id, Award.year == year)
    locked = wanted.order_by(_A.c.id).with_for_update().execution_options(populate_existing=True)
    return list((await session.exec(locked)).all())


async def follow_holder(session: AsyncSession, holder_id: UUID, successor_id: UUID | None) -> None:
    """Who answers for the holder's awards; those that say so already do not move."""
    moved = sa.update(_A).where(_A.c.holder_id == holder_id, _A.c.successor_id.is_distinct_from(successor_id))
    await execute(session, moved.values(successor_id=successor_id, version=_A.c.version + 1))
