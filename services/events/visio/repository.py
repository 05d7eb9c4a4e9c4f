"""All the SQL about visio."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from .models import RoomState, VisioAccount, VisioLink, VisioMovement, VisioRecording, VisioRoom, VisioSetting

_A: Any = VisioAccount.__table__  # type: ignore[attr-defined]
_S: Any = VisioSetting.__table__  # type: ignore[attr-defined]
_R: Any = VisioRoom.__table__  # type: ignore[attr-defined]
_L: Any = VisioLink.__table__  # type: ignore[attr-defined]
_M: Any = VisioMovement.__table__  # type: ignore[attr-defined]
_F: Any = VisioRecording.__table__  # type: ignore[attr-defined]

ACCOUNTS = (
    sa.select(*_A.c)
    .where(_A.c.network_id == bindparam("network_id", type_=sa.Uuid), _A.c.id > bindparam("after_id", type_=sa.Uuid))
    .order_by(_A.c.id)
    .limit(bindparam("limit"))
)
LINKS = (
    sa.select(*_L.c)
    .where(_L.c.event_id == bindparam("event_id", type_=sa.Uuid), _L.c.id > bindparam("after_id", type_=sa.Uuid))
    .order_by(_L.c.id)
    .limit(bindparam("limit"))
)


async def account(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> VisioAccount | None:
    asked = select(VisioAccount).where(VisioAccount.id == account_id)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def account_by_key(session: AsyncSession, key: str) -> VisioAccount | None:
    return (await session.exec(select(VisioAccount).where(VisioAccount.key == key))).first()


async def default_account(session: AsyncSession, network_id: UUID) -> VisioAccount | None:
    asked = select(VisioAccount).where(VisioAccount.network_id == network_id, _A.c.is_default)
    return (await session.exec(asked)).first()


async def no_default(session: AsyncSession, network_id: UUID) -> None:
    await session.flush()
    other = sa.update(_A).where(_A.c.network_id == network_id, _A.c.is_default)
    await execute(session, other.values(is_default=False, version=_A.c.version + 1))


async def accounts(session: AsyncSession, network_id: UUID, after_id: UUID, limit: int) -> list[Row]:
    return await fetch_in(session, ACCOUNTS, {"network_id": network_id, "after_id": after_id, "limit": limit})


async def setting(session: AsyncSession, session_id: UUID, *, lock: bool = False) -> VisioSetting | None:
    asked = select(VisioSetting).where(VisioSetting.session_id == session_id).execution_options(populate_existing=True)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def settings_of(session: AsyncSession, session_ids: Iterable[UUID]) -> dict[UUID, VisioSetting]:
    found = (await session.exec(select(VisioSetting).where(_S.c.session_id.in_(list(session_ids))))).all()
    return {each.session_id: each for each in found}


async def ensure_setting(session: AsyncSession, session_id: UUID, event_id: UUID) -> VisioSetting:
    """The session's own row, with the usual values when nobody chose; locked."""
    fresh = VisioSetting(session_id=session_id, event_id=event_id).model_dump()
    await execute(session, upsert(_S).values(**fresh).on_conflict_do_nothing())
    found = await setting(session, session_id, lock=True)
    if found is None:
        raise LookupError(session_id)
    return found


async def room(session: AsyncSession, room_id: UUID, *, lock: bool = False) -> VisioRoom | None:
    asked = select(VisioRoom).where(VisioRoom.id == room_id).execution_options(populate_existing=True)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def room_of(session: AsyncSession, session_id: UUID, account_id: UUID | None) -> VisioRoom | None:
    same = _R.c.account_id.is_(None) if account_id is None else _R.c.account_id == account_id
    asked = select(VisioRoom).where(VisioRoom.session_id == session_id, same).execution_options(populate_existing=True)
    return (await session.exec(asked)).first()


async def ensure_room(session: AsyncSession, fresh: VisioRoom) -> VisioRoom:
    """The session's room at that account; whoever asks at the same time finds the same."""
    await execute(session, upsert(_R).values(**fresh.model_dump()).on_conflict_do_nothing())
    found = await room_of(session, fresh.session_id, fresh.account_id)
    if found is None:
        raise LookupError(fresh.session_id)
    return found


async def room_named(session: AsyncSession, account_id: UUID, meeting_id: str) -> VisioRoom | None:
    asked = select(VisioRoom).where(VisioRoom.account_id == account_id, VisioRoom.meeting_id == meeting_id)
    return (await session.exec(asked.execution_options(populate_existing=True))).first()


async def rooms_of(session: AsyncSession, session_ids: Iterable[UUID]) -> Sequence[VisioRoom]:
    asked = select(VisioRoom).where(_R.c.session_id.in_(list(session_ids))).order_by(_R.c.id)
    return (await session.exec(asked.execution_options(populate_existing=True))).all()


async def rooms_alive(session: AsyncSession) -> Sequence[VisioRoom]:
    asked = select(VisioRoom).where(VisioRoom.state != RoomState.ENDED).order_by(_R.c.id)
    return (await session.exec(asked.execution_options(populate_existing=True))).all()


async def rooms_to_look_at(session: AsyncSession, now: datetime) -> Sequence[VisioRoom]:
    """Whose recordings are looked for now."""
    return (await session.exec(select(VisioRoom).where(_R.c.recordings_due_at <= now).order_by(_R.c.id))).all()


async def claim(session: AsyncSession, room_id: UUID, now: datetime, quiet: timedelta) -> bool:
    """Whether it is ours to ask the provider now: of many at once, one is, and nobody again within `quiet`."""
    asked = sa.update(_R).where(_R.c.id == room_id, sa.or_(_R.c.asked_at.is_(None), _R.c.asked_at <= now - quiet))
    return (await execute(session, asked.values(asked_at=now))).rowcount == 1


