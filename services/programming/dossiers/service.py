"""Drafting: open a dossier, save it as it is written, know what is missing. Submission has its own file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, questions
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, fetch_in
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError, NotFound
from services.common.siblings import Siblings

from .. import clients
from ..announcements import announce, announce_each
from ..campaigns import extensions
from ..campaigns import rules as campaign_rules
from ..campaigns import service as campaigns
from ..organisations import service as organisations
from ..tables import KERNEL
from . import access, answers, differences, quarantine, renewal, repository, rules
from .errors import (
    AnswersRefused,
    CampaignNotOpen,
    DeadlinePassed,
    HolderDissolved,
    NotTheHolder,
    RenewalRefused,
    RequestRepeated,
)
from .models import Attachment, Dossier, DossierStatus, FundingRequest
from .schemas import Budget, Contact, Content, DossierCreate, DossierUpdate, RequestWrite

if TYPE_CHECKING:
    from ..campaigns.models import Campaign

_TEXT_FIELDS: Mapping[str, Any] = {"title": "", "renewal": False, "multi_year": False}
_LISTS = ("qpv_codes", "objective_codes", "transversal_codes")
_DOCUMENTS: dict[str, type[BaseModel]] = {"content": Content, "contact": Contact, "budget": Budget}


async def open_draft(
    session: AsyncSession, siblings: Siblings, caller: Principal, wish: DossierCreate, *, now: datetime
) -> Dossier:
    """A member of an organisation opens a dossier for it in an open campaign."""
    if not caller.belongs_to(wish.organisation_id):
        raise NotTheHolder()
    # Asked before the first statement: no connection of ours waits for the directory.
    holder = await clients.organisation(siblings, caller, wish.organisation_id)
    if await organisations.is_dissolved(session, holder):
        raise HolderDissolved(successor_id=holder.successor_id)
    campaign = await open_campaign(session, wish.campaign_id, now)
    dossier = Dossier(
        campaign_id=campaign.id,
        lead_organisation_id=campaign.lead_organisation_id,
        organisation_id=wish.organisation_id,
        holder=holder.snapshot(),
        title=wish.title,
        created_by=caller.account_id,
        created_at=now,
        updated_at=now,
    )
    session.add(dossier)
    await session.flush()
    await repository.let_read(session, [reader_row(dossier, wish.organisation_id, as_holder=True)])
    await note(session, dossier, "dossier.opened", caller, now)
    return dossier


async def save(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: DossierUpdate, *, version: int, now: datetime
) -> Dossier:
    """Autosave: whatever is sent is kept, complete or not. Another tab's newer version is never overwritten (412)."""
    dossier = await access.written_by(session, caller, dossier_id)
    access.require_editable(dossier)
    access.require_fresh(dossier, version)
    before = differences.document(dossier)
    sent = keep_fields(dossier, wish)
    if "renews_id" in sent:
        await renew(session, dossier, wish.renews_id)
    if "answers" in sent:
        await _keep_answers(session, dossier, sent["answers"])
    changed = list(differences.differences(before, differences.document(dossier)))
    if "requests" in sent and await replace_requests(session, dossier, wish.requests or []):
        changed.append("/requests")
    access.require_open(dossier, changed, besides=await _follow_ups(session, dossier, changed))
    access.mark(dossier, caller, changed, now)
    await session.flush()
    return dossier


async def _follow_ups(session: AsyncSession, dossier: Dossier, changed: Sequence[str]) -> list[str]:
    """While changes are requested: the questions that only the new answers make the campaign ask."""
    if dossier.status is not DossierStatus.CHANGES_REQUESTED or not any(one.startswith("/answers/") for one in changed):
        return []
    last = await repository.last_submission(session, dossier.id)
    versions = await campaigns.form_versions(session, dossier.campaign_id)
    form = answers.version(versions.get(dossier.form_number or 0))
    return answers.follow_ups(form, last.snapshot if last else {}, dossier, await requests_of(session, dossier))


def keep_fields(dossier: Dossier, wish: DossierUpdate) -> dict[str, Any]:
    """Write what was sent on the draft, requests aside; returns it."""
    sent = wish.model_dump(mode="json", exclude_unset=True)
    for name, default in _TEXT_FIELDS.items():
        if name in sent:
            setattr(dossier, name, default if sent[name] is None else sent[name])
    for name in ("nature", "starts_on", "ends_on", "exercise_starts_on"):
        if name in sent:
            setattr(dossier, name, getattr(wish, name))
    for name in _LISTS:
        if name in sent:
            setattr(dossier, name, list(dict.fromkeys(sent[name] or [])))
    for name, schema in _DOCUMENTS.items():
        if name in sent:
            merged = {} if sent[name] is None else rules.merge(getattr(dossier, name), sent[name])
            setattr(dossier, name, schema.model_validate(merged).model_dump(mode="json"))
    dossier.charges_cents = rules.total(Budget.model_validate(dossier.budget).charges)
    return sent


