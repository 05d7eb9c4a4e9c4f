"""For funders and the team: reading overlaps, and saying that one is nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch_in
from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..dossiers import instruction
from ..tables import KERNEL
from . import pairs
from .errors import NotYourOverlap
from .models import OverlapDismissal
from .schemas import DismissalCreate, OverlapListing


async def of_dossier(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: OverlapListing, after: Sequence[str] | None
) -> list[Row]:
    """Overlaps of a dossier the caller instructs (404 otherwise, its holder included) with others it instructs too."""
    await instruction.seen(session, caller, dossier_id)
    return await _listed(session, caller, "dossier", dossier_id, wish, after)


async def of_campaign(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: OverlapListing, after: Sequence[str] | None
) -> list[Row]:
    """Overlaps with at least one dossier in the campaign, for its team and its funders (404 otherwise)."""
    campaign = await campaigns.get(session, campaign_id)
    concerned = {campaign.lead_organisation_id, *await campaigns.funder_ids(session, campaign_id)}
    if concerned.isdisjoint(caller.memberships):
        raise NotFound()
    return await _listed(session, caller, "campaign", campaign_id, wish, after)


async def _listed(
    session: AsyncSession, caller: Principal, of: str, of_id: UUID, wish: OverlapListing, after: Sequence[str] | None
) -> list[Row]:
    values: Row = {"of_id": of_id, "organisations": caller.organisation_ids, "limit": wish.limit + 1}
    filters: Row = {"kind": wish.kind and [kind.value for kind in wish.kind], "dismissed": wish.dismissed}
    given = {name: value for name, value in filters.items() if value is not None}
    if after is not None:
        first = int(after[0]) if wish.sort == "-score" else datetime.fromisoformat(after[0])
        values |= {"after_first": first, "after_id": UUID(after[1])}
    statement = pairs.listing(of, wish.sort, frozenset(given), after is not None)
    return [shown(row) for row in await fetch_in(session, statement, {**values, **given})]


async def dismiss(session: AsyncSession, caller: Principal, overlap_id: UUID, wish: DismissalCreate, *, now: datetime) -> Row:
    """A funder of both, or the team, says why the two are nothing to it. Others still see the overlap."""
    await _instructed(session, caller, overlap_id, wish.organisation_id)
    dismissal = OverlapDismissal(
        overlap_id=overlap_id,
        organisation_id=wish.organisation_id,
        reason=wish.reason,
        dismissed_at=now,
        dismissed_by=caller.account_id,
    )
    session.add(dismissal)
    await session.flush()
    await _note(session, "overlap.dismissed", caller, overlap_id, wish.organisation_id, now, reason=wish.reason)
    return await _one(session, caller, overlap_id)


async def bring_back(session: AsyncSession, caller: Principal, overlap_id: UUID, organisation_id: UUID, *, now: datetime) -> None:
    """The organisation takes its dismissal back; without one, nothing is done."""
    await _instructed(session, caller, overlap_id, organisation_id)
    if await pairs.undo_dismissal(session, overlap_id, organisation_id):
        await _note(session, "overlap.brought_back", caller, overlap_id, organisation_id, now)


async def _instructed(session: AsyncSession, caller: Principal, overlap_id: UUID, organisation_id: UUID) -> None:
    """404 when the caller does not read the pair; 403 when it does, but not for that organisation alone."""
    await _one(session, caller, overlap_id)
    if not caller.belongs_to(organisation_id) or await pairs.one(session, overlap_id, [organisation_id]) is None:
        raise NotYourOverlap()


async def _one(session: AsyncSession, caller: Principal, overlap_id: UUID) -> Row:
    row = await pairs.one(session, overlap_id, caller.organisation_ids)
    if row is None:
        raise NotFound()
    return shown(row)


def shown(row: Row) -> Row:
    return {**row, "score": row["score_bp"] / 10_000, "shared_text": row["text_bp"] / 10_000}


async def _note(
    session: AsyncSession,
    act: str,
    caller: Principal,
    overlap_id: UUID,
    organisation_id: UUID,
    now: datetime,
    reason: str | None = None,
) -> None:
    """On the overlap, not on its dossiers: who reads one of them only would learn there is another."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("overlap", overlap_id),
        actor=caller,
        organisation_id=organisation_id,
        reason=reason,
        confidential=True,
    )
