"""Export and erasure of a person's data, across the services. Jobs."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import erasing, exports, service


@job(exports.OWN_PART)
async def gather_own_part(session: AsyncSession, resources: Resources, request_id: str) -> None:
    await exports.gather_own(session, resources, UUID(request_id), now=resources.clock.now())


@job(exports.ASSEMBLE)
async def assemble_export(session: AsyncSession, resources: Resources, request_id: str) -> None:
    await exports.assemble(session, resources, UUID(request_id), now=resources.clock.now())


@job("directory:erase_due_accounts", cron="*/10 * * * *")
async def erase_due_accounts(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Accounts whose person did not change their mind in time."""
    await erasing.begin_due(session, now=resources.clock.now(), limit=service.BATCH)


@job(erasing.ERASE)
async def erase_account(session: AsyncSession, resources: Resources, request_id: str) -> None:
    await erasing.erase(session, resources, UUID(request_id), now=resources.clock.now())


@job("directory:retention", cron="53 3 * * *")
async def retention_nightly(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: what is kept no longer."""
    await service.nightly(session, resources, now=resources.clock.now())


JOBS: list[Job] = [gather_own_part, assemble_export, erase_due_accounts, erase_account, retention_nightly]