async def _keep_answers(session: AsyncSession, dossier: Dossier, sent: Mapping[str, Any] | None) -> None:
    """Answers merge like the rest; what no further typing would mend is refused, the rest is told by `completeness`."""
    dossier.answers = {} if sent is None else rules.merge(dossier.answers, sent)
    given = [key for key in sent or {} if key in dossier.answers]
    if not given:
        return
    campaign = await campaigns.get(session, dossier.campaign_id)
    versions = await campaigns.form_versions(session, campaign.id)
    known = {key for each in versions.values() for key in questions.declared(each["form"])}
    await session.flush()
    sent_under = answers.version(versions.get(dossier.form_number or 0))
    form = answers.current(campaign) if dossier.status is DossierStatus.DRAFT else sent_under
    judged = answers.judge(form, dossier, await requests_of(session, dossier))
    if errors := answers.refusals(judged, given, known):
        raise AnswersRefused(errors=errors)


async def renew(session: AsyncSession, dossier: Dossier, renews_id: UUID | None) -> None:
    """The draft carries on the action of another dossier of the same holder, or (null) is an action of its own again."""
    if renews_id is None:
        if dossier.renews_id is not None:
            dossier.renews_id, dossier.action_id = None, new_id()
        return
    renewed = await repository.get(session, renews_id)
    if renewed is None or renewed.id == dossier.id or renewed.acting_holder_id != dossier.acting_holder_id:
        said = Text("Aucun de vos dossiers n'a cet identifiant.", "None of your dossiers has this id.")
        raise RenewalRefused(errors=[FieldError("/renews_id", said, "unknown")])
    if renewed.status in {DossierStatus.DRAFT, DossierStatus.DROPPED}:
        said = Text("Un brouillon ne se renouvelle pas.", "A draft cannot be renewed.")
        raise RenewalRefused(errors=[FieldError("/renews_id", said, "draft")])
    dossier.renews_id, dossier.action_id, dossier.renewal = renewed.id, renewed.action_id, True


async def replace_requests(session: AsyncSession, dossier: Dossier, wanted: Sequence[RequestWrite]) -> bool:
    """The list sent replaces the list kept; a funder already asked keeps its request's id. Whether anything changed."""
    _refuse_repeated(wanted)
    kept = {request.funder_id: request for request in await repository.requests(session, dossier.id)}
    before = {(one.funder_id, one.budget_line, one.amount_cents) for one in kept.values()}
    for funder_id in kept.keys() - {wish.funder_id for wish in wanted}:
        await session.delete(kept[funder_id])
    for wish in wanted:
        request = kept.get(wish.funder_id)
        if request is None:
            session.add(FundingRequest(dossier_id=dossier.id, campaign_id=dossier.campaign_id, **wish.model_dump()))
        else:
            request.budget_line, request.amount_cents = wish.budget_line, wish.amount_cents
    dossier.asked_cents = sum(wish.amount_cents for wish in wanted)
    return before != {(one.funder_id, one.budget_line, one.amount_cents) for one in wanted}


def _refuse_repeated(wanted: Sequence[RequestWrite]) -> None:
    said = Text("Ce financeur est déjà sollicité plus haut.", "This funder is already asked above.")
    asked = [wish.funder_id for wish in wanted]
    errors = [FieldError(f"/requests/{i}/funder_id", said, "repeated") for i, one in enumerate(asked) if one in asked[:i]]
    if errors:
        raise RequestRepeated(errors=errors)


async def requests_of(session: AsyncSession, dossier: Dossier) -> list[FundingRequest]:
    return await repository.requests(session, dossier.id)


async def missing(
    session: AsyncSession, dossier: Dossier, requests: Sequence[FundingRequest], campaign: "Campaign", *, now: datetime
) -> list[FieldError]:
    """What stands between this dossier and its submission; a bilan is late from the day after the one it was due."""
    draft = draft_of(dossier, requests, await repository.attachment_kinds(session, dossier.id))
    errors = rules.completeness(draft, rulebook_of(campaign, await campaigns.charter_of(session, campaign.id)))
    late = await repository.overdue_reports(session, dossier.acting_holder_id, dossier.id, today_in_paris(now))
    overdue = [renewal.OverdueReport(r["action_id"], r["title"], r["reference"], r["report_due_on"]) for r in late]
    renewed = dossier.action_id if dossier.renews_id else None
    asked = answers.faults(answers.judge(answers.current(campaign), dossier, requests))
    infected = quarantine.infected_errors(await repository.attachments(session, dossier.id))
    overdue_reports = renewal.overdue_errors(dossier.title, renewed, overdue)
    return [*_dissolved(dossier), *overdue_reports, *errors, *asked, *infected]


