"""What conversations hold of people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased, masked, mended
from . import repository, service
from .models import ConversationMessage, ConversationParticipant

_M: Any = ConversationMessage.__table__  # type: ignore[attr-defined]
_P: Any = ConversationParticipant.__table__  # type: ignore[attr-defined]
#: Found through the threads they are in, which have an index.
_THREADS = sa.select(_P.c.conversation_id).where(_P.c.account_id == bindparam("account_id"))
_OF = sa.select(_M.c.conversation_id, _M.c.author_name, _M.c.text, _M.c.sent_at).where(
    _M.c.author_id == bindparam("account_id"), _M.c.conversation_id.in_(_THREADS)
)


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """The messages they wrote."""
    return await fetch(reader, _OF, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    """What they wrote stays, without their name: neither as its author, nor at its foot, nor in what is called a file of it."""
    found = await export(await driver(session), who)
    for message in await repository.written_by(session, who.account_id):
        message.text, message.attachments = masked(message.text, who), mended(message.attachments, who)
    await session.flush()
    await service.forget_person(session, who.account_id)
    return Erased(count=len(found))


async def forget_dossiers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> None:
    """Nobody is written to any more about these dossiers, and who wrote is not told: what was written stays."""
    await repository.forget_dossiers(session, dossier_ids)
