"""All the SQL of the territories."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Integer, ScalarSelect, all_, bindparam, cast, delete, func, insert, or_, select, update
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Succession, Territory

_T: Any = Territory.__table__  # type: ignore[attr-defined]
_S: Any = Succession.__table__  # type: ignore[attr-defined]

_FACE = (_T.c.code, _T.c.kind, _T.c.name, _T.c.parent_code, _T.c.generation, _T.c.population)


def _any_of(column: Any, name: str, kind: Any) -> Any:
    wanted = bindparam(name, type_=ARRAY(kind))
    return or_(wanted.is_(None), cast(column, kind) == func.any(wanted))


def _linked(found: Any, by: Any) -> ScalarSelect[Any]:
    codes = func.array_agg(aggregate_order_by(found, found))
    return select(func.coalesce(codes, cast([], ARRAY(SqlText)))).where(by == _T.c.code).scalar_subquery()


#: Territories by name; null filters let everything through.
LISTING = (
    select(*_FACE, _T.c.sort_name)
    .where(_T.c.sort_name.like(all_(bindparam("patterns", type_=ARRAY(SqlText)))))
    .where(_any_of(_T.c.kind, "kinds", SqlText))
    .where(_any_of(_T.c.parent_code, "parents", SqlText))
    .where(_any_of(_T.c.generation, "generations", Integer))
    .where(
        func.row(_T.c.sort_name, _T.c.code)
        > func.row(bindparam("after_name", type_=SqlText), bindparam("after_code", type_=SqlText))
    )
    .order_by(_T.c.sort_name, _T.c.code)
    .limit(bindparam("limit"))
)

#: One territory with what it was and became.
ONE = select(
    *_FACE,
    _T.c.version,
    _linked(_S.c.new_code, _S.c.old_code).label("successors"),
    _linked(_S.c.old_code, _S.c.new_code).label("predecessors"),
).where(_T.c.code == bindparam("code"))


async def lock(session: AsyncSession, code: str) -> Territory | None:
    return await session.get(Territory, code, with_for_update=True, populate_existing=True)


async def get(session: AsyncSession, code: str) -> Territory | None:
    return await session.get(Territory, code)


async def add_unless_known(session: AsyncSession, territory: Territory) -> bool:
    """Whether it was written: somebody else may have just created it."""
    written = upsert(_T).values(territory.model_dump()).on_conflict_do_nothing()
    return (await execute(session, written)).rowcount == 1


async def has_links(session: AsyncSession, code: str) -> bool:
    """Whether other territories count on this one's kind."""
    children = select(_T.c.code).where(_T.c.parent_code == code)
    links = select(_S.c.old_code).where(or_(_S.c.old_code == code, _S.c.new_code == code))
    return (await execute(session, children.union_all(links).limit(1))).first() is not None


async def successors(session: AsyncSession, code: str) -> set[str]:
    return set((await execute(session, select(_S.c.new_code).where(_S.c.old_code == code))).scalars())


async def replace_successors(session: AsyncSession, code: str, *, gone: Collection[str], new: Collection[str]) -> None:
    """Also marks the territories linked or unlinked as changed."""
    if gone:
        await execute(session, delete(_S).where(_S.c.old_code == code, _S.c.new_code.in_(gone)))
    if new:
        await execute(session, insert(_S), [{"old_code": code, "new_code": successor} for successor in sorted(new)])
    touched = update(_T).where(_T.c.code.in_({*gone, *new})).values(version=_T.c.version + 1)
    await execute(session, touched)


async def detail(session: AsyncSession, code: str) -> dict[str, Any]:
    return dict((await execute(session, ONE, {"code": code})).mappings().one())


_code = bindparam("code", type_=SqlText)
_up = select(_T.c.code, _T.c.parent_code).where(_T.c.code == _code).cte("around", recursive=True)
_around = _up.union(select(_T.c.code, _T.c.parent_code).where(_T.c.code == _up.c.parent_code))
_down = select(_T.c.code).where(_T.c.code == _code).cte("within", recursive=True)
_within = _down.union(select(_T.c.code).where(_T.c.parent_code == _down.c.code))
#: A territory, those around it and those within it: who covers any of them has to do with it.
REACH = select(_around.c.code).union(select(_within.c.code))

#: What these territories are called.
LABELS = select(_T.c.code, _T.c.kind, _T.c.name).where(_T.c.code == func.any(bindparam("codes", type_=ARRAY(SqlText))))