def _dissolved(dossier: Dossier) -> list[FieldError]:
    if not dossier.holder.get("dissolved_on"):
        return []
    said = Text("L'organisation porteuse est dissoute, sans successeur.", "The holder is dissolved and has no successor.")
    return [FieldError("/holder", said, "holder_dissolved")]


def draft_of(dossier: Dossier, requests: Sequence[FundingRequest], attachment_kinds: frozenset[str]) -> rules.Draft:
    return rules.Draft(
        title=dossier.title,
        nature=dossier.nature,
        holder_kind=str(dossier.holder.get("kind", "")),
        starts_on=dossier.starts_on,
        ends_on=dossier.ends_on,
        qpv_codes=dossier.qpv_codes,
        objective_codes=dossier.objective_codes,
        transversal_codes=dossier.transversal_codes,
        content=Content.model_validate(dossier.content),
        contact=Contact.model_validate(dossier.contact),
        budget=Budget.model_validate(dossier.budget),
        requests=[rules.Asked(r.funder_id, r.budget_line, r.amount_cents) for r in requests],
        attachment_kinds=attachment_kinds,
        exercise_starts_on=dossier.exercise_starts_on,
    )


def rulebook_of(campaign: "Campaign", lines: Sequence[campaign_rules.Line]) -> rules.Rulebook:
    return rules.Rulebook(
        year=campaign.year,
        qpv_codes=frozenset(campaign.qpv_codes),
        objective_codes=frozenset(campaign.objective_codes),
        transversal_codes=frozenset(campaign.transversal_codes),
        outside_qpv_allowed=campaign.outside_qpv_allowed,
        required_attachments=campaign.required_attachments,
        lines=lines,
    )


def require_open(campaign: "Campaign", now: datetime) -> None:
    """Refuse what comes before the opening or after the deadline, and say when it was."""
    if campaign_rules.accepts_submissions(campaign.status, campaign.opens_at, campaign.closes_at, now, campaign.closed_at):
        return
    if now > campaign.closes_at:
        raise DeadlinePassed(campaign_rules.deadline_said(campaign.closes_at), closes_at=campaign.closes_at.isoformat())
    raise CampaignNotOpen(campaign_status=campaign.status.value, opens_at=campaign.opens_at.isoformat())


async def open_campaign(session: AsyncSession, campaign_id: UUID, now: datetime) -> "Campaign":
    """The campaign, which takes what arrived at `now`, under the deadline in force (see `campaigns.extensions.awaited`)."""
    campaign = await campaigns.get(session, campaign_id)
    if not campaign_rules.accepts_submissions(campaign.status, campaign.opens_at, campaign.closes_at, now, campaign.closed_at):
        campaign = await extensions.awaited(session, campaign_id)
    require_open(campaign, now)
    return campaign


