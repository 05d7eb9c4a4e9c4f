"""All the SQL about conflicts of interest, and what they and open readings hide."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from ..dossiers import service as dossiers
from .models import Review, ReviewConflict, ReviewReading, ReviewReadingStatus, ReviewSettings, ReviewStatus, SetAside

_C: Any = ReviewConflict.__table__  # type: ignore[attr-defined]
_R: Any = Review.__table__  # type: ignore[attr-defined]
_G: Any = ReviewReading.__table__  # type: ignore[attr-defined]
_S: Any = ReviewSettings.__table__  # type: ignore[attr-defined]

_DOSSIERS = bindparam("dossier_ids", type_=ARRAY(sa.Uuid))
_ACCOUNT = bindparam("account_id", type_=sa.Uuid)


def _about(dossier_id: Any) -> Any:
    """Condition: a declaration that stands is about the dossier of that column, or about who holds it."""
    held = _C.c.organisation_id.is_not(None) & dossiers.held_for(dossier_id, _C.c.organisation_id)
    return _C.c.withdrawn_at.is_(None) & ((_C.c.dossier_id == dossier_id) | held)


_WANTED = sa.func.unnest(_DOSSIERS).table_valued(sa.column("dossier_id", sa.Uuid), name="wanted").render_derived()
_FACE = (_WANTED.c.dossier_id, _C.c.id, _C.c.funder_id, _C.c.account_id, _C.c.person_name, _C.c.kind, _C.c.declared_at)


def _touching(*conditions: Any) -> Any:
    """Declarations that stand on these dossiers, those about a dossier and those about its holder each by its own path."""
    stands = (_C.c.withdrawn_at.is_(None), *conditions)
    named = sa.select(*_FACE).select_from(_WANTED.join(_C, _C.c.dossier_id == _WANTED.c.dossier_id)).where(*stands)
    held = dossiers.held_for(_WANTED.c.dossier_id, _C.c.organisation_id)
    holders = sa.select(*_FACE).select_from(_WANTED.join(_C, _C.c.organisation_id.is_not(None))).where(held, *stands)
    both = sa.union_all(named, holders).subquery("touching")
    return sa.select(both).order_by(both.c.dossier_id, both.c.person_name, both.c.id)


#: Declarations that stand on these dossiers, whoever made them.
OF_DOSSIERS = _touching()
#: A person's own.
OF_PERSON = _touching(_C.c.account_id == _ACCOUNT)
_OF_FUNDER = _touching(_C.c.funder_id == bindparam("funder_id", type_=sa.Uuid))

_PENDING = (_G.c.status == ReviewReadingStatus.TO_READ) | (_G.c.status == ReviewReadingStatus.IN_PROGRESS)
_OWN = (_G.c.review_id == _R.c.id) & (_G.c.reader_id == _ACCOUNT)
_HIDING = (_S.c.campaign_id == _R.c.campaign_id) & (_S.c.funder_id == _R.c.funder_id) & _S.c.hides_holder
#: What a person is kept from, for each of these reviews.
HIDDEN = sa.select(
    _R.c.id,
    sa.exists().where(_C.c.account_id == _ACCOUNT, _about(_R.c.dossier_id)).label("in_conflict"),
    (sa.exists().where(_OWN, _PENDING) & (_R.c.status != ReviewStatus.VOID)).label("reading_open"),
    (sa.exists().where(_OWN) & sa.exists().where(_HIDING)).label("holder_hidden"),
).where(_R.c.id == sa.any_(bindparam("review_ids", type_=ARRAY(sa.Uuid))))

#: Dossiers of some campaigns, reviews being open on them, in which a person has an interest.
KEPT_FROM = (
    sa.select(_R.c.dossier_id)
    .distinct()
    .select_from(_R.join(_C, (_C.c.account_id == _ACCOUNT) & _about(_R.c.dossier_id)))
    .where(_R.c.campaign_id == sa.any_(bindparam("campaigns", type_=ARRAY(sa.Uuid))))
)

_MANAGED = bindparam("managed", type_=ARRAY(sa.Uuid))
_SHOWN = (_C.c.account_id == _ACCOUNT) | (_C.c.funder_id == sa.any_(_MANAGED))
ONE = sa.select(*_C.c).where(_C.c.id == bindparam("conflict_id"), _SHOWN)

FILTERS: dict[str, Any] = {
    "funder_id": _C.c.funder_id == bindparam("funder_id", type_=sa.Uuid),
    "dossier_id": _about(bindparam("dossier_id", type_=sa.Uuid)),
    "standing": _C.c.withdrawn_at.is_(None) == bindparam("standing", type_=sa.Boolean),
}


@lru_cache(maxsize=16)
def listing(filters: frozenset[str]) -> Any:
    """One's own declarations and those of the funders one manages, newest first, before a keyset cursor."""
    conditions = [FILTERS[name] for name in sorted(filters)]
    return (
        sa.select(*_C.c)
        .where(_SHOWN, _C.c.id < bindparam("before"), *conditions)
        .order_by(_C.c.id.desc())
        .limit(bindparam("limit"))
    )


