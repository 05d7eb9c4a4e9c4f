"""SQL of what registrations hold of people: read for them, forgotten when its time is over or when they ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from ..personal import ANONYMOUS, NOWHERE
from .models import Attendee, AttendeeNeeds, Registration
from .people_models import EmailChange

_R: Any = Registration.__table__  # type: ignore[attr-defined]
_A: Any = Attendee.__table__  # type: ignore[attr-defined]
_N: Any = AttendeeNeeds.__table__  # type: ignore[attr-defined]
_C: Any = EmailChange.__table__  # type: ignore[attr-defined]

_email = bindparam("email", type_=sa.Text)
#: Registrations somebody made.
MADE = (
    sa.select(*_R.c)
    .where(sa.or_(sa.func.lower(_R.c.contact_email) == _email, _R.c.account_id == bindparam("account_id", type_=sa.Uuid)))
    .order_by(_R.c.id)
)
#: What others registered under somebody's address.
NAMED = sa.select(*_A.c).where(sa.func.lower(_A.c.email) == _email).order_by(_A.c.id)
NEEDS = sa.select(*_N.c).where(_N.c.attendee_id == sa.func.any(bindparam("ids", type_=sa.ARRAY(sa.Uuid))))

#: New addresses that were asked for these registrations and have not confirmed.
CHANGES = sa.select(_C.c.registration_id, _C.c.email).where(
    _C.c.registration_id == sa.func.any(bindparam("ids", type_=sa.ARRAY(sa.Uuid))), _C.c.confirmed_at.is_(None)
)


def _of(event_ids: Sequence[UUID]) -> Any:
    return _A.c.event_id.in_(list(event_ids))


async def _changed(session: AsyncSession, statement: Any) -> int:
    return (await execute(session, statement)).rowcount


async def forget_needs(session: AsyncSession, event_ids: Sequence[UUID]) -> int:
    return await _changed(session, sa.delete(_N).where(_N.c.attendee_id.in_(sa.select(_A.c.id).where(_of(event_ids)))))


async def forget_changes_to(session: AsyncSession, email: str) -> int:
    """Somebody's address, given as the new one of a registration that was not theirs yet."""
    return await _changed(session, sa.delete(_C).where(sa.func.lower(_C.c.email) == email))


async def forget_phones(session: AsyncSession, event_ids: Sequence[UUID]) -> int:
    there = sa.and_(_R.c.event_id.in_(list(event_ids)), _R.c.contact_phone != "")
    return await _changed(session, sa.update(_R).where(there).values(contact_phone=""))


async def forget_answers(session: AsyncSession, event_ids: Sequence[UUID]) -> int:
    return await _changed(session, sa.update(_A).where(_of(event_ids), _A.c.answers != {}).values(answers={}))


async def forget_people(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """Names, addresses and functions of everybody who registered for these events; how many participants."""
    there = _R.c.event_id.in_(list(event_ids))
    await execute(session, sa.delete(_C).where(_C.c.registration_id.in_(sa.select(_R.c.id).where(there))))
    await execute(session, _anonymous_contact(there))
    return await _changed(session, _anonymous(sa.and_(_of(event_ids), _A.c.erased_at.is_(None)), now))


async def forget_contact(session: AsyncSession, registration_id: UUID) -> int:
    return await _changed(session, _anonymous_contact(_R.c.id == registration_id))


async def forget_attendees(session: AsyncSession, attendee_ids: Sequence[UUID], now: datetime) -> int:
    await execute(session, sa.delete(_N).where(_N.c.attendee_id.in_(list(attendee_ids))))
    return await _changed(session, _anonymous(sa.and_(_A.c.id.in_(list(attendee_ids)), _A.c.erased_at.is_(None)), now))


async def leave(session: AsyncSession, attendee_id: UUID, now: datetime) -> None:
    await execute(session, sa.update(_A).where(_A.c.id == attendee_id).values(left_at=now, pool_id=None))


def _anonymous(whom: Any, now: datetime) -> Any:
    values: dict[str, Any] = {
        "given_name": ANONYMOUS,
        "family_name": ANONYMOUS,
        "email": None,
        "function": "",
        "answers": {},
        "erased_at": now,
    }
    return sa.update(_A).where(whom).values(**values)


def _anonymous_contact(which: Any) -> Any:
    # Each bears an address of its own: a desk has one active registration under an address.
    address = sa.func.concat("anonyme-", sa.func.replace(sa.cast(_R.c.id, sa.Text), "-", ""), f"@{NOWHERE}")
    values: dict[str, Any] = {
        "contact_name": ANONYMOUS,
        "contact_email": address,
        "contact_phone": "",
        "account_id": None,
        "reason": None,
    }
    # An older link would open a registration that is nobody's any more.
    return (
        sa.update(_R)
        .where(which, ~_R.c.contact_email.like(f"%@{NOWHERE}"))
        .values(**values, link_version=_R.c.link_version + 1, version=_R.c.version + 1)
    )
