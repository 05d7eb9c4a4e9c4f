"""All the SQL about overlaps. What is read starts from the dossiers the caller instructs."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in, write_in

from ..dossiers import resemblance
from .models import Overlap, OverlapDismissal

_O: Any = Overlap.__table__  # type: ignore[attr-defined]
_X: Any = OverlapDismissal.__table__  # type: ignore[attr-defined]
_FIRST, _SECOND = resemblance.FACE.subquery("first"), resemblance.FACE.subquery("second")
_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))


def _face(of: Any) -> Any:
    names = ("id", "campaign_id", "reference", "title", "holder_name")
    pairs: list[Any] = []
    for name in names:
        pairs += [sa.literal_column(f"'{name}'"), of.c[name]]
    return sa.func.jsonb_build_object(*pairs).label(of.name)


_MINE = (_X.c.overlap_id == _O.c.id) & (_X.c.organisation_id == sa.any_(_ORGANISATIONS))
_DISMISSAL = sa.func.jsonb_build_object(
    sa.literal_column("'organisation_id'"),
    _X.c.organisation_id,
    sa.literal_column("'reason'"),
    _X.c.reason,
    sa.literal_column("'dismissed_at'"),
    _X.c.dismissed_at,
)
_DISMISSALS = (
    sa.select(
        sa.func.coalesce(sa.func.jsonb_agg(aggregate_order_by(_DISMISSAL, _X.c.dismissed_at)), sa.literal_column("'[]'::jsonb"))
    )
    .where(_MINE)
    .correlate(_O)
    .scalar_subquery()
)
_READ = (
    sa.select(
        *(_O.c[name] for name in ("id", "kind", "score_bp", "text_bp", "why", "passages", "found_at")),
        _face(_FIRST),
        _face(_SECOND),
        _DISMISSALS.label("dismissals"),
    )
    .select_from(_O)
    .join(_FIRST, _FIRST.c.id == _O.c.first_id)
    .join(_SECOND, _SECOND.c.id == _O.c.second_id)
    # Both still ask, and both are instructed by the caller, who holds neither.
    .where(_FIRST.c.counts, _SECOND.c.counts, resemblance.instructed(_O.c.first_id), resemblance.instructed(_O.c.second_id))
)
ONE = _READ.where(_O.c.id == bindparam("overlap_id", type_=sa.Uuid))


@lru_cache(maxsize=128)
def listing(of: str, sort: str, filters: frozenset[str], after: bool) -> Any:
    """Overlaps the caller may read, of a `dossier` or of a `campaign` (`of_id`), strongest or newest first."""
    columns = (_O.c.first_id, _O.c.second_id) if of == "dossier" else (_O.c.first_campaign_id, _O.c.second_campaign_id)
    asked = bindparam("of_id", type_=sa.Uuid)
    wanted = _READ.where(sa.or_(*(column == asked for column in columns)))
    if "kind" in filters:
        wanted = wanted.where(_O.c.kind.cast(sa.String) == sa.any_(bindparam("kind", type_=ARRAY(sa.String))))
    if "dismissed" in filters:
        wanted = wanted.where(sa.exists().where(_MINE) == bindparam("dismissed", type_=sa.Boolean))
    first = _O.c.score_bp if sort == "-score" else _O.c.found_at
    if after:
        keys = sa.tuple_(bindparam("after_first", type_=first.type), bindparam("after_id", type_=sa.Uuid))
        wanted = wanted.where(sa.tuple_(first, _O.c.id) < keys)
    return wanted.order_by(first.desc(), _O.c.id.desc()).limit(bindparam("limit"))


async def one(session: AsyncSession, overlap_id: UUID, organisations: Iterable[UUID]) -> Row | None:
    """An overlap these organisations may read together."""
    found = await fetch_in(session, ONE, {"overlap_id": overlap_id, "organisations": list(organisations)})
    return found[0] if found else None


def _keeping() -> Any:
    insert = upsert(_O)
    told = ("kind", "score_bp", "text_bp", "why", "passages")
    return insert.on_conflict_do_update(
        index_elements=[_O.c.first_id, _O.c.second_id], set_={name: insert.excluded[name] for name in told}
    )


_KEEPING = _keeping()


async def replace(session: AsyncSession, dossier_id: UUID, found: list[Row]) -> None:
    """The overlaps of a dossier just profiled: those that stand keep their id, their day and what was said of them."""
    others = [row["second_id"] if row["first_id"] == dossier_id else row["first_id"] for row in found]
    first = (_O.c.first_id == dossier_id) & _O.c.second_id.not_in(others)
    second = (_O.c.second_id == dossier_id) & _O.c.first_id.not_in(others)
    await execute(session, sa.delete(_O).where(first | second))
    if found:
        await write_in(session, _KEEPING, *found)


async def undo_dismissal(session: AsyncSession, overlap_id: UUID, organisation_id: UUID) -> bool:
    """Whether there was one."""
    gone = sa.delete(_X).where(_X.c.overlap_id == overlap_id, _X.c.organisation_id == organisation_id)
    return bool((await execute(session, gone)).rowcount)
