"""Use cases of invitations. What a manager hears does not depend on whether the address has an account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.limits import retry_after
from services.common.mail import queue_mail
from services.common.problems import NotFound
from services.common.resources import Resources

from ..accounts import service as accounts
from ..accounts.rules import fingerprint
from ..accounts.schemas import AccountSummary
from ..organisations import doors, enrolment
from ..organisations.members import shown
from ..organisations.service import managed, require_living
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import (
    AlreadyInvited,
    InvitationClosed,
    InvitationForAnotherAddress,
    InvitationLinkInvalid,
    InvitationNotVouched,
    TooManyInvitations,
)
from .models import Invitation, InvitationMail, InvitationState, RequestState
from .schemas import InvitationCreate, shown_state


async def invite(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, wish: InvitationCreate, *, now: datetime
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    require_living(organisation)
    await doors.refuse_member(session, organisation_id, await accounts.at_address(session, wish.email))
    known = await repository.pending_invitation(session, organisation_id, wish.email)
    if known is not None and known.expires_at > now:
        raise AlreadyInvited(invitation_id=str(known.id))
    if known is not None:
        _close(known, InvitationState.REPLACED, now)
        await session.flush()
    invitation = Invitation(
        organisation_id=organisation_id,
        email=wish.email,
        roles=list[str](wish.roles),
        invited_by=caller.account_id,
        created_at=now,
        sent_at=now,
        expires_at=now,
    )
    session.add(invitation)
    await _send(session, resources, caller, invitation, organisation.name, now)
    await record(session, "invitation.sent", organisation_id, caller, now, {"id": str(invitation.id), "roles": invitation.roles})
    return read(invitation.model_dump(), now)


async def send_again(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, invitation_id: UUID, *, now: datetime
) -> dict[str, Any]:
    """The same link, by mail and with its whole time again; one that had expired lives anew."""
    organisation = await managed(session, caller, organisation_id)
    require_living(organisation)
    invitation = await _awaiting(session, organisation_id, invitation_id)
    invitation.version += 1
    await _send(session, resources, caller, invitation, organisation.name, now)
    await record(session, "invitation.sent_again", organisation_id, caller, now, {"id": str(invitation.id)})
    return read(invitation.model_dump(), now)


async def withdraw(
    session: AsyncSession, caller: Principal, organisation_id: UUID, invitation_id: UUID, *, now: datetime
) -> dict[str, Any]:
    await managed(session, caller, organisation_id)
    invitation = await _awaiting(session, organisation_id, invitation_id)
    _close(invitation, InvitationState.WITHDRAWN, now)
    await session.flush()
    await record(session, "invitation.withdrawn", organisation_id, caller, now, {"id": str(invitation.id)})
    return read(invitation.model_dump(), now)


async def accept_by_link(
    session: AsyncSession, resources: Resources, caller: Principal, token: str, *, now: datetime
) -> dict[str, Any]:
    invitation_id = rules.opened(resources.settings.secret_key, token)
    if invitation_id is None or await repository.invitation(session, invitation_id) is None:
        raise InvitationLinkInvalid()
    return await accept(session, resources, caller, invitation_id, now=now, hidden=False)


async def accept(
    session: AsyncSession, resources: Resources, caller: Principal, invitation_id: UUID, *, now: datetime, hidden: bool = True
) -> dict[str, Any]:
    """Join: by the person whose confirmed address was invited, once. `hidden`: to others it is 404, they hold no link."""
    invitation, organisation, person = await _for_the_invited(session, caller, invitation_id, now, hidden=hidden, living=True)
    membership = await enrolment.enrol(
        session, resources, organisation, person.id, invitation.roles, actor=caller, by=invitation.invited_by, now=now
    )
    _close(invitation, InvitationState.ACCEPTED, now, person.id)
    asked = await repository.pending_request(session, organisation.id, person.id)
    if asked is not None:  # they had asked too: that is the answer
        asked.state, asked.roles, asked.version = RequestState.APPROVED, list(invitation.roles), asked.version + 1
        asked.decided_at, asked.decided_by = now, invitation.invited_by
    await session.flush()
    await record(session, "invitation.accepted", organisation.id, caller, now, {"id": str(invitation.id)})
    if invitation.invited_by and await doors.part_of(session, organisation.id, invitation.invited_by):
        subject, text = letters.joined(resources.settings.public_url, organisation.name, person.full_name, membership.roles)
        await queue_mail(session, to=(await accounts.summary(session, invitation.invited_by)).email, subject=subject, text=text)
    return shown(membership.model_dump(), person)


async def decline(session: AsyncSession, caller: Principal, invitation_id: UUID, *, now: datetime) -> None:
    invitation, organisation, person = await _for_the_invited(session, caller, invitation_id, now, hidden=True, living=False)
    _close(invitation, InvitationState.DECLINED, now, person.id)
    await session.flush()
    await record(session, "invitation.declined", organisation.id, caller, now, {"id": str(invitation.id)})


async def listing(
    reader: AsyncConnection[Row],
    caller: Principal,
    organisation_id: UUID,
    *,
    states: Sequence[str],
    before: UUID,
    limit: int,
    now: datetime,
) -> list[Row]:
    await doors.require_manager(reader, caller, organisation_id)
    asked = {"organisation_id": organisation_id, "states": list(states) or None, "before_id": before, "limit": limit, "now": now}
    return await fetch(reader, repository.INVITATIONS, asked)


async def one(
    reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, invitation_id: UUID, *, now: datetime
) -> dict[str, Any]:
    await doors.require_manager(reader, caller, organisation_id)
    asked = {"invitation_id": invitation_id, "organisation_id": organisation_id}
    invitation = await fetch_one(reader, repository.INVITATION, asked)
    if invitation is None:
        raise NotFound()
    return read(invitation, now)


async def own(reader: AsyncConnection[Row], caller: Principal, *, before: UUID, limit: int, now: datetime) -> list[dict[str, Any]]:
    """Those to answer, sent to the caller's confirmed address."""
    email = (await accounts.own(reader, caller))["email"]
    rows = await fetch(reader, repository.TO_ANSWER, {"email": email, "before_id": before, "limit": limit, "now": now})
    names = await doors.names(reader, [row["organisation_id"] for row in rows])
    return [{**row, "organisation_name": names[row["organisation_id"]]} for row in rows]


