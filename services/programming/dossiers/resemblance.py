"""For the room that compares actions: what was submitted, and the conditions under which a dossier is seen or counts."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import execute
from services.common.problems import NotFound

from . import repository
from .errors import NotTheHolder
from .models import Dossier, DossierReader, DossierStatus, Submission

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_S: Any = Submission.__table__  # type: ignore[attr-defined]
_V: Any = DossierReader.__table__  # type: ignore[attr-defined]

_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))
#: In none of these does a dossier ask anything of anybody.
_GONE = (DossierStatus.DRAFT.value, DossierStatus.INADMISSIBLE.value, "withdrawn", "dropped")

#: A dossier as those who compare it name it, for their statements to join. `counts`: submitted, and neither inadmissible nor
#: withdrawn since.
FACE = sa.select(
    _D.c.id,
    _D.c.campaign_id,
    sa.func.coalesce(_D.c.successor_id, _D.c.organisation_id).label("holder_id"),
    _D.c.holder["name"].astext.label("holder_name"),
    _D.c.reference,
    _D.c.title,
    _D.c.status.cast(sa.String).not_in([sa.literal_column(f"'{gone}'") for gone in _GONE]).label("counts"),
)

#: Submissions after an id, oldest first.
SUBMISSIONS_AFTER = (
    sa.select(
        _S.c.id,
        _S.c.dossier_id,
        _S.c.number,
        _S.c.submitted_at,
        _S.c.snapshot,
        _D.c.campaign_id,
        sa.func.coalesce(_D.c.successor_id, _D.c.organisation_id).label("holder_id"),
    )
    .join(_D, _D.c.id == _S.c.dossier_id)
    .where(_S.c.id > bindparam("after", type_=sa.Uuid))
    .order_by(_S.c.id)
    .limit(bindparam("limit"))
)


def submissions_after(unless: Any) -> Any:
    """`SUBMISSIONS_AFTER` without those for which `unless(dossier_id, number)` (columns) holds."""
    return SUBMISSIONS_AFTER.where(~unless(_S.c.dossier_id, _S.c.number))


def instructed(dossier_id: Any) -> Any:
    """The SQL condition that the caller's `organisations` read the dossier of that column as a funder asked or as the team, and
    that none of them holds it."""
    own = (_V.c.dossier_id == dossier_id, _V.c.organisation_id == sa.any_(_ORGANISATIONS))
    return sa.exists().where(*own, _V.c.as_funder | _V.c.as_lead) & ~sa.exists().where(*own, _V.c.as_holder)


async def held_by(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Dossier:
    """As `service.held_by`, for who only looks: the row is not locked (404 unseen, 403 seen but not held)."""
    dossier = await repository.get(session, dossier_id)
    if dossier is None:
        raise NotFound()
    if caller.belongs_to(dossier.acting_holder_id):
        return dossier
    seen = await repository.capacities(session, dossier_id, caller.organisation_ids)
    raise NotTheHolder() if seen else NotFound()


async def hold_still(session: AsyncSession, dossier_ids: Iterable[UUID]) -> None:
    """No act changes these dossiers before the transaction ends; others may hold them still too. Taken in the order of ids."""
    wanted = sa.select(_D.c.id).where(_D.c.id.in_(list(dossier_ids))).order_by(_D.c.id)
    await execute(session, wanted.with_for_update(read=True))
