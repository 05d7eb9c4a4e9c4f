"""The SQL of what joining holds of people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Invitation, JoinRequest, ManagementClaim

_I: Any = Invitation.__table__  # type: ignore[attr-defined]
_R: Any = JoinRequest.__table__  # type: ignore[attr-defined]
_C: Any = ManagementClaim.__table__  # type: ignore[attr-defined]

_account = bindparam("account_id", type_=_R.c.account_id.type)

#: By kind, what is held of somebody.
HELD = {
    "invitation": select(_I.c.organisation_id, _I.c.email, _I.c.roles, _I.c.state, _I.c.created_at, _I.c.closed_at).where(
        or_(_I.c.email == bindparam("email"), _I.c.account_id == _account)
    ),
    "join_request": select(_R.c.organisation_id, _R.c.word, _R.c.state, _R.c.reason, _R.c.created_at, _R.c.decided_at).where(
        _R.c.account_id == _account
    ),
    "management_claim": select(_C.c.organisation_id, _C.c.reason, _C.c.state, _C.c.answer, _C.c.created_at, _C.c.decided_at).where(
        _C.c.account_id == _account
    ),
}


async def forget(session: AsyncSession, email: str, account_id: UUID) -> int:
    gone = (
        delete(_I).where(or_(_I.c.email == email, _I.c.account_id == account_id)),
        delete(_R).where(_R.c.account_id == account_id),
        delete(_C).where(_C.c.account_id == account_id),
    )
    return sum([(await execute(session, each)).rowcount for each in gone])


async def forget_decided(session: AsyncSession, before: datetime) -> int:
    gone = (delete(_R).where(_R.c.decided_at < before), delete(_C).where(_C.c.decided_at < before))
    return sum([(await execute(session, each)).rowcount for each in gone])
