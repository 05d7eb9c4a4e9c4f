"""Jobs of the search engine: the words of documents are learnt."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job("catalogue:read_words", cron="*/5 * * * *")
async def read_words(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Words of documents published lately, for « did you mean »; the rest of a large load follows at once."""
    await _read(session, resources)


@job(service.GO_ON_READING)
async def go_on_reading_words(session: AsyncSession, resources: Resources) -> None:
    """The next thousand documents."""
    await _read(session, resources)


@job("catalogue:read_words_again", cron="40 3 * * 0")
async def read_words_again(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """On Sundays, words nobody may read any more are forgotten: all are learnt again."""
    await service.forget_words(session)
    await service.read_words_soon(session)


async def _read(session: AsyncSession, resources: Resources) -> None:
    if await service.read_words(session, now=resources.clock.now()):
        await service.read_words_soon(session)


JOBS: list[Job] = [read_words, go_on_reading_words, read_words_again]
