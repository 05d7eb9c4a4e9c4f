"""Jobs of open data: what is due is published, subsidies every day and coverage every hour, one job per file so that one that fails
keeps to itself."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.mail import queue_mail
from services.common.problems import NotFound
from services.common.resources import Resources

from . import matrices, rules, service
from .errors import NothingToPublish


@job("programming:publish_due_subsidies", cron="23 4 * * *")
async def publish_due_subsidies(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Queue the files that are published already (they follow their awards) and those that would soon be late."""
    for funder_id, year in await service.due(session, now=resources.clock.now()):
        await enqueue(session, publish_subsidies, lock=f"open-data-{funder_id}", funder_id=str(funder_id), year=year)


@job("programming:publish_subsidies")
async def publish_subsidies(session: AsyncSession, resources: Resources, funder_id: str, year: int) -> None:
    """Publish the file if its content changed; run twice, it is published once. The first one of a year is told by mail."""
    try:
        made, publisher, new = await service.publish(
            session, resources.files, None, UUID(funder_id), year, now=resources.clock.now()
        )
    except NothingToPublish:
        return
    if not new or made.version > 1:
        return
    address = resources.settings.public_url + rules.latest_address(publisher.slug, year)
    waiting = f"\n{made.left_out} subvention(s) attendent une information.\n" if made.left_out else ""
    await queue_mail(
        session,
        to=publisher.contact_email,
        subject=f"Vos subventions {year} sont publiées en données ouvertes",
        text=f"""Bonjour,

Le délai légal de publication approchait : le fichier des subventions {year} de {publisher.name} a été publié.

Adresse : {address}
Lignes : {made.rows}
{waiting}
Il sera mis à jour chaque jour où une subvention change ; chaque version reste consultable.
""",
    )


@job("programming:publish_due_coverage", cron="37 * * * *")
async def publish_due_coverage(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Queue the coverage of each decided campaign: it appears within the hour, and follows what changes."""
    for campaign_id in await matrices.due(session):
        await enqueue(session, publish_coverage, lock=f"open-data-coverage-{campaign_id}", campaign_id=str(campaign_id))


@job("programming:publish_coverage")
async def publish_coverage(session: AsyncSession, resources: Resources, campaign_id: str) -> None:
    """Publish what a campaign covers if it changed; run twice, it is published once. Nothing of a campaign that is not decided."""
    try:
        await matrices.publish(session, resources.files, UUID(campaign_id), now=resources.clock.now())
    except NotFound:
        return


JOBS: list[Job] = [publish_due_subsidies, publish_subsidies, publish_due_coverage, publish_coverage]
