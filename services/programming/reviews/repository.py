"""All the SQL about reviews."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from ..dossiers import history
from .models import Review, ReviewStatus

_R: Any = Review.__table__  # type: ignore[attr-defined]
#: A review as it is shown: with the dossier's latest submission beside the one it was written on.
_SHOWN = (*_R.c, history.last_number(_R.c.dossier_id).label("last_submission_number"))
_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))

#: A funder sees its own reviews, the team all of its campaigns'.
_VISIBLE = (_R.c.funder_id == sa.any_(_ORGANISATIONS)) | (_R.c.lead_organisation_id == sa.any_(_ORGANISATIONS))

FILTERS: dict[str, Any] = {
    "campaign_id": _R.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid),
    "funder_id": _R.c.funder_id == bindparam("funder_id", type_=sa.Uuid),
    "dossier_id": _R.c.dossier_id == bindparam("dossier_id", type_=sa.Uuid),
    "assignee_id": _R.c.assignee_id == bindparam("assignee_id", type_=sa.Uuid),
    "status": _R.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
}


@lru_cache(maxsize=64)
def listing(filters: frozenset[str]) -> Any:
    """Visible reviews, oldest first, after a keyset cursor."""
    conditions = [FILTERS[name] for name in sorted(filters)]
    return sa.select(*_SHOWN).where(_VISIBLE, _R.c.id > bindparam("after"), *conditions).order_by(_R.c.id).limit(bindparam("limit"))


ONE = sa.select(*_SHOWN).where(_R.c.id == bindparam("review_id"), _VISIBLE)

#: A dossier's reviews for those who instruct it: one's own, the team's, and the others' once given ("decide together").
OF_DOSSIER = (
    sa.select(*_SHOWN)
    .where(_R.c.dossier_id == bindparam("dossier_id"))
    .where(_VISIBLE | (_R.c.status == ReviewStatus.COMPLETED))
    .order_by(_R.c.id)
)


async def get(session: AsyncSession, review_id: UUID) -> Review | None:
    """The review, locked and read again: what was read before waiting may be stale."""
    return await session.get(Review, review_id, with_for_update=True, populate_existing=True)


async def look(session: AsyncSession, review_id: UUID) -> Review | None:
    """The review, read without waiting."""
    return await session.get(Review, review_id)


async def completed(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[Review]:
    wanted = select(Review).where(_R.c.dossier_id.in_(dossier_ids), _R.c.status == ReviewStatus.COMPLETED)
    return list((await session.exec(wanted.order_by(_R.c.id))).all())


async def void(session: AsyncSession, dossier_id: UUID) -> None:
    """The dossier was withdrawn: none of its reviews counts any more."""
    reviews = (_R.c.dossier_id == dossier_id) & (_R.c.status != ReviewStatus.VOID)
    await execute(session, sa.update(_R).where(reviews).values(status=ReviewStatus.VOID, version=_R.c.version + 1))
