"""The SQL of what other catalogues exchange with this one: documents everybody reads or no longer reads, and what tells them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from ..centres.models import Centre
from .models import Access, Document, DocumentDisappearance, DocumentMark, DocumentState, DocumentVersion

_D: Any = Document.__table__  # type: ignore[attr-defined]
_V: Any = DocumentVersion.__table__  # type: ignore[attr-defined]
_C: Any = Centre.__table__  # type: ignore[attr-defined]
_G: Any = DocumentDisappearance.__table__  # type: ignore[attr-defined]
_M: Any = DocumentMark.__table__  # type: ignore[attr-defined]

_instant = sa.DateTime(timezone=True)
_PUBLIC = sa.and_(
    _D.c.state == DocumentState.PUBLISHED, _D.c.access == Access.PUBLIC, _D.c.available_at <= bindparam("now", type_=_instant)
)


def _either(name: str, kind: Any, condition: Any) -> Any:
    return sa.or_(bindparam(name, type_=kind).is_(None), condition)


def _seen(stamp: Any, kind: Any, themes: Any, deleted: bool) -> Any:
    """Documents with the instant they last changed for everybody, in the sets and the span asked for."""
    return (
        sa.select(_D.c.id, stamp.label("stamp"), sa.literal(deleted).label("deleted"), kind.label("kind"), themes.label("themes"))
        .join_from(_D, _C, _C.c.id == _D.c.centre_id)
        .where(stamp >= bindparam("from_at", type_=_instant), stamp < bindparam("before_at", type_=_instant))
        .where(_either("centre_code", sa.String, _C.c.code == bindparam("centre_code", type_=sa.String)))
        .where(_either("kind", sa.String, kind == bindparam("kind", type_=sa.String)))
        .where(_either("themes", ARRAY(sa.Text), themes.contains(bindparam("themes", type_=ARRAY(sa.Text)))))
        .where(sa.or_(~bindparam("any_theme", type_=sa.Boolean), sa.func.cardinality(themes) > 0))
    )


_LIVE = _seen(_D.c.datestamp, _D.c.published_kind.cast(sa.String), _D.c.theme_codes, False).where(_PUBLIC)
_GONE = _seen(_G.c.at, _G.c.kind, _G.c.theme_codes, True).where(~_PUBLIC, _G.c.document_id == _D.c.id)


def _next(rows: Any, stamp: Any, key: Any) -> Any:
    after = sa.tuple_(bindparam("after_at", type_=_instant), bindparam("after_id", type_=sa.Uuid))
    kept = rows.where(sa.tuple_(stamp, key) > after).order_by(stamp, key).limit(bindparam("limit"))
    return sa.select(kept.subquery())


def _faces(seen: Any) -> Any:
    return (
        sa.select(
            *(seen.c[name] for name in ("id", "stamp", "deleted", "kind", "themes")),
            _D.c.reference,
            _D.c.published_at,
            _V.c.content,
            _C.c.code.label("centre_code"),
            _C.c.name.label("centre_name"),
        )
        .join_from(seen, _D, _D.c.id == seen.c.id)
        .join(_V, sa.and_(_V.c.document_id == _D.c.id, _V.c.number == _D.c.published_version))
        .join(_C, _C.c.id == _D.c.centre_id)
    )


_page = _next(_LIVE, _D.c.datestamp, _D.c.id).union_all(_next(_GONE, _G.c.at, _G.c.document_id)).subquery("seen")
#: The next documents everybody reads, or could read, by the instant they last changed for everybody.
PAGE = _faces(_page).order_by(_page.c.stamp, _page.c.id).limit(bindparam("limit"))

_few = sa.union_all(
    sa.select(_LIVE.with_only_columns(_D.c.id).limit(bindparam("most")).subquery()),
    sa.select(_GONE.with_only_columns(_D.c.id).limit(bindparam("most")).subquery()),
).subquery()
#: How many there are, counted up to twice `most`.
COUNT = sa.select(sa.func.count().label("found")).select_from(_few)

_of_one = _D.c.reference == bindparam("reference", type_=sa.String)
_one = sa.union_all(
    sa.select(
        _D.c.id,
        _D.c.datestamp.label("stamp"),
        sa.false().label("deleted"),
        _D.c.published_kind.cast(sa.String).label("kind"),
        _D.c.theme_codes.label("themes"),
    ).where(_of_one, _PUBLIC),
    sa.select(_D.c.id, _G.c.at, sa.true(), _G.c.kind, _G.c.theme_codes).where(_of_one, ~_PUBLIC, _G.c.document_id == _D.c.id),
).subquery("one")
#: One of them, by its reference.
ONE = _faces(_one)

EARLIEST = sa.select(
    sa.func.least(
        sa.select(sa.func.min(_D.c.datestamp)).where(_PUBLIC).scalar_subquery(), sa.select(sa.func.min(_G.c.at)).scalar_subquery()
    ).label("earliest")
)
#: How long ago the oldest transaction still under way began: what it writes bears an instant already past.
OLDEST_WRITING = sa.text(
    "SELECT extract(epoch FROM clock_timestamp() - min(xact_start))::float AS age FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)

#: Documents as their centre names them.
TITLES = sa.select(_D.c.id, _D.c.reference, _D.c.state, _D.c.content["title"].astext.label("title")).where(
    _D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid)))
)


async def keep_disappearance(session: AsyncSession, row: dict[str, Any]) -> None:
    insert = upsert(_G).values(row)
    latest = {name: insert.excluded[name] for name in ("at", "kind", "theme_codes")}
    await execute(session, insert.on_conflict_do_update(index_elements=[_G.c.document_id], set_=latest))


async def forget_disappearance(session: AsyncSession, document_id: UUID) -> None:
    await execute(session, sa.delete(_G).where(_G.c.document_id == document_id))


async def replace_marks(
    session: AsyncSession, document_id: UUID, centre_id: UUID, marks: Sequence[str], *, is_new: bool = False
) -> None:
    """`is_new`: the document cannot have any yet."""
    if not is_new:
        await execute(session, sa.delete(_M).where(_M.c.document_id == document_id, _M.c.mark.not_in(marks)))
    if marks:
        rows = [{"document_id": document_id, "centre_id": centre_id, "mark": mark} for mark in marks]
        await execute(session, upsert(_M).on_conflict_do_nothing(), rows)


async def lookalikes(session: AsyncSession, centre_id: UUID, marks: Sequence[str], limit: int) -> dict[UUID, str]:
    """Documents of the centre that bear one of these marks, with the first mark they have in common."""
    rows: Any = await execute(
        session,
        sa.select(_M.c.document_id, sa.func.min(_M.c.mark))
        .where(_M.c.centre_id == centre_id, _M.c.mark.in_(marks))
        .group_by(_M.c.document_id)
        .order_by(_M.c.document_id)
        .limit(limit),
    )
    return {row[0]: row[1] for row in rows}
