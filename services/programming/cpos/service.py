"""Use cases of the agreement itself: drawn up, approved, signed, suspended, resumed, terminated; and what the other files share."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import fetch_in
from services.common.etag import require_version
from services.common.problems import NotFound

from ..announcements import announce
from ..tables import KERNEL
from . import life, repository, rules
from .errors import (
    CpoAlreadyApproved,
    CpoAlreadySigned,
    CpoHolderSucceeded,
    CpoStateRefused,
    FunderAlreadyGone,
    NotPartyToCpo,
)
from .models import Cpo, CpoFunder, CpoStatus, CpoTranche, TrancheState
from .schemas import CpoSignatureCreate
from .shares import multi_year_share as multi_year_share

_OFFICERS = ("manager", "signatory")


async def approve(session: AsyncSession, caller: Principal, cpo_id: UUID, funder_id: UUID, *, version: int, now: datetime) -> Cpo:
    """A funder approves its part; the last one makes the agreement ready to be signed."""
    cpo = await locked(session, caller, cpo_id)
    funder = await party(session, cpo, funder_id)
    require_officer(caller, funder_id)
    require_version(cpo.version, version)
    require_status(cpo, CpoStatus.DRAFT, CpoStatus.APPROVED)
    if funder.approved_at is not None:
        raise CpoAlreadyApproved()
    funder.approved_at, funder.approved_by = now, caller.account_id
    state = await state_of(session, cpo)
    after = state
    if all(one.approved_at for one in await living_funders(session, cpo)):
        after, cpo.approved_at = life.approve(state), now
    return await keep(session, cpo, state, after, "cpo.approved", caller, now, organisation_id=funder_id)


async def sign(
    session: AsyncSession, caller: Principal, cpo_id: UUID, wish: CpoSignatureCreate, *, version: int, now: datetime
) -> Cpo:
    """The holder's and each funder's signatory sign; the last signature binds and confirms what is firm for the first year."""
    cpo = await locked(session, caller, cpo_id)
    funders = await living_funders(session, cpo)
    funder = next((one for one in funders if one.funder_id == wish.organisation_id), None)
    as_holder = wish.organisation_id == cpo.acting_holder_id
    if not as_holder and wish.organisation_id == cpo.holder_id:
        require_holder(caller, cpo.holder_id, cpo.successor_id)
    if funder is None and not as_holder:
        raise NotFound()
    if not caller.has_role(wish.organisation_id, "signatory"):
        raise NotPartyToCpo()
    require_version(cpo.version, version)
    require_status(cpo, CpoStatus.APPROVED)
    # A funder that took over from the holder signs once for both.
    if (funder is None or funder.signature) and (not as_holder or cpo.holder_signature):
        raise CpoAlreadySigned()
    signature = signature_of(wish, caller, now)
    if funder and not funder.signature:
        funder.signature = signature
    if as_holder and not cpo.holder_signature:
        cpo.holder_signature = signature
    await session.flush()
    state = await state_of(session, cpo)
    after = state
    if cpo.holder_signature and all(one.signature for one in funders):
        after = life.sign(state, cpo.starts_on.year)
        await _bind(session, cpo, caller, now)
    await keep(session, cpo, state, after, "cpo.signed", caller, now, organisation_id=wish.organisation_id)
    await settle(session, cpo, today_in_paris(now), now)
    return cpo


async def _bind(session: AsyncSession, cpo: Cpo, caller: Principal, now: datetime) -> None:
    """What was signed is remembered year by year: a gap shows against it."""
    cpo.signed_at, cpo.signed_cents = now, cpo.total_cents
    tranches = await repository.tranches(session, cpo.id)
    for year in await repository.years(session, cpo.id):
        year.planned_cents = sum(tranche.amount_cents for tranche in tranches if tranche.year == year.year)


def signature_of(wish: CpoSignatureCreate, caller: Principal, now: datetime) -> dict[str, Any]:
    return {
        "signatory_name": wish.signatory_name,
        "signatory_function": wish.signatory_function,
        "signed_by": str(caller.account_id),
        "signed_at": now.isoformat(),
    }


async def suspend(session: AsyncSession, caller: Principal, cpo_id: UUID, reason: str, *, version: int, now: datetime) -> Cpo:
    """Nothing is confirmed nor enters a campaign until it is resumed."""
    cpo = await led_by(session, caller, cpo_id, version, now)
    state = await state_of(session, cpo)
    after = lawful(lambda: life.suspend(state), cpo)
    cpo.reason = reason
    return await keep(session, cpo, state, after, "cpo.suspended", caller, now, reason=reason)


async def resume(session: AsyncSession, caller: Principal, cpo_id: UUID, *, version: int, now: datetime) -> Cpo:
    cpo = await led_by(session, caller, cpo_id, version, now)
    state = await state_of(session, cpo)
    after = lawful(lambda: life.resume(state), cpo)
    cpo.reason = None
    await keep(session, cpo, state, after, "cpo.resumed", caller, now)
    await settle(session, cpo, today_in_paris(now), now)
    return cpo


async def terminate(session: AsyncSession, caller: Principal, cpo_id: UUID, reason: str, *, version: int, now: datetime) -> Cpo:
    """It ends before its time: forecasts to come are dropped, what was confirmed stays in its history."""
    cpo = await led_by(session, caller, cpo_id, version, now)
    state = await state_of(session, cpo)
    from_year = rules.current_year(cpo.starts_on, cpo.years, today_in_paris(now))
    after = lawful(lambda: life.terminate(state, from_year), cpo)
    cpo.reason = reason
    return await keep(session, cpo, state, after, "cpo.terminated", caller, now, reason=reason)


async def seen(session: AsyncSession, caller: Principal, cpo_id: UUID) -> Cpo:
    """The agreement, for its holder, its funders and the contract's team (404 for others)."""
    cpo = await repository.get(session, cpo_id)
    if cpo is None or not await is_party(session, caller, cpo):
        raise NotFound()
    return cpo


