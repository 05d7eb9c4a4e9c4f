"""Jobs of cpos: every morning, what the calendar says. Run twice they do no harm."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import reminders


@job("programming:follow_cpo_calendar", cron="10 4 * * *")
async def follow_cpo_calendar(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Agreements come into force and end."""
    await reminders.follow_the_calendar(session, now=resources.clock.now())


@job("programming:remind_of_cpo_dossiers", cron="20 6 * * *")
async def remind_of_cpo_dossiers(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Holders whose confirmed tranche waits for its dossier are told, once a year and agreement."""
    await reminders.remind_of_dossiers(session, now=resources.clock.now())


@job("programming:announce_cpo_renewals", cron="30 6 * * *")
async def announce_cpo_renewals(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Agreements that end in some months are to be renewed: said once."""
    await reminders.announce_renewals(session, now=resources.clock.now())


JOBS: list[Job] = [follow_cpo_calendar, remind_of_cpo_dossiers, announce_cpo_renewals]
