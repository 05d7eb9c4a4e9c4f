"""All the SQL about sheets made of closed dossiers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import ExperienceProposal, FollowedContract, ProposalState

_F: Any = FollowedContract.__table__  # type: ignore[attr-defined]
_P: Any = ExperienceProposal.__table__  # type: ignore[attr-defined]

FOLLOWED = (
    sa.select(*_F.c)
    .where(_F.c.centre_id == bindparam("centre_id"), _F.c.contract_id > bindparam("after_id"))
    .order_by(_F.c.contract_id)
    .limit(bindparam("limit"))
)
ONE_FOLLOWED = sa.select(*_F.c).where(_F.c.centre_id == bindparam("centre_id"), _F.c.contract_id == bindparam("contract_id"))

_kept = bindparam("kept_ids", type_=ARRAY(sa.Uuid))
_states = bindparam("states", type_=ARRAY(sa.String))
_contract = bindparam("contract_id", type_=sa.Uuid)
_follower = sa.func.coalesce(_P.c.centre_id, _F.c.centre_id)
_standing = sa.case((_P.c.state == ProposalState.WAITING, "waiting"), (_P.c.document_id.is_(None), "given_up"), else_="made")
#: What waits is shown to the documentalists who may follow its contract; what is made, to those of its centre.
PROPOSALS = (
    sa.select(
        _P.c.dossier_id,
        _P.c.contract_id,
        _P.c.closed_at,
        _P.c.document_id,
        _standing.label("state"),
        _follower.label("centre_id"),
        *(_P.c.told[name].astext.label(name) for name in ("reference", "title", "holder_name", "contract_name")),
    )
    .select_from(_P.outerjoin(_F, _F.c.contract_id == _P.c.contract_id))
    .where(sa.or_(_follower == sa.func.any(_kept), sa.and_(_follower.is_(None), sa.func.cardinality(_kept) > 0)))
    .where(sa.or_(_states.is_(None), _standing == sa.func.any(_states)))
    .where(sa.or_(_contract.is_(None), _P.c.contract_id == _contract))
    .where(_P.c.dossier_id < bindparam("before_id"))
    .order_by(_P.c.dossier_id.desc())
    .limit(bindparam("limit"))
)


async def followed(session: AsyncSession, centre_id: UUID, contract_id: UUID) -> FollowedContract | None:
    statement = select(FollowedContract).where(_F.c.centre_id == centre_id, _F.c.contract_id == contract_id)
    return (await session.exec(statement.with_for_update())).first()


async def follower(session: AsyncSession, contract_id: UUID) -> UUID | None:
    """The centre that follows a contract."""
    found = await execute(session, sa.select(_F.c.centre_id).where(_F.c.contract_id == contract_id))
    return found.scalar_one_or_none()


async def keep(session: AsyncSession, row: Row) -> bool:
    """False when the dossier was told already."""
    written = await execute(session, upsert(_P).values(row).on_conflict_do_nothing())
    return written.rowcount == 1


async def proposal(session: AsyncSession, dossier_id: UUID) -> ExperienceProposal | None:
    """Locked."""
    statement = select(ExperienceProposal).where(_P.c.dossier_id == dossier_id)
    return (await session.exec(statement.with_for_update().execution_options(populate_existing=True))).first()


async def waiting(session: AsyncSession, *, contract_id: UUID | None, limit: int) -> list[UUID]:
    """Dossiers that wait although a centre follows their contract now."""
    found = (
        sa.select(_P.c.dossier_id)
        .join_from(_P, _F, _F.c.contract_id == _P.c.contract_id)
        .where(_P.c.state == ProposalState.WAITING)
    )
    if contract_id is not None:
        found = found.where(_P.c.contract_id == contract_id)
    return list((await execute(session, found.order_by(_P.c.dossier_id).limit(limit))).scalars())


async def of_holder(session: AsyncSession, holder_id: UUID) -> Sequence[ExperienceProposal]:
    statement = select(ExperienceProposal).where(_P.c.holder_id == holder_id).order_by(_P.c.dossier_id)
    return (await session.exec(statement.with_for_update().execution_options(populate_existing=True))).all()


async def delete(session: AsyncSession, row: FollowedContract) -> None:
    await session.delete(row)
    await session.flush()
