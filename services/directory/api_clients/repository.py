"""All the SQL of the programs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid as SqlUuid
from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import ApiClient, ApiClientSecret

_C: Any = ApiClient.__table__  # type: ignore[attr-defined]
_S: Any = ApiClientSecret.__table__  # type: ignore[attr-defined]

#: Programs of an organisation, the newest first.
CLIENTS = (
    select(_C)
    .where(_C.c.organisation_id == bindparam("organisation_id"), _C.c.id < bindparam("before_id"))
    .order_by(_C.c.id.desc())
    .limit(bindparam("limit"))
)

CLIENT = select(_C).where(_C.c.id == bindparam("client_id"), _C.c.organisation_id == bindparam("organisation_id"))

#: Secrets of these programs that work now.
SECRETS = (
    select(_S.c.id, _S.c.client_id, _S.c.hint, _S.c.created_at, _S.c.expires_at)
    .where(_S.c.client_id == func.any(bindparam("ids", type_=ARRAY(SqlUuid))))
    .where(or_(_S.c.expires_at.is_(None), _S.c.expires_at > bindparam("now", type_=_S.c.expires_at.type)))
    .order_by(_S.c.id)
)


async def locked(session: AsyncSession, client_id: UUID) -> ApiClient | None:
    return await session.get(ApiClient, client_id, with_for_update=True, populate_existing=True)


async def secrets_of(session: AsyncSession, client_id: UUID) -> list[ApiClientSecret]:
    """The newest first; ask with the program locked."""
    asked = select_rows(ApiClientSecret).where(ApiClientSecret.client_id == client_id).order_by(col(ApiClientSecret.id).desc())
    return list((await session.exec(asked)).all())


async def forget(session: AsyncSession, *, over: datetime) -> None:
    """Secrets that stopped before."""
    await execute(session, delete(_S).where(_S.c.expires_at < over))