async def forget_old(session: AsyncSession, now: datetime) -> None:
    await repository.forget(session, mails=now - rules.WINDOW, over=now - rules.KEPT)


def read(invitation: Row, now: datetime) -> dict[str, Any]:
    return {**invitation, "state": shown_state(invitation["state"], invitation["expires_at"], now)}


async def record(
    session: AsyncSession,
    act: str,
    organisation_id: UUID,
    actor: Principal | None,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    """A line of the organisation's journal: no address, no name, no word of anybody's."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("organisation", organisation_id),
        actor=actor,
        organisation_id=organisation_id,
        changes=changes,
    )


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _send(
    session: AsyncSession, resources: Resources, caller: Principal, invitation: Invitation, organisation: str, now: datetime
) -> None:
    settings, email_hash = resources.settings, fingerprint(invitation.email)
    here, by_them = await repository.mails_sent(
        session, invitation.organisation_id, email_hash, caller.account_id, now - rules.WINDOW
    )
    if here >= settings.mails_per_hour or by_them >= settings.invitations_per_hour:
        raise TooManyInvitations(headers=retry_after(rules.WINDOW))
    session.add(
        InvitationMail(organisation_id=invitation.organisation_id, email_hash=email_hash, sender_id=caller.account_id, at=now)
    )
    # Who sends it answers for it from now on.
    invitation.invited_by = caller.account_id
    invitation.sent_at, invitation.expires_at = now, now + timedelta(days=settings.invitation_days)
    await session.flush()
    by = await enrolment.named(session, caller.account_id, invitation.organisation_id)
    token = rules.link(settings.secret_key, invitation.id)
    subject, text = letters.invitation(
        settings.public_url, organisation, by[0].upper() + by[1:], invitation.roles, token, invitation.expires_at
    )
    await queue_mail(session, to=invitation.email, subject=subject, text=text)


async def _awaiting(session: AsyncSession, organisation_id: UUID, invitation_id: UUID) -> Invitation:
    """For those who manage: pending, expired or not."""
    invitation = await repository.invitation(session, invitation_id, locked=True)
    if invitation is None or invitation.organisation_id != organisation_id:
        raise NotFound()
    if invitation.state is not InvitationState.PENDING:
        raise InvitationClosed()
    return invitation


async def _for_the_invited(
    session: AsyncSession, caller: Principal, invitation_id: UUID, now: datetime, *, hidden: bool, living: bool
) -> tuple[Invitation, doors.Organisation, AccountSummary]:
    """The organisation is held first, as in every act on its people: two clicks at once are one after the other."""
    found = await repository.invitation(session, invitation_id)
    if found is None:
        raise NotFound()
    organisation = await doors.held(session, found.organisation_id, living=False)
    invitation = await repository.invitation(session, invitation_id, locked=True)
    person = await accounts.summary(session, caller.account_id)
    if invitation is None or invitation.email != person.email:
        raise NotFound() if hidden or invitation is None else InvitationForAnotherAddress()
    if refusal := rules.refusal(invitation.state, invitation.expires_at, now):
        raise refusal()
    if living:
        require_living(organisation)
        await _require_vouched(session, invitation)
    return invitation, organisation, person


async def _require_vouched(session: AsyncSession, invitation: Invitation) -> None:
    """Who no longer manages has left no door behind: neither for a friend nor for another address of their own."""
    host = invitation.invited_by
    part = await doors.part_of(session, invitation.organisation_id, host) if host else None
    if part is not None and "manager" in part.roles:
        return
    if host is None or not await accounts.is_administrator(session, host):
        raise InvitationNotVouched()


def _close(invitation: Invitation, state: InvitationState, now: datetime, account_id: UUID | None = None) -> None:
    invitation.state, invitation.closed_at, invitation.account_id = state, now, account_id
    invitation.version += 1
