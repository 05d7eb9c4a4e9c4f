"""Use cases of the yearly report: the holder says what was reached, each funder accepts it or asks for more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import NotFound

from . import repository, rules, service
from .errors import YearlyReportIncomplete, YearlyReportRefused
from .models import Cpo, CpoReport, CpoReportAnswer, CpoStatus, YearlyReportAnswer, YearlyReportStatus
from .report_schemas import YearlyReportUpdate

_REPORTED = (CpoStatus.SIGNED, CpoStatus.IN_FORCE, CpoStatus.SUSPENDED, CpoStatus.ENDED, CpoStatus.TERMINATED)


async def open_report(session: AsyncSession, caller: Principal, cpo_id: UUID, year: int, *, now: datetime) -> CpoReport:
    """A member of the holder begins the report of a year that has begun."""
    cpo = await _held_by(session, caller, cpo_id)
    service.require_status(cpo, *_REPORTED)
    found = next((one for one in await repository.years(session, cpo.id) if one.year == year), None)
    if found is None:
        raise NotFound()
    if today_in_paris(now) < found.starts_on:
        raise YearlyReportRefused(starts_on=found.starts_on.isoformat())
    report = CpoReport(cpo_id=cpo.id, year=year, created_at=now)
    session.add(report)
    await session.flush()
    await _note(session, cpo, report, "cpo.report_opened", caller, now)
    return report


async def update(
    session: AsyncSession, caller: Principal, cpo_id: UUID, year: int, wish: YearlyReportUpdate, *, version: int, now: datetime
) -> CpoReport:
    """Saved as it is written, until it is submitted; again once a funder asked for more."""
    await _held_by(session, caller, cpo_id)
    report = await _locked(session, cpo_id, year)
    require_version(report.version, version)
    _require_open(report)
    for name, value in wish.model_dump(mode="json", exclude_unset=True).items():
        if value is not None or name in {"charges_cents", "produits_cents"}:
            setattr(report, name, value)
    report.version += 1
    await session.flush()
    return report


async def submit(session: AsyncSession, caller: Principal, cpo_id: UUID, year: int, *, version: int, now: datetime) -> CpoReport:
    """A manager or signatory of the holder submits it to every funder."""
    cpo = await _held_by(session, caller, cpo_id)
    service.require_officer(caller, cpo.acting_holder_id)
    report = await _locked(session, cpo_id, year)
    require_version(report.version, version)
    _require_open(report)
    actual = [one["code"] for one in report.indicators]
    known = [one["code"] for one in cpo.indicators]
    if errors := rules.report_errors(report.summary, report.charges_cents, report.produits_cents, actual, known):
        raise YearlyReportIncomplete(errors=errors)
    report.status = YearlyReportStatus.SUBMITTED
    report.submissions += 1
    report.submitted_at, report.submitted_by = now, caller.account_id
    return await _changed(session, cpo, report, "cpo.report_submitted", caller, now)


async def answer(
    session: AsyncSession,
    caller: Principal,
    cpo_id: UUID,
    year: int,
    funder_id: UUID,
    given: YearlyReportAnswer,
    comment: str,
    *,
    version: int,
    now: datetime,
) -> CpoReport:
    """A funder accepts the report, or asks for more: the holder may then write and submit it again."""
    cpo = await service.seen(session, caller, cpo_id)
    await service.party(session, cpo, funder_id)
    service.require_officer(caller, funder_id)
    report = await _locked(session, cpo_id, year)
    if not _shown_to(caller, cpo, report):
        raise NotFound()
    require_version(report.version, version)
    known = await repository.answer(session, report.id, funder_id)
    accepted = known is not None and known.answer is YearlyReportAnswer.ACCEPTED
    if accepted or (known is not None and known.submission == report.submissions):
        raise YearlyReportRefused(report_status=report.status.value)
    if known is None:
        known = CpoReportAnswer(report_id=report.id, funder_id=funder_id, answer=given, submission=0, answered_by=caller.account_id)
        session.add(known)
    known.answer, known.comment, known.submission = given, comment, report.submissions
    known.answered_by, known.answered_at = caller.account_id, now
    act = "cpo.report_accepted"
    if given is YearlyReportAnswer.COMPLETION_REQUESTED:
        report.status, act = YearlyReportStatus.COMPLETION_REQUESTED, "cpo.report_completion_requested"
        await _ask_for_more(session, cpo, report, comment)
    return await _changed(session, cpo, report, act, caller, now, organisation_id=funder_id)


async def _ask_for_more(session: AsyncSession, cpo: Cpo, report: CpoReport, comment: str) -> None:
    text = f"""Bonjour,

