"""All the SQL about conversations. A thread between instructors is neither shown nor counted on the holder's side."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from ..dossiers.readers import instructs, writes
from .models import Conversation, ConversationKind, ConversationMessage, ConversationParticipant, MessageSide

_C: Any = Conversation.__table__  # type: ignore[attr-defined]
_M: Any = ConversationMessage.__table__  # type: ignore[attr-defined]
_P: Any = ConversationParticipant.__table__  # type: ignore[attr-defined]

_ME = bindparam("account_id", type_=sa.Uuid)
_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))
#: A thread with the holder is its two sides'; one between instructors, of those who instruct and do not write the dossier as well.
_VISIBLE = sa.or_(
    sa.and_(
        _C.c.kind == ConversationKind.HOLDER,
        sa.or_(writes(_C.c.dossier_id), sa.and_(_C.c.organisation_id == sa.any_(_ORGANISATIONS), instructs(_C.c.dossier_id))),
    ),
    sa.and_(_C.c.kind == ConversationKind.INSTRUCTORS, instructs(_C.c.dossier_id), ~writes(_C.c.dossier_id)),
)
_READ_UNTIL = (
    sa.select(_P.c.read_until).where(_P.c.conversation_id == _C.c.id, _P.c.account_id == _ME).correlate(_C).scalar_subquery()
)
_UNREAD = (
    sa.select(sa.func.count())
    .where(
        _M.c.conversation_id == _C.c.id,
        _M.c.author_id != _ME,
        _M.c.id > sa.func.coalesce(_READ_UNTIL, sa.literal_column("'00000000-0000-0000-0000-000000000000'::uuid")),
    )
    .correlate(_C)
    .scalar_subquery()
)
FILTERS: dict[str, Any] = {
    "dossier_id": _C.c.dossier_id == bindparam("dossier_id", type_=sa.Uuid),
    "reference": _C.c.reference == bindparam("reference", type_=sa.String),
    "kind": _C.c.kind.cast(sa.String) == bindparam("kind", type_=sa.String),
    "unread": (_UNREAD > 0) == bindparam("unread", type_=sa.Boolean),
}


@lru_cache(maxsize=32)
def listing(filters: frozenset[str]) -> Any:
    """Threads the caller sees, the latest message first, after a keyset cursor."""
    kept = (FILTERS[name] for name in sorted(filters))
    wanted = sa.select(*_C.c, _UNREAD.label("unread_count")).where(_VISIBLE, _C.c.last_message_id < bindparam("before"), *kept)
    return wanted.order_by(_C.c.last_message_id.desc()).limit(bindparam("limit"))


ONE = sa.select(*_C.c, _UNREAD.label("unread_count"), writes(_C.c.dossier_id).label("writes")).where(
    _C.c.id == bindparam("conversation_id"), _VISIBLE
)
MESSAGES = (
    sa.select(*_M.c)
    .where(_M.c.conversation_id == bindparam("conversation_id"), _M.c.id < bindparam("before"))
    .order_by(_M.c.id.desc())
    .limit(bindparam("limit"))
)


async def seen(session: AsyncSession, conversation_id: UUID, readers: Sequence[UUID], caller: Any) -> Row | None:
    values = {"conversation_id": conversation_id, "readers": list(readers), **caller}
    rows = await fetch_in(session, ONE, values)
    return rows[0] if rows else None


async def get(session: AsyncSession, conversation_id: UUID, *, lock: bool = False) -> Conversation | None:
    return await session.get(Conversation, conversation_id, with_for_update=lock or None, populate_existing=lock)


async def opened(session: AsyncSession, wanted: Conversation) -> Conversation:
    """The thread of that dossier, kind and organisation, locked: opened now, or by somebody else a moment ago."""
    row = wanted.model_dump()
    await execute(
        session, upsert(_C).values(row).on_conflict_do_nothing(constraint="uq_conversations_dossier_id_kind_organisation_id")
    )
    found = select(Conversation).where(
        Conversation.dossier_id == wanted.dossier_id,
        Conversation.kind == wanted.kind,
        Conversation.organisation_id == wanted.organisation_id,
    )
    return (await session.exec(found.with_for_update().execution_options(populate_existing=True))).one()


async def take_part(
    session: AsyncSession,
    conversation_id: UUID,
    account_id: UUID,
    side: MessageSide,
    *,
    email: str,
    read_until: UUID | None,
    is_collaborator: bool,
) -> None:
    """Somebody wrote or read: how far they read only goes forward, and an address once known stays."""
    row = {
        "conversation_id": conversation_id, "account_id": account_id, "side": side, "email": email, "read_until": read_until,
        "is_collaborator": is_collaborator,
    }  # fmt: skip
    insert = upsert(_P).values(row)
    known = sa.case((insert.excluded.email == "", _P.c.email), else_=insert.excluded.email)
    further = sa.func.greatest(_P.c.read_until, insert.excluded.read_until)
    await execute(
        session,
        insert.on_conflict_do_update(
            index_elements=[_P.c.conversation_id, _P.c.account_id],
            set_={"email": known, "read_until": further, "is_collaborator": insert.excluded.is_collaborator},
        ),
    )


async def message(session: AsyncSession, conversation_id: UUID, message_id: UUID) -> ConversationMessage | None:
    found = await session.get(ConversationMessage, message_id)
    return found if found is not None and found.conversation_id == conversation_id else None


async def participants(session: AsyncSession, conversation_id: UUID) -> Sequence[ConversationParticipant]:
    wanted = select(ConversationParticipant).where(ConversationParticipant.conversation_id == conversation_id)
    return (await session.exec(wanted)).all()


async def since(session: AsyncSession, conversation_id: UUID, after: UUID | None) -> Sequence[ConversationMessage]:
    """Messages written after that one, oldest first."""
    wanted = select(ConversationMessage).where(ConversationMessage.conversation_id == conversation_id)
    if after is not None:
        wanted = wanted.where(_M.c.id > after)
    return (await session.exec(wanted.order_by(_M.c.id))).all()


async def forget_person(session: AsyncSession, account_id: UUID) -> None:
    threads = sa.select(_P.c.conversation_id).where(_P.c.account_id == account_id)
    written = (_M.c.author_id == account_id) & _M.c.conversation_id.in_(threads)
    await execute(session, sa.update(_M).where(written).values(author_name=""))
    await execute(session, sa.update(_P).where(_P.c.account_id == account_id).values(email=""))


async def written_by(session: AsyncSession, account_id: UUID) -> list[ConversationMessage]:
    """Their messages, found through the threads they are in; locked."""
    threads = sa.select(_P.c.conversation_id).where(_P.c.account_id == account_id)
    found = select(ConversationMessage).where(_M.c.author_id == account_id, _M.c.conversation_id.in_(threads)).order_by(_M.c.id)
    return list((await session.exec(found.with_for_update())).all())


async def forget_dossiers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> None:
    threads = sa.select(_C.c.id).where(_C.c.dossier_id.in_(dossier_ids))
    await execute(session, sa.update(_M).where(_M.c.conversation_id.in_(threads), _M.c.author_name != "").values(author_name=""))
    await execute(session, sa.update(_P).where(_P.c.conversation_id.in_(threads), _P.c.email != "").values(email=""))