async def on_dossiers(session: AsyncSession, funder_id: UUID, dossier_ids: Sequence[UUID]) -> list[Row]:
    return await fetch_in(session, _OF_FUNDER, {"funder_id": funder_id, "dossier_ids": list(dossier_ids)})


async def hidden(session: AsyncSession, account_id: UUID, review_id: UUID) -> Row:
    return (await fetch_in(session, HIDDEN, {"account_id": account_id, "review_ids": [review_id]}))[0]


async def get(session: AsyncSession, conflict_id: UUID) -> ReviewConflict | None:
    """The declaration, locked."""
    return await session.get(ReviewConflict, conflict_id, with_for_update=True)


async def touched(session: AsyncSession, conflict: ReviewConflict) -> list[Review]:
    """The funder's reviews the declaration is about, locked in the order of their ids and read again."""
    about = (
        _R.c.dossier_id == conflict.dossier_id
        if conflict.dossier_id
        else dossiers.held_for(_R.c.dossier_id, sa.literal(conflict.organisation_id, sa.Uuid))
    )
    wanted = select(Review).where(_R.c.funder_id == conflict.funder_id, about).order_by(_R.c.id)
    return list((await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).all())


async def reading(session: AsyncSession, review_id: UUID, account_id: UUID) -> ReviewReading | None:
    wanted = select(ReviewReading).where(_G.c.review_id == review_id, _G.c.reader_id == account_id)
    return (await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).one_or_none()


async def set_aside(session: AsyncSession, review_ids: Sequence[UUID]) -> list[SetAside]:
    """What was set aside in these reviews, by declarations that stand."""
    wanted = select(SetAside).join(ReviewConflict, _C.c.id == SetAside.conflict_id)
    stand = wanted.where(SetAside.review_id.in_(review_ids), _C.c.withdrawn_at.is_(None))  # type: ignore[attr-defined]
    return list((await session.exec(stand.order_by(SetAside.set_aside_at))).all())  # type: ignore[arg-type]


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """The person is erased: the declarations stay, without name nor words."""
    mine = sa.update(_C).where(_C.c.account_id == account_id)
    await execute(session, mine.values(person_name="", details="", version=_C.c.version + 1))


async def forget_before(session: AsyncSession, before: datetime, limit: int) -> int:
    told = sa.or_(_C.c.person_name != "", _C.c.details != "")
    old = sa.select(_C.c.id).where(_C.c.declared_at < before, told).order_by(_C.c.id).limit(limit).with_for_update(skip_locked=True)
    gone = sa.update(_C).where(_C.c.id.in_(old.scalar_subquery()))
    return (await execute(session, gone.values(person_name="", details="", version=_C.c.version + 1))).rowcount
