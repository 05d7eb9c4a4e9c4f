"""The holder is reminded of what is asked of it: at most one mail for each threshold, whatever runs twice or late."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import today_in_paris
from services.common.mail import queue_mail

from ..dossiers import instruction
from ..dossiers.schemas import DossierStatus
from . import letters, repository, rules

_AT_ONCE = 100


async def remind(session: AsyncSession, after: UUID, *, now: datetime) -> UUID | None:
    """One mail for the last threshold each request has passed. Returns where the next hundred begin, None at the end."""
    today = today_in_paris(now)
    rows = await repository.due(session, today + timedelta(days=max(rules.STEPS)), after, _AT_ONCE)
    for row in rows:
        step = rules.step_reached(row["due_on"], today)
        if step is None or step in row["steps"]:
            continue
        change_request = await repository.get(session, row["id"])
        dossier = await instruction.read(session, row["dossier_id"])
        if dossier.status is not DossierStatus.CHANGES_REQUESTED:
            continue  # withdrawn since
        if change_request is None or not await repository.record_reminder(session, row["id"], row["due_on"], step, now):
            continue
        name = change_request.organisation_name
        subject, text = letters.reminder(str(dossier.reference), name, change_request.due_on, today)
        await queue_mail(session, to=str(dossier.contact["email"]), subject=subject, text=text)
    return rows[-1]["id"] if len(rows) == _AT_ONCE else None
