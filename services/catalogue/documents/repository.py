"""All the SQL about documents."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from ..centres.models import Centre
from .models import (
    Access,
    Document,
    DocumentKind,
    DocumentRelation,
    DocumentState,
    DocumentVersion,
    KnownOrganisation,
    RelationKind,
    TargetKind,
)

_D: Any = Document.__table__  # type: ignore[attr-defined]
_V: Any = DocumentVersion.__table__  # type: ignore[attr-defined]
_R: Any = DocumentRelation.__table__  # type: ignore[attr-defined]
_C: Any = Centre.__table__  # type: ignore[attr-defined]
_O: Any = KnownOrganisation.__table__  # type: ignore[attr-defined]

_kept = bindparam("kept_ids", type_=ARRAY(sa.Uuid))
_centres = bindparam("centre_ids", type_=ARRAY(sa.Uuid))
_now = bindparam("now", type_=sa.DateTime(timezone=True))

#: What an audience may read at an instant (`centres.service.Audience.may_read`, said in SQL).
READABLE = sa.or_(
    _D.c.centre_id == sa.func.any(_kept),
    sa.and_(_D.c.available_at <= _now, sa.or_(_D.c.access == Access.PUBLIC, _D.c.centre_id == sa.func.any(_centres))),
)

_successor = _O.alias("successors")
#: What the directory told of the organisations a document names: `id → {name, dissolved_on, successor_id, successor_name}`.
_TOLD = (
    sa.select(
        sa.func.jsonb_object_agg(
            _O.c.id.cast(sa.String),
            sa.func.jsonb_build_object(
                "name",
                _O.c.name,
                "dissolved_on",
                _O.c.dissolved_on,
                "successor_id",
                _O.c.successor_id,
                "successor_name",
                _successor.c.name,
            ),
        )
    )
    .select_from(_O.outerjoin(_successor, _successor.c.id == _O.c.successor_id))
    .where(_O.c.id == sa.func.any(_D.c.organisation_ids))
    .scalar_subquery()
)
_FACE = (
    sa.select(
        _D.c.id,
        _D.c.reference,
        _D.c.published_kind.label("kind"),
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
        _TOLD.label("told_organisations"),
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
_kinds = bindparam("kinds", type_=ARRAY(sa.String))
_centre = bindparam("centre_id", type_=sa.Uuid)
_before_at = bindparam("before_at", type_=sa.DateTime(timezone=True))
_before_id = bindparam("before_id", type_=sa.Uuid)
_older = sa.tuple_(_D.c.published_at, _D.c.id) < sa.tuple_(_before_at, _before_id)
_ASKED = (
    _FACE.where(_D.c.state == DocumentState.PUBLISHED, READABLE)
    .where(sa.or_(_kinds.is_(None), _D.c.published_kind.cast(sa.String) == sa.func.any(_kinds)))
    .where(sa.or_(_centre.is_(None), _D.c.centre_id == _centre))
)
#: Published and readable, the latest first.
LISTING = _ASKED.where(_older).order_by(_D.c.published_at.desc(), _D.c.id.desc()).limit(bindparam("limit"))
#: The order in which people look for what an event left: its programme, its supports, its proceedings, its replay, the rest.
_RANK = sa.case(
    (_D.c.published_kind == DocumentKind.REFERENCE, 0),
    (_D.c.published_kind == DocumentKind.PRESENTATION, 1),
    (_D.c.published_kind == DocumentKind.PROCEEDINGS, 2),
    (_D.c.published_kind == DocumentKind.VIDEO, 3),
    else_=4,
)
_after_rank = bindparam("after_rank", type_=sa.Integer)
#: The same, related to an event or a dossier. A statement of its own: it begins by the index of the target.
RELATED = (
    _ASKED.add_columns(_RANK.label("rank"))
    .where(
        _D.c.id.in_(
            sa.select(_R.c.document_id).where(
                _R.c.target_kind == bindparam("target_kind", type_=sa.String),
                _R.c.target_id == bindparam("target_id", type_=sa.Uuid),
            )
        )
    )
    .where(sa.or_(_after_rank < _RANK, sa.and_(_after_rank == _RANK, _older)))
    .order_by(_RANK, _D.c.published_at.desc(), _D.c.id.desc())
    .limit(bindparam("limit"))
)
_replaced = _D.alias("replaced")
#: Who replaces a document, for its readers: published, readable, the latest. A centre replaces its own documents only.
SUCCESSOR = (
    _FACE.join(_R, _R.c.document_id == _D.c.id)
    .where(_R.c.kind == RelationKind.REPLACES, _R.c.target_kind == TargetKind.DOCUMENT, _R.c.target_id == bindparam("id"))
    .join(_replaced, sa.and_(_replaced.c.id == _R.c.target_id, _replaced.c.centre_id == _D.c.centre_id))
    .where(_D.c.state == DocumentState.PUBLISHED, READABLE)
    .order_by(_D.c.first_published_at.desc(), _D.c.id.desc())
    .limit(1)
)
#: Faces of these documents that the audience may read.
FACES = _FACE.where(_D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))), _D.c.state == DocumentState.PUBLISHED, READABLE)
READABLE_IDS = sa.select(_D.c.id).where(
    _D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))), _D.c.state == DocumentState.PUBLISHED, READABLE
)
#: Published documents by their ids, whoever may read them.
PUBLISHED = (
    sa.select(_D.c.id, _D.c.published_at)
    .where(_D.c.state == DocumentState.PUBLISHED, _D.c.id > bindparam("after_id", type_=sa.Uuid))
    .order_by(_D.c.id)
    .limit(bindparam("limit", type_=sa.Integer))
)
#: Those of these documents somebody knows of: of a centre they keep, or that they may read or might before they were withdrawn.
KNOWN = sa.select(_D.c.id, _D.c.state).where(_D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))), READABLE)
#: Faces of these documents that the audience may read, or might before they were withdrawn.
STANDINGS = _FACE.where(_D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))), READABLE)
RELATIONS = (
    sa.select(_R.c.kind, _R.c.target_kind, _R.c.target_id, sa.literal("to").label("direction"), _R.c.target_id.label("other_id"))
    .where(_R.c.document_id == bindparam("id"))
    .union_all(
        sa.select(_R.c.kind, _R.c.target_kind, _R.c.target_id, sa.literal("from"), _R.c.document_id).where(
            _R.c.target_kind == TargetKind.DOCUMENT, _R.c.target_id == bindparam("id")
        )
    )
)
CENTRE_OF = sa.select(_D.c.centre_id).where(_D.c.id == bindparam("id"))
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
DRAFT_FACES = sa.select(_D.c.id, _D.c.reference, _D.c.content["title"].astext.label("title"), _D.c.state).where(
    _D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))), _D.c.centre_id == sa.func.any(_kept)
)

#: What these documents are called, published once at least, whoever asks: for counts and tables of their centre.
HEADINGS = (
    sa.select(
        _D.c.id,
        _D.c.centre_id,
        _D.c.reference,
        _D.c.published_kind.label("kind"),
        _D.c.state,
        _V.c.content["title"].astext.label("title"),
    )
    .join_from(_D, _V, sa.and_(_V.c.document_id == _D.c.id, _V.c.number == _D.c.published_version))
    .where(_D.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))))
)


def scored(scores: sa.FromClause, order: Sequence[str]) -> sa.Select[Any]:
    """Readable faces of the `document_id`s of some scores with its other columns, the highest of `order` first."""
    themes, territories = bindparam("themes", type_=ARRAY(sa.Text)), bindparam("territories", type_=ARRAY(sa.Text))
    return (
        _FACE.add_columns(*(column for column in scores.c if column.name != "document_id"))
        .join(scores, scores.c.document_id == _D.c.id)
        .where(_D.c.state == DocumentState.PUBLISHED, READABLE)
        .where(sa.or_(themes.is_(None), _D.c.theme_codes.overlap(themes)))
        .where(sa.or_(territories.is_(None), _D.c.territory_codes.overlap(territories)))
        .order_by(*(scores.c[name].desc() for name in order), _D.c.id)
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


async def versions_of(session: AsyncSession, document_id: UUID) -> Sequence[DocumentVersion]:
    """Every version, locked."""
    statement = select(DocumentVersion).where(DocumentVersion.document_id == document_id).order_by(_V.c.number)
    return (await session.exec(statement.with_for_update().execution_options(populate_existing=True))).all()


async def replace_relations(
    session: AsyncSession, document_id: UUID, relations: Sequence[dict[str, Any]], *, is_new: bool = False
) -> None:
    """`is_new`: the document has none yet."""
    if not is_new:
        await execute(session, sa.delete(_R).where(_R.c.document_id == document_id))
    if relations:
        await execute(session, sa.insert(_R), [{"document_id": document_id, **relation} for relation in relations])


async def delete(session: AsyncSession, document: Document) -> None:
    await session.delete(document)
    await session.flush()


def _joins(content: Any, file_id: UUID) -> Any:
    return content["files"].contains(sa.cast(sa.literal([{"file_id": str(file_id)}], JSONB), JSONB))


async def published_with(session: AsyncSession, file_id: UUID) -> Sequence[UUID]:
    """Documents whose published version joins the file."""
    statement = (
        sa.select(_D.c.id)
        .join(_V, sa.and_(_V.c.document_id == _D.c.id, _V.c.number == _D.c.published_version))
        .where(_joins(_V.c.content, file_id), _D.c.state == DocumentState.PUBLISHED)
    )
    return (await execute(session, statement)).scalars().all()


async def references_with(session: AsyncSession, file_id: UUID) -> Sequence[str]:
    """References of the documents that join the file, in their working copy or in any version."""
    versions = sa.select(_V.c.document_id).where(_joins(_V.c.content, file_id))
    statement = sa.select(_D.c.reference).where(sa.or_(_joins(_D.c.content, file_id), _D.c.id.in_(versions)))
    return (await execute(session, statement.order_by(_D.c.reference))).scalars().all()


async def by_origins(session: AsyncSession, origins: Sequence[str]) -> Sequence[Document]:
    """Locked, in the order of their ids: two that take the same never wait for each other in a circle."""
    statement = select(Document).where(_D.c.origin.in_(origins)).order_by(_D.c.id)
    return (await session.exec(statement.with_for_update().execution_options(populate_existing=True))).all()
