"""All the SQL about collaborators and sign-offs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Collaborator, CollaboratorStatus, SignOff, SignOffStatus

_C: Any = Collaborator.__table__  # type: ignore[attr-defined]
_S: Any = SignOff.__table__  # type: ignore[attr-defined]

#: A dossier's collaborators, past ones included, oldest first, after a keyset cursor.
OF_DOSSIER = (
    sa.select(*_C.c)
    .where(_C.c.dossier_id == bindparam("dossier_id"), _C.c.id > bindparam("after"))
    .order_by(_C.c.id)
    .limit(bindparam("limit"))
)
ONE = sa.select(*_C.c).where(_C.c.id == bindparam("collaborator_id"), _C.c.dossier_id == bindparam("dossier_id"))
#: Where somebody collaborates, newest first.
MINE = (
    sa.select(*_C.c)
    .where(_C.c.account_id == bindparam("account_id"), _C.c.status == CollaboratorStatus.ACTIVE, _C.c.id < bindparam("before"))
    .order_by(_C.c.id.desc())
    .limit(bindparam("limit"))
)
#: Sign-offs asked of the organisations where the caller signs, newest first.
SIGN_OFFS = (
    sa.select(*_S.c)
    .where(_S.c.organisation_id == sa.any_(bindparam("organisations", type_=ARRAY(sa.Uuid))), _S.c.id < bindparam("before"))
    .where(_S.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))))
    .order_by(_S.c.id.desc())
    .limit(bindparam("limit"))
)


async def get(session: AsyncSession, collaborator_id: UUID, *, lock: bool = False) -> Collaborator | None:
    return await session.get(Collaborator, collaborator_id, with_for_update=lock or None, populate_existing=lock)


async def standing(session: AsyncSession, dossier_id: UUID) -> int:
    """How many are invited or at work."""
    wanted = sa.select(sa.func.count()).where(
        _C.c.dossier_id == dossier_id, _C.c.status.in_([CollaboratorStatus.INVITED, CollaboratorStatus.ACTIVE])
    )
    return int((await execute(session, wanted)).scalar_one())


async def active(session: AsyncSession, dossier_id: UUID) -> Sequence[Collaborator]:
    wanted = select(Collaborator).where(_C.c.dossier_id == dossier_id, _C.c.status == CollaboratorStatus.ACTIVE)
    return (await session.exec(wanted.order_by(_C.c.id))).all()


async def last_sign_off(session: AsyncSession, dossier_id: UUID, *, lock: bool = False) -> SignOff | None:
    wanted = select(SignOff).where(SignOff.dossier_id == dossier_id).order_by(_S.c.id.desc()).limit(1)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(wanted)).one_or_none()


async def pending_sign_off(session: AsyncSession, dossier_id: UUID) -> SignOff | None:
    wanted = select(SignOff).where(SignOff.dossier_id == dossier_id, SignOff.status == SignOffStatus.PENDING)
    return (await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).one_or_none()


async def of_person(session: AsyncSession, account_id: UUID, email: str) -> Sequence[Collaborator]:
    """Every dossier the person joined or was invited to by that address (lower case), locked."""
    theirs = sa.or_(_C.c.account_id == account_id, sa.func.lower(_C.c.email) == email)
    wanted = select(Collaborator).where(theirs).order_by(_C.c.id)
    return (await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).all()


async def forget_draft(session: AsyncSession, dossier_id: UUID) -> None:
    for table in (_C, _S):
        await execute(session, sa.delete(table).where(table.c.dossier_id == dossier_id))


async def forget_dossiers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> None:
    """Those who may not read these dossiers any more are named no more."""
    over = _C.c.dossier_id.in_(dossier_ids) & _C.c.status.in_([CollaboratorStatus.WITHDRAWN, CollaboratorStatus.LEFT])
    await execute(session, sa.update(_C).where(over, _C.c.email != "").values(email="", full_name=""))
