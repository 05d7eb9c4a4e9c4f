"""What somebody must be told of their registration: written with the act as a job, carried out by the room that writes to people."""

from collections.abc import Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.ids import new_id
from services.common.jobs import enqueue

#: `registration_id`, `news`, `telling_id`, drawn here so that a job that runs twice tells once, and `former`: `attendee id → address`
#: of those who were written to at another address so far.
TELL_REGISTRANT = "events:tell_registrant"
#: `event` (id or reference), `email`, and `again` for who did not ask for their link but registered once more. It looks, and answers
#: to the address alone.
SEND_LINKS = "events:send_registration_links"


class News(Enum):
    """What happened to a registration."""

    TO_CONFIRM = "to_confirm"
    TO_APPROVE = "to_approve"
    SEATED = "seated"
    WAITING = "waiting"
    OFFERED = "offered"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    CHANGED = "changed"


async def tell(session: AsyncSession, registration_id: UUID, news: News, *, former: Mapping[UUID, str] | None = None) -> None:
    """Once committed, the contact (and the participants who gave an address) are told; what `former` addresses knew is taken back."""
    more: dict[str, Any] = {"former": {str(attendee_id): address for attendee_id, address in former.items()}} if former else {}
    await enqueue(session, TELL_REGISTRANT, lock=turn(registration_id), **told(registration_id, news), **more)


def turn(registration_id: UUID) -> str:
    """One registration's news are told one by one, in order."""
    return f"registration:{registration_id}"


def told(registration_id: UUID, news: News) -> dict[str, Any]:
    """Arguments of the job."""
    return {"registration_id": str(registration_id), "news": news.value, "telling_id": str(new_id())}
