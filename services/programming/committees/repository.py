"""All the SQL about committees."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from .models import Advice, AdviceVote, AgendaItem, Committee, CommitteeStatus, Decision, Deport, Outcome, Reopening

_C: Any = Committee.__table__  # type: ignore[attr-defined]
_A: Any = AgendaItem.__table__  # type: ignore[attr-defined]
_D: Any = Decision.__table__  # type: ignore[attr-defined]
_P: Any = Deport.__table__  # type: ignore[attr-defined]
_V: Any = AdviceVote.__table__  # type: ignore[attr-defined]
_O: Any = Reopening.__table__  # type: ignore[attr-defined]

#: A campaign's sessions, latest first, after a keyset cursor.
LISTING = (
    sa.select(*_C.c)
    .where(_C.c.campaign_id == bindparam("campaign_id"), _C.c.id < bindparam("before"))
    .order_by(_C.c.id.desc())
    .limit(bindparam("limit"))
)
ONE = sa.select(*_C.c).where(_C.c.id == bindparam("committee_id"))
AGENDA = sa.select(*_A.c).where(_A.c.committee_id == bindparam("committee_id")).order_by(_A.c.position)
DECISIONS = (
    sa.select(*_D.c)
    .where(_D.c.committee_id == bindparam("committee_id"), _D.c.id > bindparam("after"))
    .order_by(_D.c.id)
    .limit(bindparam("limit"))
)


DECISION = sa.select(*_D.c).where(
    _D.c.committee_id == bindparam("committee_id"), _D.c.request_id == bindparam("request_id", type_=sa.Uuid)
)
DEPORTS = (
    sa.select(*_P.c)
    .where(_P.c.committee_id == bindparam("committee_id"), _P.c.id > bindparam("after"))
    .order_by(_P.c.id)
    .limit(bindparam("limit"))
)


def _among(column: Any, ids: Collection[UUID]) -> Any:
    return column == sa.any_(sa.cast(list(ids), ARRAY(sa.Uuid)))


async def get(session: AsyncSession, committee_id: UUID, *, lock: bool = False) -> Committee | None:
    """`lock` takes the session for oneself (agenda, closing)."""
    return await session.get(Committee, committee_id, with_for_update=lock or None, populate_existing=lock)


async def get_shared(session: AsyncSession, committee_id: UUID) -> Committee | None:
    """The session, read again and kept from closing while a decision is written; other decisions go on beside it."""
    wanted = select(Committee).where(Committee.id == committee_id).with_for_update(read=True)
    return (await session.exec(wanted.execution_options(populate_existing=True))).one_or_none()


async def agenda(session: AsyncSession, committee_id: UUID) -> list[AgendaItem]:
    return list(
        (await session.exec(select(AgendaItem).where(AgendaItem.committee_id == committee_id).order_by(_A.c.position))).all()
    )


async def replace_agenda(session: AsyncSession, committee_id: UUID, items: Sequence[AgendaItem]) -> None:
    await execute(session, sa.delete(_A).where(_A.c.committee_id == committee_id))
    session.add_all(items)
    await session.flush()


async def is_on_agenda(session: AsyncSession, committee_id: UUID, dossier_id: UUID) -> bool:
    return await session.get(AgendaItem, (committee_id, dossier_id)) is not None


async def on_agenda(session: AsyncSession, committee_id: UUID) -> set[UUID]:
    return set((await session.exec(select(AgendaItem.dossier_id).where(AgendaItem.committee_id == committee_id))).all())


async def decision(session: AsyncSession, committee_id: UUID, request_id: UUID) -> Decision | None:
    return (await decisions_about(session, committee_id, [request_id])).get(request_id)


async def decisions_about(session: AsyncSession, committee_id: UUID, request_ids: Collection[UUID]) -> dict[UUID, Decision]:
    """What the session has said of these requests, by request."""
    wanted = select(Decision).where(Decision.committee_id == committee_id, _among(_D.c.request_id, request_ids))
    found = (await session.exec(wanted.execution_options(populate_existing=True))).all()
    return {decision.request_id: decision for decision in found}


async def decided_dossiers(session: AsyncSession, committee_id: UUID) -> set[UUID]:
    """What the session has spoken about: a decision, or the advice of the committee."""
    decided = await session.exec(select(Decision.dossier_id).where(Decision.committee_id == committee_id))
    advised = await session.exec(select(Advice.dossier_id).where(Advice.committee_id == committee_id))
    return {*decided.all(), *advised.all()}


async def last_decision(session: AsyncSession, request_id: UUID) -> tuple[Decision, Committee] | None:
    return (await last_decisions(session, [request_id])).get(request_id)


async def last_decisions(session: AsyncSession, request_ids: Collection[UUID]) -> dict[UUID, tuple[Decision, Committee]]:
    """The latest decision (not a proposal) about each of these requests, with the session that took it."""
    wanted = (
        select(Decision, Committee)
        .ext(distinct_on(_D.c.request_id))
        .join(Committee, _C.c.id == _D.c.committee_id)
        .where(_among(_D.c.request_id, request_ids), _C.c.kind == "steering")
        .order_by(_D.c.request_id, _D.c.decided_at.desc(), _D.c.id.desc())
    )
    return {decision.request_id: (decision, committee) for decision, committee in (await session.exec(wanted)).all()}


async def ids_of(session: AsyncSession, campaign_id: UUID, statuses: Collection[CommitteeStatus]) -> set[UUID]:
    """Sessions of a campaign in one of these statuses."""
    wanted = select(Committee.id).where(Committee.campaign_id == campaign_id, _C.c.status.in_(statuses))
    return set((await session.exec(wanted)).all())


async def mark_withdrawn(session: AsyncSession, dossier_id: UUID, at: datetime) -> None:
    """The dossier was withdrawn: the sessions still to come that have it on their agenda say so."""
    to_come = sa.select(_C.c.id).where(_C.c.status.in_([CommitteeStatus.PLANNED, CommitteeStatus.AGENDA_SENT]))
    items = (_A.c.dossier_id == dossier_id) & _A.c.withdrawn_at.is_(None) & _A.c.committee_id.in_(to_come)
    marked = await execute(session, sa.update(_A).where(items).values(withdrawn_at=at).returning(_A.c.committee_id))
    committees = list(marked.scalars())
    await execute(session, sa.update(_C).where(_C.c.id.in_(committees)).values(version=_C.c.version + 1))


async def decisions_of(session: AsyncSession, committee_id: UUID) -> list[Decision]:
    return list((await session.exec(select(Decision).where(Decision.committee_id == committee_id).order_by(_D.c.id))).all())


async def has_decided(session: AsyncSession, committee_id: UUID, dossier_id: UUID, account_id: UUID) -> bool:
    """This person's word stands on that dossier in that session."""
    wanted = select(Decision.id).where(
        Decision.committee_id == committee_id, Decision.dossier_id == dossier_id, Decision.decided_by == account_id
    )
    return (await session.exec(wanted.limit(1))).first() is not None


