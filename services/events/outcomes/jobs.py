"""Jobs of outcomes."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from ..agenda import following
from . import organisations, service
from .schemas import ToldDocument


@job(service.TELL_CATALOGUE)
async def tell_catalogue(session: AsyncSession, resources: Resources) -> None:
    await service.tell_catalogue(session, resources)


@job("events:tell_catalogue_hourly", cron="27 * * * *")
async def tell_catalogue_hourly(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """What waited for the catalogue, fifty at a time."""
    await service.tell_catalogue(session, resources)


@job(service.TELL_REGISTRANTS)
async def tell_publication(session: AsyncSession, resources: Resources, told: dict[str, Any]) -> None:
    await service.tell_registrants(session, ToldDocument.model_validate(told), now=resources.clock.now())


@job(organisations.FOLLOW)
async def follow_organisation(
    session: AsyncSession, resources: Resources, organisation_id: str, name: str, erased: bool, after_id: str = ""
) -> None:
    """A hundred events at a time, each time one more job until there are none."""
    after = UUID(after_id) if after_id else UUID(int=0)
    now = resources.clock.now()
    last = await following.follow_organisation(session, UUID(organisation_id), name, after_id=after, now=now, erased=erased)
    if last is not None:
        arguments: dict[str, Any] = {"organisation_id": organisation_id, "name": name, "erased": erased, "after_id": str(last)}
        await enqueue(session, organisations.FOLLOW, lock=f"organisation:{organisation_id}", **arguments)


JOBS: list[Job] = [tell_catalogue, tell_catalogue_hourly, tell_publication, follow_organisation]
