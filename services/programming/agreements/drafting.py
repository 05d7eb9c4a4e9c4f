"""Drafting: the agreement and its amendments. What is drafted is kept as it will be printed; a job makes the PDF and sends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import pdf
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Database
from services.common.jobs import enqueue, job
from services.common.language import Text
from services.common.mail import Attachment
from services.common.problems import FieldError, NotFound, Problem
from services.common.resources import Resources
from services.common.siblings import Siblings

from .. import clients
from ..awards import service as awards
from ..campaigns import service as campaigns
from ..campaigns.errors import EnvelopeExceeded
from ..dossiers import instruction
from ..organisations import service as organisations
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import letters, repository, rules, service
from .errors import (
    AgreementStateRefused,
    AmendmentOpen,
    AmendmentRefused,
    DraftRefused,
    GrantAboveAsked,
    GrantAlreadyJustified,
    GrantBelowPaid,
    NothingToAgree,
)
from .models import Agreement, AgreementStatus, AgreementText, TextStatus
from .rules import Change, Fault
from .schemas import AgreementDraft, AmendmentDraft

if TYPE_CHECKING:
    from ..awards.models import Award
    from ..dossiers.models import Dossier

_LETTERS = Path(__file__).resolve().parent.parent / "letters"
_MAY_DRAFT = {AgreementStatus.NOT_DUE, AgreementStatus.DUE, AgreementStatus.DRAFTED, AgreementStatus.TERMINATED}
_NAMED: dict[Fault, type[Problem]] = {
    Fault.JUSTIFIED: GrantAlreadyJustified,
    Fault.BELOW_PAID: GrantBelowPaid,
    Fault.ABOVE_ASKED: GrantAboveAsked,
    Fault.ABOVE_ENVELOPE: EnvelopeExceeded,
}


@dataclass(frozen=True)
class Asking:
    """Where the funder's identity (SIRET, address) is asked: the directory, before anything is locked."""

    database: Database
    siblings: Siblings


async def draft(
    session: AsyncSession,
    asking: Asking,
    caller: Principal,
    agreement_id: UUID,
    wish: AgreementDraft,
    *,
    version: int,
    now: datetime,
) -> Agreement:
    """The funder writes the agreement, over every grant of the year; drafted again, the new text replaces the old and its signature."""
    funder = await _funder(asking, caller, agreement_id)
    agreement = await service.taken_by_funder(session, caller, agreement_id, version)
    if agreement.status not in _MAY_DRAFT:
        raise AgreementStateRefused(agreement_status=agreement.status.value)
    day = in_paris(now).date()
    if wish.ends_on < day:
        said = Text("Ce jour est déjà passé.", "This day is already past.")
        raise DraftRefused(errors=[FieldError("/ends_on", said, "past")])
    found = await service.awards_of(session, agreement)
    covered = [award for award in found if award.cpo_id is None]
    if not covered:
        raise NothingToAgree()
    dossiers = await instruction.look_up(session, [award.dossier_id for award in covered])
    calls = [await campaigns.get(session, campaign_id) for campaign_id in dict.fromkeys(award.campaign_id for award in covered)]
    last = covered[-1]
    data = letters.agreement(
        year=agreement.year,
        funder=await _represented(session, funder, last),
        holder=await _holder(session, agreement, dossiers[last.dossier_id]),
        campaigns=[call.title for call in calls],
        actions=[letters.action(dossiers[award.dossier_id].model_dump(), award.granted_cents) for award in covered],
        granted_cents=sum(award.granted_cents for award in covered),
        under_cpo_cents=sum(award.granted_cents for award in found if award.cpo_id is not None),
        in_kind_cents=agreement.in_kind_cents,
        in_kind_label=agreement.in_kind_label,
        terms=wish.model_dump(),
        report_months=await parameters.value(session, Parameter.REPORT_DUE_MONTHS, day),
        pay_within_days=await parameters.value(session, Parameter.PAYMENT_WITHIN_DAYS, day),
        drafted_on=day,
    )
    replaced = await _withdraw_open(session, agreement)
    agreement.status = AgreementStatus.DRAFTED
    lines = [_line(award, award.granted_cents) for award in covered]
    await _keep(session, agreement, 0, wish.model_dump(mode="json"), lines, data, caller, last, now)
    await service.note(session, agreement, "agreement.drafted", caller, now, awards=len(lines), replaces_a_draft=replaced)
    await service.count(session, agreement, caller, now=now)
    return agreement


