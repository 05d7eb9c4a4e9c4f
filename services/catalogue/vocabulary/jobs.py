"""Jobs of the vocabulary: what the directory says is asked again."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job("catalogue:refresh_vocabulary", cron="*/15 * * * *")
async def refresh_vocabulary(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Themes and their synonyms, every quarter of an hour; each territory in use, every day."""
    if not resources.siblings.knows("directory"):
        return
    now = resources.clock.now()
    await service.refresh_themes(session, resources.siblings, now=now)
    await service.refresh_territories(session, resources.siblings, now=now)


JOBS: list[Job] = [refresh_vocabulary]
