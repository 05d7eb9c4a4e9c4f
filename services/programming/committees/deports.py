"""Déports: a person around the table has an interest in a dossier and steps out for it, before the session or during it."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.language import Text
from services.common.problems import FieldError, MalformedRequest, NotFound

from . import repository, rules, service
from .errors import AlreadySpoke, CommitteeClosed, DeportDeclared, DeportWithdrawn, NotForYouToStepOut, NotOnAgenda
from .models import Committee, Deport
from .schemas import DeportCreate


async def declare(
    session: AsyncSession, caller: Principal, committee_id: UUID, dossier_id: UUID, wish: DeportCreate, *, now: datetime
) -> Deport:
    """One declares for oneself; the team records what is said in the room. What the person had voted on the dossier is taken off."""
    committee = await service.seen(session, caller, committee_id)
    team = caller.belongs_to(committee.lead_organisation_id)
    account_id = wish.account_id or (None if wish.person.strip() and team else caller.account_id)
    himself = account_id == caller.account_id and caller.belongs_to(wish.organisation_id)
    if not (himself or team):
        raise NotForYouToStepOut()
    if account_id == caller.account_id and not himself:
        said = Text("Vous n'êtes pas de cette organisation.", "You are not of this organisation.")
        raise MalformedRequest(errors=[FieldError("/organisation_id", said, "not_a_member")])
    await _require_open(session, committee_id)
    if await repository.item_locked(session, committee_id, dossier_id) is None:
        raise NotOnAgenda()
    if account_id is not None and await repository.has_decided(session, committee_id, dossier_id, account_id):
        raise AlreadySpoke()
    if any(
        _is_same(one, wish.organisation_id, account_id, wish.person) for one in await _standing(session, committee_id, dossier_id)
    ):
        raise DeportDeclared()
    deport = Deport(
        committee_id=committee_id,
        dossier_id=dossier_id,
        organisation_id=wish.organisation_id,
        account_id=account_id,
        person=wish.person.strip(),
        interest=wish.interest.strip(),
        declared_by=caller.account_id,
        declared_at=now,
    )
    session.add(deport)
    await session.flush()
    taken_off = 0
    if account_id is not None and await repository.advice(session, committee_id, dossier_id) is None:
        taken_off = await repository.forget_votes(session, committee_id, dossier_id, account_id)
    await _note(session, committee, "committee.deport_declared", caller, deport, now, votes_taken_off=taken_off)
    return deport


async def withdraw(session: AsyncSession, caller: Principal, deport_id: UUID, *, now: datetime) -> Deport:
    """By the person, whoever declared it, or the team, while the session is open. Both dates stay on record."""
    deport = await repository.deport(session, deport_id)
    if deport is None:
        raise NotFound()
    committee = await service.seen(session, caller, deport.committee_id)
    if caller.account_id not in {deport.account_id, deport.declared_by} and not caller.belongs_to(committee.lead_organisation_id):
        raise NotForYouToStepOut()
    await _require_open(session, deport.committee_id)
    await repository.item_locked(session, deport.committee_id, deport.dossier_id)
    taken = await repository.deport(session, deport_id, lock=True)
    if taken is None or taken.withdrawn_at is not None:
        raise DeportWithdrawn()
    taken.withdrawn_at, taken.withdrawn_by = now, caller.account_id
    await session.flush()
    await _note(session, committee, "committee.deport_withdrawn", caller, taken, now)
    return taken


async def outs(session: AsyncSession, committee_id: UUID, dossier_id: UUID) -> list[rules.OutOfRoom]:
    return [rules.OutOfRoom(d.organisation_id, d.account_id, d.person) for d in await _standing(session, committee_id, dossier_id)]


async def _standing(session: AsyncSession, committee_id: UUID, dossier_id: UUID) -> list[Deport]:
    return await repository.deports(session, committee_id, dossier_id)


async def _require_open(session: AsyncSession, committee_id: UUID) -> None:
    committee = await repository.get_shared(session, committee_id)
    if committee is None or committee.status not in rules.OPEN:
        raise CommitteeClosed()


def _is_same(one: Deport, organisation_id: UUID, account_id: UUID | None, person: str) -> bool:
    if one.organisation_id != organisation_id:
        return False
    if account_id is not None or one.account_id is not None:
        return one.account_id == account_id
    return one.person.casefold() == person.strip().casefold()


async def _note(
    session: AsyncSession, committee: Committee, act: str, caller: Principal, deport: Deport, now: datetime, **more: object
) -> None:
    await service.note(
        session,
        committee,
        act,
        caller,
        now,
        dossier_id=str(deport.dossier_id),
        organisation_id_of_person=str(deport.organisation_id),
        deport_id=str(deport.id),
        **more,
    )
