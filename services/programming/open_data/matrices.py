"""Use case: the platform publishes the coverage of each decided campaign, anew when it changed."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.files import Files
from services.common.ids import new_id

from ..coverage import service as coverage
from ..tables import KERNEL
from . import matrix_tables, repository, service
from .models import CoveragePublication


async def due(session: AsyncSession) -> list[UUID]:
    """The decided campaigns: what they cover moves on with amendments and with what partners declare."""
    return [campaign.id for campaign in await service.decided_campaigns(session)]


async def publish(session: AsyncSession, files: Files, campaign_id: UUID, *, now: datetime) -> tuple[CoveragePublication, bool]:
    """The campaign's coverage as it stands; a new version only if its figures changed (True). 404 until it is decided.

    The last version's row is held meanwhile; of two first versions made at once, the database keeps one.
    """
    campaign = await service.decided_campaign(session, campaign_id)
    last = await repository.latest_matrix(session, campaign_id)
    matrix = await coverage.matrix(session, campaign_id=campaign_id, granted_only=True, now=now)
    made = matrix_tables.published(matrix, campaign=campaign.title, contract=campaign.contract, year=campaign.year)
    key = f"coverage-{campaign_id.hex}-{new_id().hex}"
    json = await files.write(f"{key}.json", matrix_tables.as_json(made))
    if last is not None and last.json_sha256 == json.sha256:
        await files.discard(json.key)
        return last, False
    csv = await files.write(f"{key}.csv", matrix_tables.as_csv(made))
    try:
        published = CoveragePublication(
            campaign_id=campaign_id,
            version=last.version + 1 if last else 1,
            cells=len(made.cells),
            granted_cents=made.total.granted_cents,
            published_at=now,
            **{f"csv_{name}": getattr(csv, name) for name in ("key", "size", "sha256")},
            **{f"json_{name}": getattr(json, name) for name in ("key", "size", "sha256")},
        )
        session.add(published)
        await session.flush()
        told = {"version": published.version, "granted_cents": published.granted_cents, "sha256": published.json_sha256}
        await journal.record(
            session,
            KERNEL.journal,
            at=now,
            act="open_data.coverage_published",
            resource=("campaign", campaign_id),
            actor=None,
            changes=told,
        )
    except BaseException:
        await files.discard(json.key)
        await files.discard(csv.key)
        raise
    return published, True
