"""Personal addresses of visio rooms, as other rooms ask for them."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.resources import Resources


async def addresses(session: AsyncSession, resources: Resources, attendee_ids: Sequence[UUID]) -> dict[UUID, str]:
    """`attendee_id → address` of those who have one."""
    return {}
