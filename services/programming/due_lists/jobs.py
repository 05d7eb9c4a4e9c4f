"""What each person has to do, and by when; reminders and digests. Jobs."""

from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import today_in_paris
from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import digests, repository, rules, service

_FIRST = str(UUID(int=0))
_AT_ONCE = 500
#: Reminders of a day gone by that long are not needed to know what was told.
_KEPT = timedelta(days=400)


@job("programming:call_reminders", cron="35 * * * *")
async def call_reminders(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Each hour, from the first person on: it is somebody's hour, or somebody's urgent matter."""
    await enqueue(session, call_reminders_after, after=_FIRST)


@job("programming:call_reminders_after")
async def call_reminders_after(session: AsyncSession, resources: Resources, after: str) -> None:
    """Five hundred people; the next are another job's, so that a crash takes up where it was."""
    now = resources.clock.now()
    people = await repository.subscribers(session, UUID(after), _AT_ONCE)
    for row in people:
        rhythm = digests.rhythm_of(row)
        if rules.is_digest_due(rhythm, now) or rules.may_tell_urgent(rhythm, now):
            account_id = str(row["account_id"])
            await enqueue(session, write_reminders, lock=f"reminders:{account_id}", account_id=account_id)
    if len(people) == _AT_ONCE:
        await enqueue(session, call_reminders_after, after=str(people[-1]["account_id"]))


@job("programming:write_reminders")
async def write_reminders(session: AsyncSession, resources: Resources, account_id: str) -> None:
    """At most one mail; run again, it finds nothing to tell."""
    await digests.compose(session, resources.settings, UUID(account_id), now=resources.clock.now())


@job("programming:forget_reminders")
async def forget_reminders(session: AsyncSession, resources: Resources, account_id: str) -> None:
    """Asked for when a person's data are erased."""
    await service.forget(session, UUID(account_id))


@job("programming:forget_old_reminders", cron="50 2 * * 0")
async def forget_old_reminders(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    now = resources.clock.now()
    await repository.forget_old(session, today_in_paris(now) - _KEPT, now - _KEPT)


JOBS: list[Job] = [call_reminders, call_reminders_after, write_reminders, forget_reminders, forget_old_reminders]
