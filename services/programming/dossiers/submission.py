"""Submission: the one act a holder must never lose. Everything it does is in one transaction, its mail included."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.etag import require_version
from services.common.language import Text, euros
from services.common.mail import queue_mail
from services.common.problems import FieldError, Problem

from ..campaigns import service as campaigns
from . import answers, repository, rules, service, signing
from .errors import (
    AlreadySubmitted,
    BudgetRefused,
    CharterRefused,
    DossierIncomplete,
    DraftDropped,
    HolderDissolved,
    NotSworn,
    NotTheHolder,
    ReportOverdue,
)
from .models import Attachment, Dossier, DossierStatus, FundingRequest, Submission
from .schemas import SubmissionCreate

if TYPE_CHECKING:
    from ..campaigns.models import Campaign

#: What moves while the dossier is written or instructed: no part of what is sworn.
_NOT_SWORN = {
    *("id", "status", "version", "created_by", "updated_at", "granted_cents", "content_version", "field_marks", "open_fields"),
    *("changes_due_on", "status_before_changes", "suspended_days", "suspended_since", "signed_off_version", "signed_off_by"),
    *("signed_off_at", "withdrawn_at", "withdrawn_reason", "dropped_at"),
}
_BUDGET_CODES = {"unbalanced", "voluntary_unbalanced", "whole_euros", "account", "differs_from_line_74", "not_asked"}


async def submit(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: SubmissionCreate, *, version: int, now: datetime
) -> tuple[Dossier, Submission]:
    """A manager or signatory of the holder submits. `now` is when the request arrived: the deadline is judged on it."""
    dossier = await service.held_by(session, caller, dossier_id)
    if not caller.has_role(dossier.acting_holder_id, "manager", "signatory"):
        raise NotTheHolder()
    if dossier.status is DossierStatus.DROPPED:
        raise DraftDropped()
    if dossier.status is not DossierStatus.DRAFT:
        raise AlreadySubmitted(reference=dossier.reference)
    if dossier.holder.get("dissolved_on"):
        raise HolderDissolved()
    require_version(dossier.version, version)
    await campaigns.hold_rules(session, dossier.campaign_id)
    campaign = await service.open_campaign(session, dossier.campaign_id, now)
    require_sworn(dossier, wish)
    await signing.require(session, caller, dossier, campaign, now=now)
    requests = await service.requests_of(session, dossier)
    if errors := await service.missing(session, dossier, requests, campaign, now=now):
        raise refusal(errors)
    _keep_what_was_asked(dossier, requests, campaign)
    former = await _submit_in_own_name(session, dossier) if dossier.successor_id else []
    return dossier, await lodge(session, caller, dossier, requests, campaign, wish, former_holders=former, now=now)


async def lodge(
    session: AsyncSession,
    caller: Principal,
    dossier: Dossier,
    requests: list[FundingRequest],
    campaign: "Campaign",
    wish: SubmissionCreate,
    *,
    former_holders: Sequence[UUID] = (),
    now: datetime,
) -> Submission:
    """What a submission does once nothing is missing: clocks, readers, journal, reference, what was sworn, acknowledgement."""
    clocks = _start_clocks(dossier, requests, campaign, now)
    await open_to_readers(session, dossier, requests, former_holders)
    await service.note(session, dossier, "dossier.submitted", caller, now, asked_cents=dossier.asked_cents)
    # The reference comes last: the campaign's row is held from here to the commit, so the wait is as short as can be.
    dossier.reference = await campaigns.draw_reference(session, campaign)
    submission = Submission(
        dossier_id=dossier.id,
        reference=dossier.reference,
        submitted_at=now,
        submitted_by=caller.account_id,
        signatory_name=wish.signatory_name,
        signatory_function=wish.signatory_function,
        snapshot=snapshot(dossier, requests, await repository.attachments(session, dossier.id)),
    )
    session.add(submission)
    await session.flush()
    await _acknowledge(session, dossier, campaign, submission, clocks)
    return submission


def _keep_what_was_asked(dossier: Dossier, requests: list[FundingRequest], campaign: "Campaign") -> None:
    """The submission holds the answers to what was asked, and the number of the form that judged them."""
    judged = answers.judge(answers.current(campaign), dossier, requests)
    dossier.answers, dossier.form_number = judged.kept, judged.form.number or None


def require_sworn(dossier: Dossier, wish: SubmissionCreate) -> None:
    errors = []
    if not wish.sworn_statement:
        said = Text("L'attestation sur l'honneur doit être acceptée.", "The sworn statement must be accepted.")
        errors.append(FieldError("/sworn_statement", said, "required"))
    if dossier.holder.get("kind") == "association" and not (wish.republican_commitment or dossier.holder.get("cer_signed_on")):
        said = Text(
            "Le contrat d'engagement républicain doit être souscrit.", "The contrat d'engagement républicain must be subscribed."
        )
        errors.append(FieldError("/republican_commitment", said, "required"))
    if errors:
        raise NotSworn(errors=errors)


def refusal(errors: list[FieldError]) -> Problem:
    """Named for what is wrong when one family of rules is broken, else as incomplete."""
    codes = {error.code or "" for error in errors}
    if codes <= _BUDGET_CODES:
        return BudgetRefused(errors=errors)
    if codes == {"report_overdue"}:
        return ReportOverdue(errors=errors)
    if all(code.startswith("charter_") for code in codes):
        return CharterRefused(errors=errors)
    return DossierIncomplete(errors=errors)


def _start_clocks(dossier: Dossier, requests: list[FundingRequest], campaign: "Campaign", now: datetime) -> rules.Clocks:
    dossier.status = DossierStatus.SUBMITTED
    dossier.submitted_at = now
    dossier.publics_count = sum(public["count"] or 0 for public in dossier.content["publics"])
    dossier.exercise_starts_on, dossier.exercise_ends_on = rules.exercise(campaign.year, dossier.exercise_starts_on)
    clocks = rules.clocks(
        now,
        answer_within_months=campaign.answer_within_months,
        silence_rejects_after_months=campaign.silence_rejects_after_months,
    )
    dossier.answer_promised_on, dossier.silence_rejects_on = clocks.promised_on, clocks.silence_rejects_on
    dossier.version += 1
    for request in requests:
        request.submitted_at = now
    return clocks


async def _submit_in_own_name(session: AsyncSession, dossier: Dossier) -> list[UUID]:
    """The draft of a holder that was dissolved: its successor is the one that applies. Returns those that held it before."""
    held = await repository.holders(session, dossier.id)
    dossier.organisation_id, dossier.successor_id = dossier.acting_holder_id, None
    return [one for one in held if one != dossier.organisation_id]


async def open_to_readers(
    session: AsyncSession, dossier: Dossier, requests: list[FundingRequest], former_holders: Sequence[UUID] = ()
) -> None:
    """From now on the funders asked and the contract's team see it."""
    holders = (dossier.organisation_id, *former_holders)
    rows = {one: service.reader_row(dossier, one, as_holder=True) for one in holders}
    for request in requests:
        row = rows.setdefault(request.funder_id, service.reader_row(dossier, request.funder_id))
        row["as_funder"] = True
    lead = dossier.lead_organisation_id
    rows.setdefault(lead, service.reader_row(dossier, lead))["as_lead"] = True
    await repository.let_read(session, list(rows.values()))
    await repository.date_collaborators(session, dossier)