async def link(session: AsyncSession, link_id: UUID, *, lock: bool = False) -> VisioLink | None:
    asked = select(VisioLink).where(VisioLink.id == link_id).execution_options(populate_existing=True)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def links_of(session: AsyncSession, attendee_ids: Iterable[UUID]) -> dict[UUID, VisioLink]:
    """The latest link of each of these participants."""
    asked = select(VisioLink).where(_L.c.attendee_id.in_(list(attendee_ids))).order_by(_L.c.id)
    found = (await session.exec(asked.execution_options(populate_existing=True))).all()
    return {each.attendee_id: each for each in found if each.attendee_id is not None}


async def known_links(session: AsyncSession, link_ids: Iterable[UUID], event_id: UUID) -> set[UUID]:
    asked = select(VisioLink.id).where(_L.c.id.in_(list(link_ids)), VisioLink.event_id == event_id)
    return set((await session.exec(asked)).all())


async def add_link(session: AsyncSession, fresh: VisioLink) -> None:
    """Unless somebody gave that participant a link at the same time."""
    await execute(session, upsert(_L).values(**fresh.model_dump()).on_conflict_do_nothing())


async def count_use(session: AsyncSession, link_id: UUID, now: datetime, *, doubled: bool) -> None:
    more = {"uses_count": _L.c.uses_count + 1, "last_used_at": now, "doubled_count": _L.c.doubled_count + int(doubled)}
    await execute(session, sa.update(_L).where(_L.c.id == link_id).values(**more))


async def links_page(session: AsyncSession, event_id: UUID, after_id: UUID, limit: int) -> list[Row]:
    return await fetch_in(session, LINKS, {"event_id": event_id, "after_id": after_id, "limit": limit})


async def forget_labels(session: AsyncSession, event_ids: Iterable[UUID]) -> int:
    named = sa.update(_L).where(_L.c.event_id.in_(list(event_ids)), _L.c.label != "")
    ended = {"revoked_at": sa.func.coalesce(_L.c.revoked_at, sa.func.now()), "version": _L.c.version + 1}
    because = sa.func.coalesce(_L.c.revoked_because, "organiser")
    return (await execute(session, named.values(label="", revoked_because=because, **ended))).rowcount


async def add_movement(session: AsyncSession, movement: VisioMovement) -> bool:
    """False when it was heard already."""
    added = await execute(session, upsert(_M).values(**movement.model_dump()).on_conflict_do_nothing())
    return added.rowcount == 1


async def movements(session: AsyncSession, session_id: UUID) -> Sequence[VisioMovement]:
    return (await session.exec(select(VisioMovement).where(VisioMovement.session_id == session_id))).all()


async def movements_of_link(session: AsyncSession, link_id: UUID, room_id: UUID) -> Sequence[VisioMovement]:
    asked = select(VisioMovement).where(VisioMovement.link_id == link_id, VisioMovement.room_id == room_id)
    return (await session.exec(asked)).all()


async def forget_movements(session: AsyncSession, before: datetime) -> None:
    await execute(session, sa.delete(_M).where(_M.c.at < before))


async def attendees_of_links(session: AsyncSession, link_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    asked = select(VisioLink).where(_L.c.id.in_(list(link_ids)))
    return {each.id: each.attendee_id for each in (await session.exec(asked)).all() if each.attendee_id is not None}


async def put_recording(session: AsyncSession, fresh: VisioRecording) -> bool:
    """Whether it was not known; a known one is brought up to date."""
    values = fresh.model_dump()
    known = upsert(_F).values(**values)
    kept = {name: values[name] for name in ("name", "playbacks", "starts_at", "ends_at")}
    written = known.on_conflict_do_update(index_elements=[_F.c.room_id, _F.c.provider_ref], set_=kept).returning(_F.c.id)
    return bool((await execute(session, written)).scalar_one() == fresh.id)


async def recordings(session: AsyncSession, session_id: UUID) -> Sequence[VisioRecording]:
    asked = select(VisioRecording).where(VisioRecording.session_id == session_id).order_by(_F.c.id)
    return (await session.exec(asked)).all()


async def unproposed(session: AsyncSession, *, since: datetime) -> list[UUID]:
    """Sessions with something seen that was not proposed yet."""
    asked = (
        sa.select(_S.c.session_id)
        .where(_S.c.proposed_at.is_(None), sa.exists().where(_M.c.session_id == _S.c.session_id, _M.c.at >= since))
        .order_by(_S.c.session_id)
    )
    return [row.session_id for row in await execute(session, asked)]


_theirs = _L.c.attendee_id == sa.func.any(bindparam("ids", type_=sa.ARRAY(sa.Uuid)))
LINKS_OF = sa.select(*_L.c).where(_L.c.event_id == sa.func.any(bindparam("event_ids", type_=sa.ARRAY(sa.Uuid))), _theirs)
MOVEMENTS_OF = (
    sa.select(_M.c.link_id, _M.c.session_id, _M.c.kind, _M.c.at)
    .where(_M.c.link_id == sa.func.any(bindparam("ids", type_=sa.ARRAY(sa.Uuid))))
    .order_by(_M.c.at, _M.c.id)
)


async def remove_links(session: AsyncSession, event_ids: Iterable[UUID], attendee_ids: Iterable[UUID] | None) -> int:
    """Participants' links of these events (of these people, or of everybody), with who came and went by them."""
    which = [_L.c.event_id.in_(list(event_ids)), _L.c.attendee_id.is_not(None)]
    if attendee_ids is not None:
        which.append(_L.c.attendee_id.in_(list(attendee_ids)))
    return int((await execute(session, sa.delete(_L).where(*which))).rowcount)
