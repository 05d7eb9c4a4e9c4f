"""All the SQL of the themes."""

from typing import Any

from sqlalchemy import Text as SqlText
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from .models import Theme

_T: Any = Theme.__table__  # type: ignore[attr-defined]
_FACE = (_T.c.code, _T.c.label, _T.c.parent_code, _T.c.synonyms, _T.c.version)

#: Themes by code.
LISTING = select(*_FACE).where(_T.c.code > bindparam("after_code")).order_by(_T.c.code).limit(bindparam("limit"))

ONE = select(*_FACE).where(_T.c.code == bindparam("code"))


async def lock_tree(session: AsyncSession) -> None:
    """Changes to the tree come one after the other, so that two of them cannot make a third level."""
    await alone(session, "themes")


async def get(session: AsyncSession, code: str) -> Theme | None:
    return await session.get(Theme, code, with_for_update=True, populate_existing=True)


async def has_children(session: AsyncSession, code: str) -> bool:
    return (await execute(session, select(_T.c.code).where(_T.c.parent_code == code).limit(1))).first() is not None


#: What these themes are called.
LABELS = select(_T.c.code, _T.c.label).where(_T.c.code == func.any(bindparam("codes", type_=ARRAY(SqlText))))
