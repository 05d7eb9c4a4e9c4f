"""Use cases of the annual report: the team asks for an edition, a job makes it, the team publishes it."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, pdf
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.files import StoredFile
from services.common.jobs import enqueue, job
from services.common.problems import NotFound
from services.common.resources import Resources

from ..campaigns import service as campaigns
from ..contracts import service as contracts
from ..contracts.errors import NotContractLead
from ..tables import KERNEL
from . import programme, repository
from .errors import AlreadyPublished, NothingToReport, ReportNotReady
from .models import AnnualReport

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "annual_report.typ"


async def ask(session: AsyncSession, caller: Principal, contract_id: UUID, year: int, *, now: datetime) -> AnnualReport:
    """The team wants the report of a year: the edition that is being made, or a new one.

    A job is queued each time: the second finds the edition made, and asking again revives a making that failed.
    """
    contract = await contracts.get(session, contract_id)
    if not caller.belongs_to(contract.lead_organisation_id):
        raise NotContractLead()
    if not await campaigns.of_contract_year(session, contract_id, year):
        raise NothingToReport(year=year)
    lead = contract.lead_organisation_id
    report = await repository.report_to_make(session, contract_id, lead, year, caller.account_id, now)
    await enqueue(session, make_annual_report, lock=f"annual-report-{report.id}", report_id=str(report.id))
    await _note(session, report, "annual_report.asked", caller, now)
    return report


async def publish(session: AsyncSession, caller: Principal, report_id: UUID, *, version: int, now: datetime) -> AnnualReport:
    """From now on anybody reads this edition."""
    await seen(session, caller, report_id)
    report = await repository.report(session, report_id, lock=True)
    if report is None:
        raise NotFound()
    if not caller.belongs_to(report.lead_organisation_id):
        raise NotContractLead()
    require_version(report.version, version)
    if report.ready_at is None:
        raise ReportNotReady()
    if report.published_at is not None:
        raise AlreadyPublished()
    report.published_at, report.published_by = now, caller.account_id
    report.version += 1
    await session.flush()
    await _note(session, report, "annual_report.published", caller, now)
    return report


async def seen(session: AsyncSession, caller: Principal | None, report_id: UUID) -> AnnualReport:
    """Published, by anybody; before, by the team and the funders of that year (404 for others)."""
    report = await repository.report(session, report_id)
    if report is None:
        raise NotFound()
    if report.published_at is None:
        everything, years = await unpublished_years(session, caller, report.contract_id)
        if not everything and report.year not in years:
            raise NotFound()
    return report


async def unpublished_years(session: AsyncSession, caller: Principal | None, contract_id: UUID) -> tuple[bool, set[int]]:
    """Whether the caller lists every edition of the contract, and else of which years: those it funds."""
    contract = await contracts.get(session, contract_id)
    if caller is None:
        return False, set()
    return caller.belongs_to(contract.lead_organisation_id), await campaigns.funded_years(session, caller, contract_id)


async def document(session: AsyncSession, caller: Principal | None, report_id: UUID) -> tuple[AnnualReport, StoredFile]:
    report = await seen(session, caller, report_id)
    if report.file_key is None or report.file_size is None or report.file_sha256 is None:
        raise ReportNotReady(headers={"Retry-After": "2"})
    return report, StoredFile(report.file_key, report.file_size, report.file_sha256, "application/pdf")


@job("programming:make_annual_report")
async def make_annual_report(session: AsyncSession, resources: Resources, report_id: str) -> None:
    """Make the PDF and keep it. Run twice, it is made once."""
    report = await repository.report(session, UUID(report_id))
    if report is None or report.ready_at is not None:
        return
    now = resources.clock.now()
    contract = await contracts.get(session, report.contract_id)
    calls = await campaigns.of_contract_year(session, report.contract_id, report.year)
    data = await programme.content(session, contract, calls, report.year, report.edition, now=now)
    # No row is held while it is drawn.
    stored = await resources.files.write(f"annual-report-{report.id.hex}", await pdf.render(_TEMPLATE, data))
    kept = await repository.report(session, report.id, lock=True)
    if kept is None or kept.ready_at is not None:
        return
    kept.file_key, kept.file_size, kept.file_sha256 = stored.key, stored.size, stored.sha256
    kept.ready_at = now
    kept.version += 1
    await session.flush()


async def _note(session: AsyncSession, report: AnnualReport, act: str, caller: Principal, now: datetime) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("annual_report", report.id),
        actor=caller,
        organisation_id=report.lead_organisation_id,
        changes={"contract_id": str(report.contract_id), "year": report.year, "edition": report.edition},
    )