async def draft_amendment(
    session: AsyncSession,
    asking: Asking,
    caller: Principal,
    agreement_id: UUID,
    wish: AmendmentDraft,
    *,
    version: int,
    now: datetime,
) -> AgreementText:
    """The funder writes an amendment: grants set anew, grants that join. The same checks are made again when it applies."""
    funder = await _funder(asking, caller, agreement_id)
    agreement = await service.taken_by_funder(session, caller, agreement_id, version)
    if agreement.status is not AgreementStatus.SIGNED:
        raise AgreementStateRefused(agreement_status=agreement.status.value)
    texts = await repository.texts(session, agreement.id)
    if opened := service.open_text(texts):
        raise AmendmentOpen(amendment_id=str(opened.id))
    found = {award.id: award for award in await service.awards_of(session, agreement)}
    signed = [text for text in texts if text.status is TextStatus.SIGNED]
    in_kind_changed = agreement.in_kind_cents != signed[-1].in_kind_cents
    grants = [service.grant_of(award) for award in found.values()]
    wanted = [rules.Line(line.award_id, line.granted_cents) for line in wish.lines]
    if errors := rules.line_errors(wanted, grants, in_kind_changed=in_kind_changed):
        raise AmendmentRefused(errors=errors)
    lines = [_line(found[line.award_id], line.granted_cents) for line in wanted]
    await require_possible(session, agreement, lines, found)
    number = max(text.number for text in signed) + 1
    before = sum(award.granted_cents for award in found.values() if award.agreed_at and award.cpo_id is None)
    joining = sum(line["before_cents"] for line in lines if line["joins"])
    last = next(reversed(found.values()))
    dossiers = await instruction.look_up(session, [last.dossier_id])
    data = letters.amendment(
        number=number,
        year=agreement.year,
        funder=await _represented(session, funder, last),
        holder=await _holder(session, agreement, dossiers[last.dossier_id]),
        in_force_on=agreement.in_force_on,
        reason=wish.reason,
        lines=lines,
        before_cents=before,
        after_cents=before + joining + sum(line["granted_cents"] - line["before_cents"] for line in lines),
        in_kind_cents=agreement.in_kind_cents,
        in_kind_label=agreement.in_kind_label,
        in_kind_changed=in_kind_changed,
        drafted_on=in_paris(now).date(),
    )
    text = await _keep(session, agreement, number, {"reason": wish.reason}, lines, data, caller, last, now)
    await service.note(session, agreement, "agreement.amendment_drafted", caller, now, number=number, lines=_told(lines))
    await service.count(session, agreement, caller, now=now)
    return text


async def withdraw_amendment(
    session: AsyncSession, caller: Principal, agreement_id: UUID, amendment_id: UUID, *, version: int, now: datetime
) -> Agreement:
    """The funder takes back an amendment that is not signed by both: another may be drafted, under the same number."""
    await amendment_of(session, await service.seen_by_funder(session, caller, agreement_id), amendment_id)
    agreement = await service.taken(session, agreement_id, version)
    text = await amendment_of(session, agreement, amendment_id)
    if text.status is not TextStatus.DRAFTED:
        raise AgreementStateRefused(text_status=text.status.value)
    text.status = TextStatus.WITHDRAWN
    await session.flush()
    await service.note(session, agreement, "agreement.amendment_withdrawn", caller, now, number=text.number)
    await service.count(session, agreement, caller, now=now)
    return agreement


async def amendment_of(session: AsyncSession, agreement: Agreement, amendment_id: UUID) -> AgreementText:
    text = await repository.text(session, amendment_id)
    if text is None or text.agreement_id != agreement.id or text.number == 0:
        raise NotFound()
    return text


async def require_possible(
    session: AsyncSession, agreement: Agreement, lines: Sequence[dict[str, Any]], found: dict[UUID, "Award"]
) -> list[Change]:
    """The lines that change a grant, if money and envelopes allow them all together (refused by name otherwise)."""
    changes = []
    for i, line in enumerate(lines):
        award = found[UUID(line["award_id"])]
        if line["granted_cents"] == award.granted_cents:
            continue
        requests = await instruction.requests_of(session, award.dossier_id)
        asked = next(request.amount_cents for request in requests if request.id == award.request_id)
        money = awards.money_of(award)
        changes.append(
            Change(
                award.id,
                f"/lines/{i}/granted_cents",
                award.granted_cents,
                line["granted_cents"],
                money.held,
                asked,
                money.justified is not None,
                (award.campaign_id, award.budget_line),
            )
        )
    left = {
        (campaign_id, code): await campaigns.left_on_line(session, campaign_id, agreement.funder_id, code)
        for campaign_id, code in sorted({change.envelope for change in changes})
    }
    faults = rules.change_faults(changes, left)
    for fault in Fault:
        if fault in faults:
            _refuse(fault, faults[fault])
    return changes


