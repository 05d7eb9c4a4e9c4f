"""Registrations as other rooms write to them: those of an event, of an account, the people of one."""

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch, fetch_in

from . import repository


async def active(session: AsyncSession, event_id: UUID) -> list[Row]:
    """`id`, `session_id`, `state` and `modes` of the registrations that still ask for something, once their e-mail is confirmed."""
    return await fetch_in(session, repository.ACTIVE_OF_EVENT, {"id": event_id})


async def seated_of_account(reader: AsyncConnection[Any], account_id: UUID) -> list[Row]:
    """People who have a seat through the account's registrations, as `service.seated` gives those of an event."""
    return await fetch(reader, repository.SEATED_OF_ACCOUNT, {"account_id": account_id})


async def seated_of_registration(reader: AsyncConnection[Any], registration_id: UUID) -> list[Row]:
    """The same of one registration."""
    return await fetch(reader, repository.SEATED_OF_REGISTRATION, {"id": registration_id})
