"""Use cases of collaborators: invite, accept, change, withdraw, leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import NotFound
from services.common.siblings import Siblings

from .. import clients
from ..dossiers import access, instruction
from ..dossiers import service as dossiers
from ..dossiers.schemas import DossierStatus
from . import letters, links, repository
from .errors import (
    AddressNotConfirmed,
    CollaborationClosed,
    CollaborationInvitationExpired,
    CollaborationInvitationForAnotherAddress,
    CollaborationInvitationUnknown,
    CollaborationInvitationUsed,
    CollaborationInvitationWithdrawn,
    TooManyCollaborators,
)
from .models import Collaborator, CollaboratorPart, CollaboratorStatus
from .schemas import CollaboratorInvite

if TYPE_CHECKING:
    from ..dossiers.models import Dossier

MOST = 20
_CLOSED = {DossierStatus.WITHDRAWN, DossierStatus.DROPPED, DossierStatus.INADMISSIBLE, DossierStatus.CLOSED}


async def invite(
    session: AsyncSession, settings: Any, caller: Principal, dossier_id: UUID, wish: CollaboratorInvite, *, now: datetime
) -> Collaborator:
    """A member of the holder invites somebody by their address; the mail carries the link."""
    dossier = await dossiers.held_by(session, caller, dossier_id)
    _require_under_way(dossier)
    if await repository.standing(session, dossier_id) >= MOST:
        raise TooManyCollaborators(most=MOST)
    collaborator = Collaborator(
        dossier_id=dossier.id,
        organisation_id=dossier.acting_holder_id,
        email=wish.email.lower(),
        full_name=wish.full_name,
        part=wish.part,
        invited_by=caller.account_id,
        invited_at=now,
        expires_at=now + timedelta(days=settings.invitations_expire_days),
    )
    session.add(collaborator)
    await session.flush()
    await _note(session, dossier, "collaborator.invited", caller, now, collaborator)
    await _mail_link(session, settings, dossier, collaborator)
    return collaborator


async def invite_again(
    session: AsyncSession, settings: Any, caller: Principal, dossier_id: UUID, collaborator_id: UUID, *, version: int, now: datetime
) -> Collaborator:
    """Another link, another delay; the former link is void."""
    dossier = await dossiers.held_by(session, caller, dossier_id)
    _require_under_way(dossier)
    collaborator = await _of(session, dossier_id, collaborator_id)
    if collaborator.status is CollaboratorStatus.ACTIVE:
        raise CollaborationInvitationUsed()
    if collaborator.status is not CollaboratorStatus.INVITED:
        raise CollaborationInvitationWithdrawn()
    require_version(collaborator.version, version)
    collaborator.link_version += 1
    collaborator.expires_at = now + timedelta(days=settings.invitations_expire_days)
    await _saved(session, dossier, "collaborator.invited_again", caller, now, collaborator)
    await _mail_link(session, settings, dossier, collaborator)
    return collaborator


async def _mail_link(session: AsyncSession, settings: Any, dossier: "Dossier", collaborator: Collaborator) -> None:
    link = links.address(settings, collaborator.id, collaborator.link_version)
    holder = str(dossier.holder["name"])
    subject, text = letters.invitation(holder, dossier.title, collaborator.part, link, collaborator.expires_at)
    await queue_mail(session, to=collaborator.email, subject=subject, text=text)


async def face(session: AsyncSession, settings: Any, token: str, *, now: datetime) -> dict[str, Any]:
    """What a link says to whoever holds it, while it may be accepted."""
    collaborator_id, link_version = links.read(settings, token)
    collaborator = await repository.get(session, collaborator_id)
    collaborator = _require_acceptable(collaborator, link_version, now)
    dossier = await instruction.read(session, collaborator.dossier_id)
    return {
        "holder_name": dossier.holder.get("name", ""),
        "dossier_title": dossier.title,
        "part": collaborator.part,
        "address_hint": links.hint(collaborator.email),
        "expires_at": collaborator.expires_at,
    }


async def accept(
    session: AsyncSession, settings: Any, siblings: Siblings, caller: Principal, token: str, *, now: datetime
) -> Collaborator:
    """The person invited, signed in with the address invited, joins. Of two at once with the same link, one does."""
    collaborator_id, link_version = links.read(settings, token)
    # Asked before the first statement: no connection of ours waits for the directory.
    account = await clients.me(siblings, caller)
    asked = await repository.get(session, collaborator_id)
    if asked is None:
        raise CollaborationInvitationUnknown()
    dossier = await instruction.get(session, asked.dossier_id)
    collaborator = _require_acceptable(await repository.get(session, collaborator_id, lock=True), link_version, now)
    if account.verified_at is None:
        raise AddressNotConfirmed()
    if account.email.lower() != collaborator.email:
        raise CollaborationInvitationForAnotherAddress(address_hint=links.hint(collaborator.email))
    _require_under_way(dossier)
    collaborator.status, collaborator.account_id, collaborator.accepted_at = CollaboratorStatus.ACTIVE, caller.account_id, now
    collaborator.full_name = account.full_name or collaborator.full_name
    await _saved(session, dossier, "collaborator.joined", caller, now, collaborator)
    await access.let_in(session, dossier, caller.account_id, may_edit=collaborator.part is CollaboratorPart.EDITOR)
    if email := dossier.contact.get("email"):
        subject, text = letters.accepted(collaborator.full_name or collaborator.email, dossier.title)
        await queue_mail(session, to=str(email), subject=subject, text=text)
    return collaborator


def _require_acceptable(collaborator: Collaborator | None, link_version: int, now: datetime) -> Collaborator:
    if collaborator is None:
        raise CollaborationInvitationUnknown()
    if collaborator.status is CollaboratorStatus.ACTIVE:
        raise CollaborationInvitationUsed()
    if collaborator.status is not CollaboratorStatus.INVITED:
        raise CollaborationInvitationWithdrawn()
    if collaborator.link_version != link_version:
        raise CollaborationInvitationUnknown()
    if now >= collaborator.expires_at:
        raise CollaborationInvitationExpired(expired_at=collaborator.expires_at.isoformat())
    return collaborator


async def change_part(
    session: AsyncSession,
    caller: Principal,
    dossier_id: UUID,
    collaborator_id: UUID,
    part: CollaboratorPart,
    *,
    version: int,
    now: datetime,
) -> Collaborator:
    """From reader to editor, or back: at once."""
    dossier = await dossiers.held_by(session, caller, dossier_id)
    collaborator = await _of(session, dossier_id, collaborator_id)
    if collaborator.status not in {CollaboratorStatus.INVITED, CollaboratorStatus.ACTIVE}:
        raise CollaborationInvitationWithdrawn()
    require_version(collaborator.version, version)
    before, collaborator.part = collaborator.part, part
    await _saved(session, dossier, "collaborator.part_changed", caller, now, collaborator, was=before.value)
    if collaborator.status is CollaboratorStatus.ACTIVE and collaborator.account_id:
        await access.let_in(session, dossier, collaborator.account_id, may_edit=part is CollaboratorPart.EDITOR)
    return collaborator


async def withdraw(session: AsyncSession, caller: Principal, dossier_id: UUID, collaborator_id: UUID, *, now: datetime) -> None:
    """A member of the holder takes the access back: it is lost at once. Twice, nothing more is done."""
    dossier = await dossiers.held_by(session, caller, dossier_id)
    collaborator = await _of(session, dossier_id, collaborator_id)
    if collaborator.status not in {CollaboratorStatus.INVITED, CollaboratorStatus.ACTIVE}:
        return
    was_active = collaborator.status is CollaboratorStatus.ACTIVE
    await _end(session, dossier, collaborator, CollaboratorStatus.WITHDRAWN, caller, now)
    if was_active:
        subject, text = letters.ended(str(dossier.holder["name"]), dossier.title)
        await queue_mail(session, to=collaborator.email, subject=subject, text=text)


async def leave(session: AsyncSession, caller: Principal, collaborator_id: UUID, *, now: datetime) -> None:
    """The collaborator leaves the dossier."""
    asked = await repository.get(session, collaborator_id)
    if asked is None or asked.account_id != caller.account_id:
        raise NotFound()
    dossier = await instruction.get(session, asked.dossier_id)
    collaborator = await _of(session, asked.dossier_id, collaborator_id)
    if collaborator.status is CollaboratorStatus.ACTIVE:
        await _end(session, dossier, collaborator, CollaboratorStatus.LEFT, caller, now)


async def _end(
    session: AsyncSession,
    dossier: "Dossier",
    collaborator: Collaborator,
    status: CollaboratorStatus,
    caller: Principal,
    now: datetime,
) -> None:
    collaborator.status, collaborator.ended_at = status, now
    await _saved(session, dossier, f"collaborator.{status.value}", caller, now, collaborator)
    if collaborator.account_id:
        await access.let_out(session, dossier.id, collaborator.account_id)


async def _of(session: AsyncSession, dossier_id: UUID, collaborator_id: UUID) -> Collaborator:
    """The collaborator, locked after the dossier."""
    collaborator = await repository.get(session, collaborator_id, lock=True)
    if collaborator is None or collaborator.dossier_id != dossier_id:
        raise NotFound()
    return collaborator


def _require_under_way(dossier: "Dossier") -> None:
    if dossier.status in _CLOSED:
        raise CollaborationClosed(dossier_status=dossier.status.value)


async def _saved(
    session: AsyncSession,
    dossier: "Dossier",
    act: str,
    caller: Principal,
    now: datetime,
    collaborator: Collaborator,
    **more: object,
) -> None:
    collaborator.version += 1
    await session.flush()
    await _note(session, dossier, act, caller, now, collaborator, **more)


async def _note(
    session: AsyncSession,
    dossier: "Dossier",
    act: str,
    caller: Principal,
    now: datetime,
    collaborator: Collaborator,
    **more: object,
) -> None:
    """In the dossier's journal, without the person's name nor address."""
    changes: dict[str, Any] = {"collaborator_id": str(collaborator.id), "part": collaborator.part.value, **more}
    await dossiers.note(session, dossier, act, caller, now, **changes)


# For the rooms above.


async def addresses(session: AsyncSession, dossier_id: UUID) -> dict[UUID, str]:
    """Addresses of the people at work on the dossier, by account."""
    found: Sequence[Collaborator] = await repository.active(session, dossier_id)
    return {one.account_id: one.email for one in found if one.account_id}


async def forget_draft(session: AsyncSession, dossier_id: UUID) -> None:
    """The draft is erased for good: who was invited to it is forgotten with it."""
    await repository.forget_draft(session, dossier_id)


async def forget_person(session: AsyncSession, account_id: UUID, *, email: str, now: datetime) -> None:
    """A person is erased: they read no dossier any more, and their name and address go; that somebody collaborated stays."""
    for collaborator in await repository.of_person(session, account_id, email):
        if collaborator.status is CollaboratorStatus.ACTIVE:
            collaborator.status, collaborator.ended_at = CollaboratorStatus.LEFT, now
            await access.let_out(session, collaborator.dossier_id, account_id)
        elif collaborator.status is CollaboratorStatus.INVITED:
            # Nobody is left to accept; two such invitations to one dossier would be one address's otherwise.
            collaborator.status, collaborator.ended_at = CollaboratorStatus.WITHDRAWN, now
        collaborator.email = collaborator.full_name = ""
        collaborator.version += 1
    await session.flush()