def _refuse(fault: Fault, errors: list[FieldError]) -> NoReturn:
    raise _NAMED[fault](errors=errors)


async def _funder(asking: Asking, caller: Principal, agreement_id: UUID) -> dict[str, Any]:
    """The funder as the directory knows it; where it does not, the agreement names it as the campaign does."""
    async with asking.database.sessions() as glance:
        agreement = await service.seen_by_funder(glance, caller, agreement_id)
    try:
        known = await clients.organisation(asking.siblings, caller, agreement.funder_id)
    except NotFound:
        return {"name": agreement.funder_name}
    return known.model_dump(mode="json")


async def _represented(session: AsyncSession, funder: dict[str, Any], award: "Award") -> dict[str, Any]:
    """The funder, represented by who signs its letters in the latest campaign."""
    taking_part = await campaigns.funder_of(session, award.campaign_id, award.funder_id)
    who = {"full_name": taking_part.letter_signatory, "function": taking_part.letter_signatory_function}
    return {**funder, "legal_representative": who}


def _line(award: "Award", granted_cents: int) -> dict[str, Any]:
    return {
        "award_id": str(award.id),
        "reference": award.reference,
        "title": award.title,
        "before_cents": award.granted_cents,
        "granted_cents": granted_cents,
        "joins": award.agreed_at is None,
    }


def _told(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"award_id": line["award_id"], "granted_cents": [line["before_cents"], line["granted_cents"]]} for line in lines]


async def _holder(session: AsyncSession, agreement: Agreement, dossier: "Dossier") -> Mapping[str, Any]:
    """Who signs for the holder: as its last dossier says it, or what the directory told of a successor."""
    told = agreement.successor_id and await organisations.face_of(session, agreement.successor_id)
    return told or dossier.holder


async def _withdraw_open(session: AsyncSession, agreement: Agreement) -> bool:
    """A text being signed gives way to the next one; the signatures it had go with it."""
    opened = service.open_text(await repository.texts(session, agreement.id))
    if opened is None:
        return False
    opened.status = TextStatus.WITHDRAWN
    await session.flush()
    return True


async def _keep(
    session: AsyncSession, agreement: Agreement, number: int, terms: dict[str, Any], lines: list[dict[str, Any]], data: dict[str, Any],
    caller: Principal, award: "Award", now: datetime,
) -> AgreementText:  # fmt: skip
    text = AgreementText(
        agreement_id=agreement.id,
        number=number,
        terms=terms,
        lines=lines,
        in_kind_cents=agreement.in_kind_cents,
        data=data,
        recipient=await service.contact_of(session, award),
        drafted_by=caller.account_id,
        drafted_at=now,
    )
    session.add(text)
    await session.flush()
    await enqueue(session, write_text, text_id=str(text.id))
    return text


@job("programming:write_agreement")
async def write_text(session: AsyncSession, resources: Resources, text_id: str) -> None:
    """Make the PDF, keep it, and queue the mail that carries it. Run twice, it is written and sent once."""
    found = await repository.text(session, UUID(text_id))
    if found is None or found.ready_at is not None:
        return
    # Made before the agreement is taken: nobody waits for a PDF.
    made = await pdf.render(_LETTERS / ("amendment.typ" if found.number else "agreement.typ"), found.data)
    agreement = await repository.get(session, found.agreement_id, lock=True)
    text = await repository.text(session, found.id)
    if agreement is None or text is None or text.status is not TextStatus.DRAFTED or text.ready_at is not None:
        return
    stored = await resources.files.write(f"agreement-{text.id.hex}", made)
    text.file_key, text.file_size, text.file_sha256 = stored.key, stored.size, stored.sha256
    text.ready_at = resources.clock.now()
    agreement.version += 1
    said = letters.text_mail(agreement.funder_name, agreement.year, text.number)
    joined = Attachment(stored.key, file_name(agreement, text.number), "application/pdf")
    await service.tell_holder(session, text.recipient, said, attachments=[joined])


@job("programming:draw_agreement_again")
async def draw_text_again(session: AsyncSession, resources: Resources, text_id: str) -> None:
    """What the text says of people was forgotten: its PDF is drawn again under the same key, and mailed to nobody."""
    text = await repository.text(session, UUID(text_id))
    if text is None or text.file_key is None:
        return
    made = await pdf.render(_LETTERS / ("amendment.typ" if text.number else "agreement.typ"), text.data)
    stored = await resources.files.write(text.file_key, made)
    text.file_size, text.file_sha256 = stored.size, stored.sha256


def file_name(agreement: Agreement, number: int) -> str:
    return f"avenant-{number}-convention-{agreement.year}.pdf" if number else f"convention-{agreement.year}.pdf"