Un financeur demande un complément au compte rendu {report.year} de votre convention {cpo.reference} « {cpo.title} » :

{comment}

Complétez le compte rendu puis déposez-le à nouveau : les tranches suivantes en dépendent.
"""
    subject = f"Compte rendu {report.year} à compléter – {cpo.reference}"
    await queue_mail(session, to=str(cpo.contact["email"]), subject=subject, text=text)


async def seen(session: AsyncSession, caller: Principal, cpo_id: UUID, year: int) -> tuple[Cpo, CpoReport]:
    """The report of a year; its draft is the holder's alone (404 for others)."""
    cpo = await service.seen(session, caller, cpo_id)
    report = await repository.report(session, cpo_id, year)
    if report is None or not _shown_to(caller, cpo, report):
        raise NotFound()
    return cpo, report


async def all_seen(session: AsyncSession, caller: Principal, cpo_id: UUID) -> tuple[Cpo, list[CpoReport]]:
    cpo = await service.seen(session, caller, cpo_id)
    return cpo, [one for one in await repository.reports(session, cpo_id) if _shown_to(caller, cpo, one)]


def _shown_to(caller: Principal, cpo: Cpo, report: CpoReport) -> bool:
    return report.submissions > 0 or service.holds(caller, cpo)


async def shown(session: AsyncSession, cpo: Cpo, reports: Sequence[CpoReport]) -> list[dict[str, Any]]:
    """Reports as they are read: each indicator's target beside what was done, and what each funder answered."""
    answers = await repository.answers(session, [report.id for report in reports])
    charges = {one.year: rules.sum_of(one.budget.get("charges") or []) for one in await repository.years(session, cpo.id)}
    return [
        {
            **report.model_dump(exclude={"indicators"}),
            "planned_charges_cents": charges.get(report.year, 0),
            "indicators": [_result(one, report) for one in cpo.indicators],
            "answers": [one.model_dump() for one in answers if one.report_id == report.id],
        }
        for report in reports
    ]


def _result(indicator: dict[str, Any], report: CpoReport) -> dict[str, Any]:
    done: dict[str, Any] = next((one for one in report.indicators if one["code"] == indicator["code"]), {})
    target = next((one["value"] for one in indicator["targets"] if one["year"] == report.year), None)
    said = {"target": target, "actual": done.get("actual"), "comment": done.get("comment", "")}
    return {"code": indicator["code"], "label": indicator["label"], "unit": indicator["unit"], **said}


async def _held_by(session: AsyncSession, caller: Principal, cpo_id: UUID) -> Cpo:
    """For the members of the holder (403 for the other parties)."""
    cpo = await service.seen(session, caller, cpo_id)
    service.require_holder(caller, cpo.holder_id, cpo.successor_id)
    return cpo


async def _locked(session: AsyncSession, cpo_id: UUID, year: int) -> CpoReport:
    report = await repository.report(session, cpo_id, year, lock=True)
    if report is None:
        raise NotFound()
    return report


def _require_open(report: CpoReport) -> None:
    if report.status not in rules.REPORT_OPEN:
        raise YearlyReportRefused(report_status=report.status.value)


async def _changed(
    session: AsyncSession,
    cpo: Cpo,
    report: CpoReport,
    act: str,
    caller: Principal,
    now: datetime,
    *,
    organisation_id: UUID | None = None,
) -> CpoReport:
    report.version += 1
    await session.flush()
    await _note(session, cpo, report, act, caller, now, organisation_id=organisation_id)
    return report


async def _note(
    session: AsyncSession,
    cpo: Cpo,
    report: CpoReport,
    act: str,
    caller: Principal,
    now: datetime,
    *,
    organisation_id: UUID | None = None,
) -> None:
    await service.note(
        session,
        cpo,
        act,
        caller,
        now,
        organisation_id=organisation_id or cpo.acting_holder_id,
        changes={"year": report.year, "submissions": report.submissions},
    )