# Déports


async def deport(session: AsyncSession, deport_id: UUID, *, lock: bool = False) -> Deport | None:
    return await session.get(Deport, deport_id, with_for_update=lock or None, populate_existing=lock)


async def deports(session: AsyncSession, committee_id: UUID, dossier_id: UUID | None = None) -> list[Deport]:
    """Those that stand, in the order they were declared."""
    wanted = select(Deport).where(Deport.committee_id == committee_id, _P.c.withdrawn_at.is_(None))
    if dossier_id is not None:
        wanted = wanted.where(Deport.dossier_id == dossier_id)
    return list((await session.exec(wanted.order_by(_P.c.id))).all())


async def stepped_out(session: AsyncSession, committee_id: UUID, dossier_id: UUID, account_id: UUID) -> Deport | None:
    return (await stepped_out_of(session, committee_id, account_id)).get(dossier_id)


async def stepped_out_of(session: AsyncSession, committee_id: UUID, account_id: UUID) -> dict[UUID, Deport]:
    """By dossier, the déports of this person that stand in the session."""
    wanted = select(Deport).where(Deport.committee_id == committee_id, Deport.account_id == account_id, _P.c.withdrawn_at.is_(None))
    return {deport.dossier_id: deport for deport in (await session.exec(wanted)).all()}


# Votes and advice


async def vote(session: AsyncSession, committee_id: UUID, dossier_id: UUID, organisation_id: UUID) -> AdviceVote | None:
    return await session.get(AdviceVote, (committee_id, dossier_id, organisation_id), populate_existing=True)


async def votes(session: AsyncSession, committee_id: UUID, dossier_id: UUID) -> list[AdviceVote]:
    wanted = select(AdviceVote).where(AdviceVote.committee_id == committee_id, AdviceVote.dossier_id == dossier_id)
    return list((await session.exec(wanted.order_by(_V.c.organisation_id))).all())


