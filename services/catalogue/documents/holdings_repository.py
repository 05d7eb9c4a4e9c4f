"""SQL that reads whole holdings, by batches or by pages, in the order of ids: what is published meanwhile moves nothing."""

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import aggregate_order_by

from .models import Access, DocumentState
from .repository import _D, _FACE, _V

_centre = bindparam("centre_id", type_=sa.Uuid)
_public = sa.and_(
    _D.c.state == DocumentState.PUBLISHED,
    _D.c.access == Access.PUBLIC,
    _D.c.available_at <= bindparam("now", type_=sa.DateTime(timezone=True)),
    sa.or_(_centre.is_(None), _D.c.centre_id == _centre),
)

#: Faces of everything anyone may read, of a centre or of all.
PUBLIC_PAGE = (
    _FACE.where(_public, _D.c.id > bindparam("after_id", type_=sa.Uuid))
    .order_by(_D.c.id)
    .limit(bindparam("limit", type_=sa.Integer))
)
#: The same, by their addresses only.
PUBLIC_ADDRESSES = (
    sa.select(_D.c.id, _D.c.reference, _D.c.datestamp)
    .where(_public, _D.c.id >= bindparam("first_id", type_=sa.Uuid))
    .order_by(_D.c.id)
    .limit(bindparam("limit", type_=sa.Integer))
)
_numbered = (
    sa.select(
        _D.c.id,
        _D.c.datestamp,
        ((sa.func.row_number().over(order_by=_D.c.id) - 1) // bindparam("size", type_=sa.Integer)).label("part"),
    )
    .where(_public)
    .subquery()
)
#: First id and latest change of each run of `size` of them.
PUBLIC_PARTS = (
    sa.select(
        sa.cast(sa.func.min(sa.cast(_numbered.c.id, sa.Text).collate("C")), sa.Uuid).label("first_id"),
        sa.func.max(_numbered.c.datestamp).label("datestamp"),
    )
    .group_by(_numbered.c.part)
    .order_by(_numbered.c.part)
)
_version = sa.func.jsonb_build_object(
    "number", _V.c.number, "content", _V.c.content, "note", _V.c.note, "published_at", _V.c.published_at
)
#: Every document of a centre whatever its state, its working copy and all its versions.
HOLDING = (
    sa.select(
        _D.c.id,
        _D.c.reference,
        _D.c.kind,
        _D.c.state,
        _D.c.work,
        _D.c.content,
        _D.c.origin,
        _D.c.review_note,
        _D.c.published_version,
        _D.c.first_published_at,
        _D.c.published_at,
        _D.c.available_at,
        _D.c.withdrawn_at,
        _D.c.withdrawal_reason,
        _D.c.replaced_by_id,
        _D.c.created_at,
        _D.c.updated_at,
        sa.select(sa.func.coalesce(sa.func.jsonb_agg(aggregate_order_by(_version, _V.c.number)), sa.text("'[]'::jsonb")))
        .where(_V.c.document_id == _D.c.id)
        .scalar_subquery()
        .label("versions"),
    )
    .where(_D.c.centre_id == bindparam("centre_id", type_=sa.Uuid))
    .order_by(_D.c.id)
)
