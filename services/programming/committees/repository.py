"""All the SQL about committees."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import AgendaItem, Committee, CommitteeStatus, Decision

_C: Any = Committee.__table__  # type: ignore[attr-defined]
_A: Any = AgendaItem.__table__  # type: ignore[attr-defined]
_D: Any = Decision.__table__  # type: ignore[attr-defined]

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


async def get(session: AsyncSession, committee_id: UUID, *, lock: bool = False) -> Committee | None:
    """`lock` takes the session for oneself (agenda, closing)."""
    return await session.get(Committee, committee_id, with_for_update=lock or None)


async def get_shared(session: AsyncSession, committee_id: UUID) -> Committee | None:
    """The session, kept from closing while a decision is written; other decisions go on beside it."""
    wanted = select(Committee).where(Committee.id == committee_id).with_for_update(read=True)
    return (await session.exec(wanted)).one_or_none()


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


async def decision(session: AsyncSession, committee_id: UUID, request_id: UUID) -> Decision | None:
    wanted = select(Decision).where(Decision.committee_id == committee_id, Decision.request_id == request_id)
    return (await session.exec(wanted)).one_or_none()


async def decided_dossiers(session: AsyncSession, committee_id: UUID) -> set[UUID]:
    return set((await session.exec(select(Decision.dossier_id).where(Decision.committee_id == committee_id))).all())


async def last_decision(session: AsyncSession, request_id: UUID) -> tuple[Decision, Committee] | None:
    """The latest decision (not a proposal) about a request, with the session that took it."""
    wanted = (
        select(Decision, Committee)
        .join(Committee, _C.c.id == _D.c.committee_id)
        .where(Decision.request_id == request_id, _C.c.kind == "steering")
        .order_by(_D.c.decided_at.desc(), _D.c.id.desc())
        .limit(1)
    )
    found = (await session.exec(wanted)).one_or_none()
    return None if found is None else (found[0], found[1])


async def ids_of(session: AsyncSession, campaign_id: UUID, statuses: Collection[CommitteeStatus]) -> set[UUID]:
    """Sessions of a campaign in one of these statuses."""
    wanted = select(Committee.id).where(Committee.campaign_id == campaign_id, _C.c.status.in_(statuses))
    return set((await session.exec(wanted)).all())


async def sessions_of(session: AsyncSession, campaign_id: UUID) -> list[Committee]:
    """Sessions of a campaign, by date."""
    wanted = select(Committee).where(Committee.campaign_id == campaign_id).order_by(_C.c.starts_at, _C.c.id)
    return list((await session.exec(wanted)).all())
