"""All the SQL of invitations, requests to join and claims of management."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text as SqlText
from sqlalchemy import bindparam, case, cast, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from .models import ClaimState, Invitation, InvitationMail, InvitationState, JoinRequest, ManagementClaim, RequestState

_I: Any = Invitation.__table__  # type: ignore[attr-defined]
_L: Any = InvitationMail.__table__  # type: ignore[attr-defined]
_R: Any = JoinRequest.__table__  # type: ignore[attr-defined]
_C: Any = ManagementClaim.__table__  # type: ignore[attr-defined]

_states = bindparam("states", type_=ARRAY(SqlText))
_here = bindparam("organisation_id", type_=_I.c.organisation_id.type)
_newest = bindparam("before_id", type_=_I.c.id.type)
_now = bindparam("now", type_=_I.c.expires_at.type)
_limit: Any = bindparam("limit")

_shown = case(
    ((_I.c.state == InvitationState.PENDING) & (_I.c.expires_at <= _now), literal("expired", SqlText)),
    else_=cast(_I.c.state, SqlText),
)

#: Invitations of an organisation, the newest first, in one of these states as they are shown (all when null).
INVITATIONS = (
    select(
        *(_I.c.id, _I.c.organisation_id, _I.c.email, _I.c.roles, _shown.label("state"), _I.c.created_at),
        *(_I.c.sent_at, _I.c.expires_at, _I.c.closed_at, _I.c.version),
    )
    .where(_I.c.organisation_id == _here, _I.c.id < _newest)
    .where(or_(_states.is_(None), _shown == func.any(_states)))
    .order_by(_I.c.id.desc())
    .limit(_limit)
)

INVITATION = select(_I).where(_I.c.id == bindparam("invitation_id"), _I.c.organisation_id == _here)

#: Those an address can answer, the newest first.
TO_ANSWER = (
    select(_I.c.id, _I.c.organisation_id, _I.c.roles, _I.c.sent_at, _I.c.expires_at)
    .where(_I.c.email == bindparam("email"), _I.c.state == InvitationState.PENDING, _I.c.expires_at > _now)
    .where(_I.c.id < _newest)
    .order_by(_I.c.id.desc())
    .limit(_limit)
)

#: Requests to join an organisation, the newest first.
REQUESTS = (
    select(_R)
    .where(_R.c.organisation_id == _here, _R.c.id < _newest)
    .where(or_(_states.is_(None), cast(_R.c.state, SqlText) == func.any(_states)))
    .order_by(_R.c.id.desc())
    .limit(_limit)
)

REQUEST = select(_R).where(_R.c.id == bindparam("request_id"))

#: A person's own.
OWN_REQUESTS = (
    select(_R).where(_R.c.account_id == bindparam("account_id"), _R.c.id < _newest).order_by(_R.c.id.desc()).limit(_limit)
)

#: Those that wait wherever they are, the oldest first.
WAITING_REQUESTS = (
    select(_R)
    .where(_R.c.state == RequestState.PENDING, _R.c.id > bindparam("after_id", type_=_R.c.id.type))
    .order_by(_R.c.id)
    .limit(_limit)
)

#: Claims in an organisation, the newest first.
CLAIMS = select(_C).where(_C.c.organisation_id == _here, _C.c.id < _newest).order_by(_C.c.id.desc()).limit(_limit)

CLAIM = select(_C).where(_C.c.id == bindparam("claim_id"))

#: Those that run, wherever they are, the oldest first.
WAITING_CLAIMS = (
    select(_C)
    .where(_C.c.state == ClaimState.PENDING, _C.c.id > bindparam("after_id", type_=_C.c.id.type))
    .order_by(_C.c.id)
    .limit(_limit)
)


async def invitation(session: AsyncSession, invitation_id: UUID, *, locked: bool = False) -> Invitation | None:
    """Lock it with its organisation held, never before."""
    return await session.get(Invitation, invitation_id, with_for_update=locked or None, populate_existing=True)


async def pending_invitation(session: AsyncSession, organisation_id: UUID, email: str) -> Invitation | None:
    asked = select_rows(Invitation).where(Invitation.organisation_id == organisation_id, Invitation.email == email)
    return (await session.exec(asked.where(Invitation.state == InvitationState.PENDING).with_for_update())).first()


async def mails_sent(
    session: AsyncSession, organisation_id: UUID, email_hash: str, sender_id: UUID, since: datetime
) -> tuple[int, int]:
    """To that address from the organisation, and by that sender; senders are counted one after the other."""
    await alone(session, f"invitations:{sender_id}")
    here = func.count().filter((_L.c.organisation_id == organisation_id) & (_L.c.email_hash == email_hash))
    by_them = func.count().filter(_L.c.sender_id == sender_id)
    counted = select(here, by_them).where(
        _L.c.at > since,
        or_((_L.c.organisation_id == organisation_id) & (_L.c.email_hash == email_hash), _L.c.sender_id == sender_id),
    )
    row: Any = (await execute(session, counted)).one()
    return int(row[0]), int(row[1])


async def request(session: AsyncSession, request_id: UUID, *, locked: bool = False) -> JoinRequest | None:
    return await session.get(JoinRequest, request_id, with_for_update=locked or None, populate_existing=True)


async def pending_request(session: AsyncSession, organisation_id: UUID, account_id: UUID) -> JoinRequest | None:
    asked = select_rows(JoinRequest).where(JoinRequest.organisation_id == organisation_id, JoinRequest.account_id == account_id)
    return (await session.exec(asked.where(JoinRequest.state == RequestState.PENDING).with_for_update())).first()


async def requests_made(session: AsyncSession, account_id: UUID, since: datetime) -> int:
    """By one person, counted one after the other."""
    await alone(session, f"join-requests:{account_id}")
    counted = select(func.count()).where(_R.c.account_id == account_id, _R.c.created_at > since)
    return int((await execute(session, counted)).scalar_one())


async def claim(session: AsyncSession, claim_id: UUID, *, locked: bool = False) -> ManagementClaim | None:
    return await session.get(ManagementClaim, claim_id, with_for_update=locked or None, populate_existing=True)


async def pending_claim(session: AsyncSession, organisation_id: UUID) -> ManagementClaim | None:
    asked = select_rows(ManagementClaim).where(ManagementClaim.organisation_id == organisation_id)
    return (await session.exec(asked.where(ManagementClaim.state == ClaimState.PENDING))).first()


async def due_claims(session: AsyncSession, now: datetime, limit: int) -> list[UUID]:
    asked = select(_C.c.id).where(_C.c.state == ClaimState.PENDING, _C.c.effective_at <= now).order_by(_C.c.effective_at)
    return list((await execute(session, asked.limit(limit))).scalars())


async def forget(session: AsyncSession, *, mails: datetime, over: datetime) -> None:
    """Mails counted before, and invitations over before, these instants."""
    await execute(session, delete(_L).where(_L.c.at < mails))
    await execute(session, delete(_I).where(or_(_I.c.closed_at < over, _I.c.expires_at < over)))


async def accept_pending(session: AsyncSession, organisation_id: UUID, email: str, account_id: UUID, now: datetime) -> None:
    """The person joined otherwise: the invitation awaits nothing."""
    settled = update(_I).where(_I.c.organisation_id == organisation_id, _I.c.email == email, _I.c.state == InvitationState.PENDING)
    await execute(
        session, settled.values(state=InvitationState.ACCEPTED, account_id=account_id, closed_at=now, version=_I.c.version + 1)
    )