# For the other files of the room.


async def locked(session: AsyncSession, caller: Principal, cpo_id: UUID) -> Cpo:
    """The agreement, locked. Every act on an agreement takes this row first, before its dossiers and their awards."""
    cpo = await repository.get(session, cpo_id, lock=True)
    if cpo is None or not await is_party(session, caller, cpo):
        raise NotFound()
    return cpo


async def ready(session: AsyncSession, cpo: Cpo, version: int, now: datetime) -> None:
    """The version is the one the caller read, and the status is where time has brought it."""
    require_version(cpo.version, version)
    await settle(session, cpo, today_in_paris(now), now)


async def led_by(session: AsyncSession, caller: Principal, cpo_id: UUID, version: int, now: datetime) -> Cpo:
    """For the contract's team (403 for the other parties)."""
    cpo = await locked(session, caller, cpo_id)
    if not caller.belongs_to(cpo.lead_organisation_id):
        raise NotPartyToCpo()
    await ready(session, cpo, version, now)
    return cpo


async def settle(session: AsyncSession, cpo: Cpo, today: date, now: datetime) -> None:
    """What time did by itself is written down, with its line in the journal, before anything else is."""
    reached = rules.status_at(cpo.status, cpo.starts_on, cpo.ends_on, today)
    if reached is cpo.status:
        return
    state = await state_of(session, cpo)
    act = "cpo.ended" if reached is CpoStatus.ENDED else "cpo.entered_into_force"
    await keep(session, cpo, state, life.reach(state, reached), act, None, now)


async def is_party(session: AsyncSession, caller: Principal, cpo: Cpo) -> bool:
    if holds(caller, cpo) or caller.belongs_to(cpo.lead_organisation_id):
        return True
    return any(caller.belongs_to(funder.funder_id) for funder in await repository.funders(session, cpo.id))


async def party(session: AsyncSession, cpo: Cpo, funder_id: UUID) -> CpoFunder:
    """A funder of the agreement that has not left it (404 when it never was one)."""
    found = next((one for one in await repository.funders(session, cpo.id) if one.funder_id == funder_id), None)
    if found is None:
        raise NotFound()
    if found.withdrawn_at is not None:
        raise FunderAlreadyGone()
    return found


async def living_funders(session: AsyncSession, cpo: Cpo) -> list[CpoFunder]:
    return [funder for funder in await repository.funders(session, cpo.id) if funder.withdrawn_at is None]


def holds(caller: Principal, cpo: Cpo) -> bool:
    """A member of the holder, or of the one it handed over to."""
    return caller.belongs_to(cpo.holder_id) or (cpo.successor_id is not None and caller.belongs_to(cpo.successor_id))


def require_holder(caller: Principal, holder_id: UUID, successor_id: UUID | None) -> None:
    """A member of the organisation that answers for the holder today (403 for those of a former one, and for the other parties)."""
    if caller.belongs_to(successor_id or holder_id):
        return
    if caller.belongs_to(holder_id):
        raise CpoHolderSucceeded(successor_id=str(successor_id))
    raise NotPartyToCpo()


def require_officer(caller: Principal, organisation_id: UUID) -> None:
    """A manager or signatory of that organisation."""
    if not caller.has_role(organisation_id, *_OFFICERS):
        raise NotPartyToCpo()


def require_status(cpo: Cpo, *allowed: CpoStatus) -> None:
    if cpo.status not in allowed:
        raise CpoStateRefused(cpo_status=cpo.status.value)


