"""What time brings: the bilan is due, the holder is reminded. Each day's work may be done late or twice."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import today_in_paris
from services.common.mail import queue_mail

from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..dossiers.rules import months_after
from . import letters, repository, rules


async def mark_due(session: AsyncSession, *, now: datetime) -> None:
    """Dossiers whose exercise has ended without a bilan say so."""
    for dossier in await instruction.mark_reports_due(session, today=today_in_paris(now)):
        due_on = dossier.report_due_on.isoformat() if dossier.report_due_on else None
        await dossiers.note(session, dossier, "bilan.due", None, now, due_on=due_on)


async def remind(session: AsyncSession, *, now: datetime, link: str) -> None:
    """One mail for the last step reached of each awaited bilan. A worker that was away for months sends that one only; a due day
    that moves starts another series. `link` holds `{dossier_id}`."""
    today = today_in_paris(now)
    for row in await repository.remindable(session, months_after(today, 4)):
        step = rules.step_reached(row["due_on"], today)
        if step is None or step in row["steps"]:
            continue
        bilan = await repository.get(session, row["id"])
        if bilan is None or not await repository.record_reminder(session, bilan.id, row["due_on"], step, now):
            continue
        dossier = await instruction.read(session, bilan.dossier_id)
        subject, text = letters.reminder(bilan, today=today, link=link.format(dossier_id=bilan.dossier_id))
        await queue_mail(session, to=str(dossier.contact["email"]), subject=subject, text=text)