async def held_by(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Dossier:
    """The dossier, locked, for a member of its holder (404 unseen, 403 seen but not held)."""
    dossier = await repository.get(session, dossier_id, lock=True)
    if dossier is None:
        raise NotFound()
    if caller.belongs_to(dossier.acting_holder_id):
        return dossier
    if caller.belongs_to(dossier.organisation_id):
        said = Text("Une autre organisation a pris la suite.", "Another organisation has taken over.")
        raise NotTheHolder(said, successor_id=dossier.successor_id)
    seen = await access.seen_as(session, caller, dossier_id)
    raise NotTheHolder() if seen else NotFound()


async def capacities(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Any:
    """For the rooms above: as what the caller sees the dossier (as_holder, as_funder, as_lead), or None."""
    return await repository.capacities(session, dossier_id, caller.organisation_ids)


def held(dossier_id: Any) -> Any:
    """For the rooms above: the SQL condition that the caller's `organisations` hold the dossier of that column."""
    return repository.held(dossier_id)


def held_for(dossier_id: Any, holder_id: Any) -> Any:
    """For filters of the rooms above: the SQL condition that `holder_id` holds the dossier of that column, or once did."""
    return repository.held_for(dossier_id, holder_id)


async def follow_holder(session: AsyncSession, holder: clients.Organisation) -> None:
    """The directory says an organisation changed: its drafts follow."""
    await repository.refresh_drafts(session, holder.id, holder.snapshot())


def reader_row(dossier: Dossier, organisation_id: UUID, **capacity: bool) -> dict[str, Any]:
    nothing = dict.fromkeys(("as_holder", "as_funder", "as_lead", "as_collaborator", "may_edit"), False)
    row: dict[str, Any] = {**nothing, **capacity}
    return {
        "organisation_id": organisation_id,
        "dossier_id": dossier.id,
        "campaign_id": dossier.campaign_id,
        "submitted_at": dossier.submitted_at,
        **row,
    }


async def note(
    session: AsyncSession,
    dossier: Dossier,
    act: str,
    caller: Principal | None,
    now: datetime,
    *,
    organisation_id: UUID | None = None,
    reason: str | None = None,
    confidential: bool = False,
    **changes: object,
) -> None:
    """A line in the dossier's journal; `confidential` keeps it from the holder."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("dossier", dossier.id),
        actor=caller,
        organisation_id=organisation_id or dossier.acting_holder_id,
        changes=changes,
        reason=reason,
        confidential=confidential,
    )
    facts = {**identity(dossier), "funder_id": organisation_id, **changes}
    await announce(session, act, subject=dossier.id, at=now, facts=facts, confidential=confidential)


@dataclass(frozen=True)
class Noted:
    """What one line of `note_each` says: of a dossier, by an organisation."""

    dossier: Dossier
    organisation_id: UUID
    changes: Mapping[str, Any]


async def note_each(
    session: AsyncSession, act: str, caller: Principal, now: datetime, noted: Sequence[Noted], *, confidential: bool
) -> None:
    """`note` of one act on many dossiers: as many statements for one as for a thousand."""
    entries = [journal.Entry(one.dossier.id, one.changes, one.organisation_id) for one in noted]
    await journal.record_each(
        session, KERNEL.journal, at=now, act=act, resource_type="dossier", entries=entries, actor=caller, confidential=confidential
    )
    told = [(one.dossier.id, {**identity(one.dossier), "funder_id": one.organisation_id, **one.changes}) for one in noted]
    await announce_each(session, act, told=told, at=now, confidential=confidential)


def identity(dossier: Dossier) -> dict[str, Any]:
    """What events tell of any dossier (the reference is drawn at submission)."""
    return {
        "dossier_id": dossier.id,
        "reference": dossier.reference,
        "campaign_id": dossier.campaign_id,
        "holder_id": dossier.acting_holder_id,
    }


async def readers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[Row]:
    """For the rooms above: who may see these dossiers (dossier_id, organisation_id, as_holder, as_funder, as_lead)."""
    return await fetch_in(session, repository.READERS, {"dossiers": list(dossier_ids)})


async def read(session: AsyncSession, dossier_id: UUID) -> Dossier:
    """The dossier, not locked (404 unknown); whether the caller sees it is asked before (`capacities`)."""
    dossier = await repository.get(session, dossier_id)
    if dossier is None:
        raise NotFound()
    return dossier


async def of_campaign(session: AsyncSession, campaign_id: UUID, after: UUID, limit: int) -> list[Dossier]:
    """For the rooms above: dossiers of a campaign that are not inadmissible, oldest first, `limit` after that id."""
    return await repository.of_campaign(session, campaign_id, after, limit)


async def missing_under(
    session: AsyncSession, dossier: Dossier, campaign: "Campaign", form: answers.Form, *, now: datetime
) -> list[FieldError]:
    """For the rooms above: what the draft would lack if the campaign asked the questions of that form."""
    requests = await requests_of(session, dossier)
    found = await missing(session, dossier, requests, campaign, now=now)
    others = [error for error in found if not error.pointer.startswith("/answers")]
    return [*others, *answers.faults(answers.judge(form, dossier, requests))]


async def attachments_of(session: AsyncSession, dossier_id: UUID) -> list[Attachment]:
    """For the rooms above: what is joined to a dossier today. Who may read it is for those rooms to judge."""
    return await repository.attachments(session, dossier_id)


async def named_attachments(session: AsyncSession, dossier_id: UUID, attachment_ids: Sequence[UUID]) -> list[dict[str, str]]:
    """For the rooms above: id, kind and name of those of these documents that are joined to the dossier."""
    wanted = set(attachment_ids)
    found = await repository.attachments(session, dossier_id) if wanted else []
    return [{"id": str(one.id), "kind": one.kind, "name": one.name} for one in found if one.id in wanted]