async def votes_of(session: AsyncSession, committee_id: UUID) -> list[AdviceVote]:
    return list((await session.exec(select(AdviceVote).where(AdviceVote.committee_id == committee_id))).all())


async def forget_votes(session: AsyncSession, committee_id: UUID, dossier_id: UUID, account_id: UUID) -> int:
    """Votes this person had cast on the dossier before stepping out."""
    gone = sa.delete(_V).where(_V.c.committee_id == committee_id, _V.c.dossier_id == dossier_id, _V.c.cast_by == account_id)
    return (await execute(session, gone)).rowcount


async def advice(session: AsyncSession, committee_id: UUID, dossier_id: UUID) -> Advice | None:
    return await session.get(Advice, (committee_id, dossier_id))


async def advices(session: AsyncSession, committee_id: UUID) -> list[Advice]:
    return list((await session.exec(select(Advice).where(Advice.committee_id == committee_id))).all())


async def item_locked(session: AsyncSession, committee_id: UUID, dossier_id: UUID) -> AgendaItem | None:
    """The dossier's line on the agenda, taken: votes, their closing and déports about one dossier come one after the other."""
    return await session.get(AgendaItem, (committee_id, dossier_id), with_for_update=True, populate_existing=True)


# Adjournments and reopenings


async def adjourned(session: AsyncSession, committee: Committee) -> dict[UUID, tuple[UUID, int]]:
    """By dossier, the last earlier session of the campaign (closed, same kind) that adjourned one of its requests, and how many have."""
    wanted = (
        sa.select(_D.c.dossier_id, _C.c.id, _C.c.starts_at)
        .distinct()
        .join(_C, _C.c.id == _D.c.committee_id)
        .where(_C.c.campaign_id == committee.campaign_id, _C.c.id != committee.id, _C.c.held_at.is_not(None))
        .where(_D.c.outcome == Outcome.ADJOURNED)
        .order_by(_C.c.starts_at, _C.c.id)
    )
    found: dict[UUID, tuple[UUID, int]] = {}
    for row in await execute(session, wanted):
        found[row.dossier_id] = (row.id, found.get(row.dossier_id, (row.id, 0))[1] + 1)
    return found


async def reopening(session: AsyncSession, decision_id: UUID) -> Reopening | None:
    return (await reopenings_about(session, [decision_id])).get(decision_id)


async def reopenings_about(session: AsyncSession, decision_ids: Collection[UUID]) -> dict[UUID, Reopening]:
    """By decision, the reopening that is not settled yet, taken."""
    wanted = select(Reopening).where(_among(_O.c.decision_id, decision_ids), _O.c.settled_at.is_(None)).order_by(_O.c.id)
    found = (await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).all()
    return {reopening.decision_id: reopening for reopening in found}


async def reopenings_of(session: AsyncSession, committee_id: UUID) -> list[Reopening]:
    return list((await session.exec(select(Reopening).where(Reopening.committee_id == committee_id))).all())


#: The last steering decision on each request of a funder: request_id, dossier_id, committee_id, outcome, whether its session is
#: closed, whether it was reopened and not settled.
_LAST_WORDS = (
    sa.select(
        _D.c.request_id,
        _D.c.dossier_id,
        _D.c.committee_id,
        _D.c.outcome,
        _C.c.held_at.is_not(None).label("closed"),
        sa.exists().where(_O.c.decision_id == _D.c.id, _O.c.opened_at.is_not(None), _O.c.settled_at.is_(None)).label("reopened"),
    )
    .ext(distinct_on(_D.c.request_id))
    .join(_C, _C.c.id == _D.c.committee_id)
    .where(_C.c.campaign_id == bindparam("campaign_id"), _C.c.kind == "steering", _D.c.funder_id == bindparam("funder_id"))
    .order_by(_D.c.request_id, _D.c.decided_at.desc(), _D.c.id.desc())
)


async def last_words(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> list[Row]:
    return await fetch_in(session, _LAST_WORDS, {"campaign_id": campaign_id, "funder_id": funder_id})


async def sessions_of(session: AsyncSession, campaign_id: UUID) -> list[Committee]:
    """Sessions of a campaign, by date."""
    wanted = select(Committee).where(Committee.campaign_id == campaign_id).order_by(_C.c.starts_at, _C.c.id)
    return list((await session.exec(wanted)).all())
