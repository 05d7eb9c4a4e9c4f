"""What a holder was party to passes to whoever takes over from it, and comes back when that was a mistake."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ..organisations.service import Standing
from . import repository, service
from .models import Cpo, CpoStatus

_UNSIGNED = {CpoStatus.DRAFT, CpoStatus.APPROVED}


async def follow(session: AsyncSession, standing: Standing, *, now: datetime) -> None:
    """Every agreement of the organisation is answered for by the one that acts for it today; done twice, nothing is done.

    What was signed stays as it was, the holder's name included; what the holder has not signed yet names who will.
    """
    for cpo in await repository.hand_over(session, standing.organisation_id, standing.successor_id):
        before, cpo.successor_id = cpo.acting_holder_id, standing.successor_id
        if cpo.status in _UNSIGNED and cpo.holder_signature is None:
            cpo.holder = standing.face or cpo.holder
        cpo.version += 1
        await session.flush()
        await _hand_pending(session, cpo, before)
        act = "cpo.succeeded" if standing.successor_id else "cpo.given_back"
        changes = {"acting_holder_id": [str(before), str(cpo.acting_holder_id)]}
        await service.note(session, cpo, act, None, now, changes=changes)


async def _hand_pending(session: AsyncSession, cpo: Cpo, before: UUID) -> None:
    """An amendment on its way is the new holder's to sign, unless the former one has signed it."""
    pending = await repository.pending_amendment(session, cpo.id)
    amendment = pending and await repository.amendment(session, cpo.id, pending.number, lock=True)
    if amendment is None or str(before) in {one["organisation_id"] for one in amendment.signatures}:
        return
    funders = {funder.funder_id for funder in await repository.funders(session, cpo.id)}
    kept = {one for one in amendment.parties if one != str(before) or before in funders}
    amendment.parties = sorted({*kept, str(cpo.acting_holder_id)})
    amendment.version += 1
    await session.flush()