def lawful(act: Any, cpo: Cpo) -> life.State:
    """The state after the act; a refusal for the agreement's status has its name here, the others theirs in their own file."""
    try:
        after: life.State = act()
    except life.Refused as refusal:
        if refusal.breach is not life.Breach.STATUS:
            raise
        raise CpoStateRefused(cpo_status=cpo.status.value) from refusal
    return after


async def state_of(session: AsyncSession, cpo: Cpo) -> life.State:
    """The agreement as its laws see it."""
    return state_from(cpo, await repository.tranches(session, cpo.id))


def state_from(cpo: Cpo, tranches: Iterable[CpoTranche]) -> life.State:
    seen_as = {str(one.id): _as_law_sees(one) for one in tranches}
    return life.State(cpo.status, cpo.suspended_from, cpo.total_cents, seen_as)


def _as_law_sees(one: CpoTranche) -> life.Tranche:
    return life.Tranche(str(one.id), one.year, str(one.funder_id), one.budget_line, one.amount_cents, one.firm, one.state)


async def keep(
    session: AsyncSession,
    cpo: Cpo,
    before: life.State,
    after: life.State,
    act: str,
    caller: Principal | None,
    now: datetime,
    *,
    organisation_id: UUID | None = None,
    reason: str | None = None,
    said: Mapping[str, Any] | None = None,
) -> Cpo:
    """Write the new state down and the difference in the journal: the one always follows from the other."""
    cpo.status, cpo.suspended_from, cpo.total_cents = after.status, after.suspended_from, after.total_cents
    await _keep_tranches(session, cpo, before.tranches, after.tranches, caller, now)
    cpo.version += 1
    await session.flush()
    changes = {**(said or {}), **life.difference(before, after)}
    await note(session, cpo, act, caller, now, organisation_id=organisation_id, reason=reason, changes=changes)
    return cpo


async def _keep_tranches(
    session: AsyncSession,
    cpo: Cpo,
    before: Mapping[str, life.Tranche],
    after: Mapping[str, life.Tranche],
    caller: Principal | None,
    now: datetime,
) -> None:
    rows = {str(row.id): row for row in await repository.tranches(session, cpo.id)}
    for gone in before.keys() - after.keys():
        await session.delete(rows[gone])
    await session.flush()
    # What is dropped first: a funder has one living tranche a year.
    for tranche in sorted(after.values(), key=lambda one: one.state is not TrancheState.DROPPED):
        if tranche == before.get(tranche.id):
            continue
        row = rows.get(tranche.id)
        if row is None:
            session.add(_row_of(cpo, tranche))
            continue
        row.year, row.funder_id, row.budget_line = tranche.year, UUID(tranche.funder_id), tranche.budget_line
        if tranche.state is TrancheState.CONFIRMED and row.state is TrancheState.FORECAST:
            row.confirmed_at, row.confirmed_by = now, caller.account_id if caller else None
        elif tranche.state is TrancheState.FORECAST:
            row.forecast_cents = tranche.amount_cents
        row.amount_cents, row.state, row.firm = tranche.amount_cents, tranche.state, tranche.firm
        await session.flush()
    await session.flush()


def _row_of(cpo: Cpo, tranche: life.Tranche) -> CpoTranche:
    return CpoTranche(
        id=UUID(tranche.id),
        cpo_id=cpo.id,
        year=tranche.year,
        funder_id=UUID(tranche.funder_id),
        budget_line=tranche.budget_line,
        firm=tranche.firm,
        amount_cents=tranche.amount_cents,
        forecast_cents=tranche.amount_cents,
    )


async def note(
    session: AsyncSession,
    cpo: Cpo,
    act: str,
    caller: Principal | None,
    now: datetime,
    *,
    organisation_id: UUID | None = None,
    reason: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """A line in the agreement's journal, which all its parties read."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("cpo", cpo.id),
        actor=caller,
        organisation_id=organisation_id or cpo.lead_organisation_id,
        changes=changes,
        reason=reason,
    )
    facts = {"cpo_id": cpo.id, "holder_id": cpo.acting_holder_id, "lead_organisation_id": cpo.lead_organisation_id}
    await announce(session, act, subject=cpo.id, at=now, facts=facts)


def concerned(tranches: Sequence[life.Tranche]) -> set[UUID]:
    """The funders of these tranches."""
    return {UUID(tranche.funder_id) for tranche in tranches}


async def parties(session: AsyncSession, cpo_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """For the rooms above: by agreement, the organisations that may see it."""
    found: dict[UUID, set[UUID]] = {}
    for row in await fetch_in(session, repository.PARTIES, {"cpos": list(cpo_ids)}):
        found[row["id"]] = {one for one in row["parties"] if one is not None}
    return found
