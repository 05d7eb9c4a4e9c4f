"""All the SQL about documents."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from ..centres.models import Centre
from .models import Access, Document, DocumentRelation, DocumentState, DocumentVersion, TargetKind

_D: Any = Document.__table__  # type: ignore[attr-defined]
_V: Any = DocumentVersion.__table__  # type: ignore[attr-defined]
_R: Any = DocumentRelation.__table__  # type: ignore[attr-defined]
_C: Any = Centre.__table__  # type: ignore[attr-defined]

_kept = bindparam("kept_ids", type_=ARRAY(sa.Uuid))
_centres = bindparam("centre_ids", type_=ARRAY(sa.Uuid))
_now = bindparam("now", type_=sa.DateTime(timezone=True))

#: What an audience may read at an instant (`centres.service.Audience.may_read`, said in SQL).
READABLE = sa.or_(
    _D.c.centre_id == sa.func.any(_kept),
    sa.and_(_D.c.available_at <= _now, sa.or_(_D.c.access == Access.PUBLIC, _D.c.centre_id == sa.func.any(_centres))),
)

_FACE = (
    sa.select(
        _D.c.id,
        _D.c.reference,
        _D.c.kind,
        _D.c.state,
        _D.c.access,
        _D.c.published_version,
        _D.c.first_published_at,
        _D.c.published_at,
        _D.c.available_at,
        _D.c.datestamp,
        _D.c.withdrawn_at,
        _D.c.withdrawal_reason,
        _D.c.replaced_by_id,
        _D.c.theme_codes.label("theme_paths"),
        _D.c.territory_codes.label("territory_paths"),
        _D.c.version,
        _V.c.content,
        _C.c.id.label("centre_id"),
        _C.c.code.label("centre_code"),
        _C.c.name.label("centre_name"),
    )
    .join_from(_D, _V, sa.and_(_V.c.document_id == _D.c.id, _V.c.number == _D.c.published_version))
    .join(_C, _C.c.id == _D.c.centre_id)
)
#: Published or withdrawn, whoever asks: what may be shown is for the caller of the statement to judge.
FACE = _FACE.where(_D.c.id == bindparam("id"))
FACE_BY_REFERENCE = _FACE.where(_D.c.reference == bindparam("reference"))
#: Published and readable, the latest first.
_kinds = bindparam("kinds", type_=ARRAY(sa.String))
_target = bindparam("target_id", type_=sa.Uuid)
LISTING = (
    _FACE.where(_D.c.state == DocumentState.PUBLISHED, READABLE)
    .where(sa.or_(_kinds.is_(None), _D.c.kind.cast(sa.String) == sa.func.any(_kinds)))
    .where(sa.or_(bindparam("centre_id", type_=sa.Uuid).is_(None), _D.c.centre_id == bindparam("centre_id", type_=sa.Uuid)))
    .where(
        sa.or_(
            _target.is_(None),
            sa.exists().where(
                _R.c.document_id == _D.c.id,
                _R.c.target_kind == bindparam("target_kind", type_=sa.String),
                _R.c.target_id == _target,
            ),
        )
    )
    .where(
        sa.tuple_(_D.c.published_at, _D.c.id)
        < sa.tuple_(bindparam("before_at", type_=sa.DateTime(timezone=True)), bindparam("before_id", type_=sa.Uuid))
    )
    .order_by(_D.c.published_at.desc(), _D.c.id.desc())
    .limit(bindparam("limit"))
)
#: Faces of these documents that the audience may read.
FACES = _FACE.where(_D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))), _D.c.state == DocumentState.PUBLISHED, READABLE)
RELATIONS = (
    sa.select(_R.c.kind, _R.c.target_kind, _R.c.target_id, sa.literal("to").label("direction"), _R.c.target_id.label("other_id"))
    .where(_R.c.document_id == bindparam("id"))
    .union_all(
        sa.select(_R.c.kind, _R.c.target_kind, _R.c.target_id, sa.literal("from"), _R.c.document_id).where(
            _R.c.target_kind == TargetKind.DOCUMENT, _R.c.target_id == bindparam("id")
        )
    )
)
VERSIONS = (
    sa.select(_V.c.number, _V.c.note, _V.c.published_at)
    .where(_V.c.document_id == bindparam("id"), _V.c.number < bindparam("before"))
    .order_by(_V.c.number.desc())
    .limit(bindparam("limit"))
)
VERSION = sa.select(*_V.c).where(_V.c.document_id == bindparam("id"), _V.c.number == bindparam("number"))

_works = bindparam("works", type_=ARRAY(sa.String))
_states = bindparam("states", type_=ARRAY(sa.String))
#: The workbench of the centres one keeps.
DRAFTS = (
    sa.select(
        _D.c.id,
        _D.c.reference,
        _D.c.centre_id,
        _D.c.kind,
        _D.c.state,
        _D.c.work,
        _D.c.content["title"].astext.label("title"),
        _D.c.published_version,
        _D.c.updated_at,
    )
    .where(_D.c.centre_id == sa.func.any(_kept), _D.c.id < bindparam("before_id"))
    .where(sa.or_(_works.is_(None), _D.c.work.cast(sa.String) == sa.func.any(_works)))
    .where(sa.or_(_states.is_(None), _D.c.state.cast(sa.String) == sa.func.any(_states)))
    .where(sa.or_(_kinds.is_(None), _D.c.kind.cast(sa.String) == sa.func.any(_kinds)))
    .order_by(_D.c.id.desc())
    .limit(bindparam("limit"))
)


async def get(session: AsyncSession, document_id: UUID, *, lock: bool = False) -> Document | None:
    statement = select(Document).where(Document.id == document_id)
    return (
        await session.exec(statement.with_for_update().execution_options(populate_existing=True) if lock else statement)
    ).first()


async def by_origin(session: AsyncSession, origin: str, *, lock: bool = False) -> Document | None:
    statement = select(Document).where(Document.origin == origin)
    return (
        await session.exec(statement.with_for_update().execution_options(populate_existing=True) if lock else statement)
    ).first()


async def version(session: AsyncSession, document_id: UUID, number: int) -> DocumentVersion | None:
    return await session.get(DocumentVersion, (document_id, number))


async def known_ids(session: AsyncSession, ids: Iterable[UUID]) -> set[UUID]:
    rows = await execute(session, sa.select(_D.c.id).where(_D.c.id.in_(list(ids))))
    return set(rows.scalars())


async def replace_relations(session: AsyncSession, document_id: UUID, relations: Sequence[dict[str, Any]]) -> None:
    await execute(session, sa.delete(_R).where(_R.c.document_id == document_id))
    if relations:
        await execute(session, sa.insert(_R), [{"document_id": document_id, **relation} for relation in relations])


async def delete(session: AsyncSession, document: Document) -> None:
    await session.delete(document)
    await session.flush()


async def by_origins(session: AsyncSession, origins: Sequence[str]) -> Sequence[Document]:
    """Locked, in the order of their ids: two that take the same never wait for each other in a circle."""
    statement = select(Document).where(_D.c.origin.in_(origins)).order_by(_D.c.id)
    return (await session.exec(statement.with_for_update().execution_options(populate_existing=True))).all()