def snapshot(dossier: Dossier, requests: list[FundingRequest], joined: Sequence[Attachment]) -> dict[str, object]:
    kept = dossier.model_dump(mode="json", exclude=_NOT_SWORN)
    asked = [r.model_dump(mode="json", include={"funder_id", "budget_line", "amount_cents"}) for r in requests]
    # With where the bytes are: the dossier keeps the very files it was sent with.
    files = [a.model_dump(mode="json", include={"id", "kind", "name", "key", "size", "sha256", "media_type"}) for a in joined]
    return {**kept, "requests": asked, "attachments": files}


async def _acknowledge(
    session: AsyncSession, dossier: Dossier, campaign: "Campaign", submission: Submission, clocks: rules.Clocks
) -> None:
    """Acknowledgement of receipt by mail (CRPA art. L112-3, R112-5): number, date, and the two dates that matter."""
    text = f"""Bonjour,

Votre dossier « {dossier.title} » a bien été déposé.

Référence : {submission.reference}
Campagne : {campaign.title}
Déposé le : {in_paris(submission.submitted_at):%d/%m/%Y à %H:%M} (heure de Paris)
Montant demandé : {euros(dossier.asked_cents)}

{_what_follows(dossier, clocks)}

Conservez ce message : il vaut accusé de réception.
"""
    subject = f"Accusé de réception de votre dossier {submission.reference}"
    await queue_mail(session, to=str(dossier.contact["email"]), subject=subject, text=text)


def _what_follows(dossier: Dossier, clocks: rules.Clocks) -> str:
    """The dates that matter; a year of a multi-year agreement is granted already and only waits for its letters."""
    if dossier.cpo_id is not None:
        return f"""Ce dossier met en œuvre une convention pluriannuelle : les tranches confirmées y sont accordées.
Chaque financeur vous le notifie avant le {clocks.promised_on:%d/%m/%Y}."""
    return f"""Les financeurs s'engagent à vous répondre avant le {clocks.promised_on:%d/%m/%Y}.
Sans réponse au {clocks.silence_rejects_on:%d/%m/%Y}, le silence gardé vaut décision de rejet
(articles L231-4 et D231-2 du code des relations entre le public et l'administration)."""


def as_sent(dossier: Dossier, requests: list[FundingRequest], joined: Sequence[Attachment]) -> dict[str, object]:
    """For the rooms above: what a submission would keep of the dossier as it stands."""
    return snapshot(dossier, requests, joined)
