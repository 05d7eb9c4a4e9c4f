"""What the platform tells the information systems of others: a closed table of event types, and how an act is announced.

An act is announced where it is journaled: an act of the table becomes an event, any other is nobody else's business. Payloads are
thin (ids, reference, status, amounts): no person, no text somebody wrote. Who is told is decided when the event leaves, by `EventAudience`.
To add a type is to add a line to `TYPES`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue, enqueue_many
from services.common.language import Text
from services.common.outbox import publish, publish_each

from .tables import KERNEL
from .told import (
    AgreementTold,
    AwardCommittedTold,
    AwardMoneyTold,
    AwardTold,
    CampaignTold,
    ChangesTold,
    CommitteeTold,
    CpoTold,
    DossierSubmittedTold,
    DossierTold,
    NoticeTold,
    RequestCorrectedTold,
    RequestNotifiedTold,
    RequestTold,
    ReviewTold,
    TrialTold,
)

#: Carried out by the room of webhooks.
FAN_OUT = "programming:fan_out_event"
#: In the outbox, what is announced to others does not mix with what siblings tell each other.
STORED = "announced."


class EventAudience(Enum):
    """Who may be told, decided from the tables when the event leaves."""

    #: Everybody.
    PUBLIC = "public"
    #: The holder, the funders asked and the contract's team.
    READERS = "readers"
    #: The funders asked and the contract's team: the holder learns it from the letters.
    INSTRUCTORS = "instructors"
    #: The holder, the funder of the award and the contract's team.
    AWARD = "award"
    #: The two parties.
    AGREEMENT = "agreement"
    #: The holder, its funders and the contract's team.
    CPO = "cpo"
    #: The campaign's funders and the contract's team.
    COMMITTEE = "committee"
    #: The subscriber who asked for it.
    SUBSCRIBER = "subscriber"


_WITHOUT_HOLDER = frozenset({EventAudience.INSTRUCTORS, EventAudience.COMMITTEE})


@dataclass(frozen=True)
class EventType:
    """`act` is the journal's name of it, when it is another one."""

    name: str
    said: Text
    payload: type[BaseModel]
    audience: EventAudience
    act: str = ""


TEST = EventType(
    "webhook.test", Text("Essai demandé par l'abonné.", "Asked by the subscriber, to try."), TrialTold, EventAudience.SUBSCRIBER
)

TYPES: tuple[EventType, ...] = (
    EventType(
        "campaign.opened",
        Text("L'appel à projets est ouvert.", "The call is open."),
        CampaignTold,
        EventAudience.PUBLIC,
        "campaign.opening",
    ),
    EventType(
        "campaign.closed",
        Text("L'appel à projets est clos.", "The call is closed."),
        CampaignTold,
        EventAudience.PUBLIC,
        "campaign.closing",
    ),
    EventType(
        "campaign.extended", Text("La date limite est repoussée.", "The deadline is put off."), CampaignTold, EventAudience.PUBLIC
    ),
    EventType(
        "notice.published",
        Text("Un avis modifie l'appel à projets.", "A notice changes the call."),
        NoticeTold,
        EventAudience.PUBLIC,
        "campaign.notice_published",
    ),
    EventType(
        "campaign.under_review",
        Text("L'instruction a commencé.", "The instruction has begun."),
        CampaignTold,
        EventAudience.PUBLIC,
        "campaign.instruction",
    ),
    EventType(
        "campaign.decided",
        Text("Les décisions sont prises.", "It is decided."),
        CampaignTold,
        EventAudience.PUBLIC,
        "campaign.decision",
    ),
    EventType(
        "campaign.archived",
        Text("La campagne est archivée.", "It is archived."),
        CampaignTold,
        EventAudience.PUBLIC,
        "campaign.archiving",
    ),
    EventType(
        "dossier.submitted", Text("Un dossier est déposé.", "A dossier is submitted."), DossierSubmittedTold, EventAudience.READERS
    ),
    EventType(
        "dossier.changes_requested",
        Text("Des modifications sont demandées.", "Changes are requested."),
        ChangesTold,
        EventAudience.READERS,
        "changes.requested",
    ),
    EventType(
        "dossier.changes_answered",
        Text("Le porteur a répondu aux modifications.", "Its holder answered them."),
        ChangesTold,
        EventAudience.READERS,
        "changes.answered",
    ),
    EventType(
        "dossier.changes_cancelled",
        Text("La demande de modifications est levée.", "They are asked no more."),
        ChangesTold,
        EventAudience.READERS,
        "changes.cancelled",
    ),
    EventType(
        "dossier.changes_unanswered",
        Text("La demande est close sans réponse.", "They are closed unanswered."),
        ChangesTold,
        EventAudience.READERS,
        "changes.unanswered",
    ),
    EventType(
        "dossier.withdrawn", Text("Le porteur retire son dossier.", "Its holder takes it back."), DossierTold, EventAudience.READERS
    ),
    EventType("dossier.admissible", Text("Le dossier est recevable.", "It is admissible."), DossierTold, EventAudience.READERS),
    EventType(
        "dossier.inadmissible", Text("Le dossier est irrecevable.", "It is inadmissible."), DossierTold, EventAudience.READERS
    ),
    EventType(
        "dossier.succeeded",
        Text("Un successeur répond du dossier.", "A successor answers for it."),
        DossierTold,
        EventAudience.READERS,
    ),
    EventType(
        "dossier.given_back",
        Text("Le porteur initial en répond.", "Its first holder does again."),
        DossierTold,
        EventAudience.READERS,
    ),
    EventType(
        "dossier.closed", Text("Tout est justifié et soldé.", "All is justified and settled."), DossierTold, EventAudience.READERS
    ),
    EventType(
        "review.completed",
        Text("Un financeur a rendu son avis.", "A funder gave its opinion."),
        ReviewTold,
        EventAudience.INSTRUCTORS,
    ),
    EventType("review.reopened", Text("Un avis est repris.", "An opinion is taken back."), ReviewTold, EventAudience.INSTRUCTORS),
    EventType(
        "request.proposed", Text("Un comité propose un montant.", "A committee proposes."), RequestTold, EventAudience.INSTRUCTORS
    ),
    EventType("request.granted", Text("Un financeur accorde.", "A funder grants."), RequestTold, EventAudience.INSTRUCTORS),
    EventType("request.refused", Text("Un financeur refuse.", "A funder refuses."), RequestTold, EventAudience.INSTRUCTORS),
    EventType("request.adjourned", Text("Un financeur ajourne.", "A funder adjourns."), RequestTold, EventAudience.INSTRUCTORS),
    EventType(
        "request.reopened",
        Text("Une décision est reprise avant sa lettre.", "A decision is taken up again, before its letter."),
        RequestTold,
        EventAudience.INSTRUCTORS,
    ),
    EventType(
        "request.notified",
        Text("Un financeur notifie sa réponse.", "A funder's answer is told."),
        RequestNotifiedTold,
        EventAudience.READERS,
    ),
    EventType(
        "request.corrected",
        Text("Un financeur corrige sa réponse.", "A funder's answer is set right."),
        RequestCorrectedTold,
        EventAudience.READERS,
    ),
    EventType(
        "award.agreed", Text("La convention couvre la subvention.", "The agreement covers it."), AwardTold, EventAudience.AWARD
    ),
    EventType("award.amended", Text("Le montant change par avenant.", "It is amended."), AwardTold, EventAudience.AWARD),
    EventType("award.committed", Text("Les crédits sont engagés.", "Money is committed."), AwardCommittedTold, EventAudience.AWARD),
    EventType(
        "award.payment_requested", Text("Un versement est demandé.", "A payment is asked."), AwardMoneyTold, EventAudience.AWARD
    ),
    EventType(
        "award.payment_request_refused",
        Text("La demande est refusée.", "The request is refused."),
        AwardMoneyTold,
        EventAudience.AWARD,
    ),
    EventType("award.ordered", Text("Un paiement est mandaté.", "A payment is ordered."), AwardMoneyTold, EventAudience.AWARD),
    EventType(
        "award.order_cancelled", Text("Le mandat est annulé.", "The order is cancelled."), AwardMoneyTold, EventAudience.AWARD
    ),
    EventType("award.paid", Text("Un versement est fait.", "A payment is made."), AwardMoneyTold, EventAudience.AWARD),
    EventType("award.repaid", Text("Une somme est reversée.", "Money came back."), AwardMoneyTold, EventAudience.AWARD),
    EventType("bilan.due", Text("Le bilan est attendu.", "The bilan is due."), DossierTold, EventAudience.READERS),
    EventType("bilan.submitted", Text("Le bilan est déposé.", "The bilan is submitted."), DossierTold, EventAudience.READERS),
    EventType(
        "bilan.completion_requested", Text("Un complément est demandé.", "Completion is asked."), AwardTold, EventAudience.AWARD
    ),
    EventType("bilan.accepted", Text("Un financeur accepte le bilan.", "A funder accepts it."), AwardTold, EventAudience.AWARD),
    EventType("bilan.rejected", Text("Un financeur rejette le bilan.", "A funder rejects it."), AwardTold, EventAudience.AWARD),
    EventType("agreement.due", Text("Une convention est due.", "An agreement is due."), AgreementTold, EventAudience.AGREEMENT),
    EventType("agreement.drafted", Text("La convention est rédigée.", "It is drafted."), AgreementTold, EventAudience.AGREEMENT),
    EventType("agreement.signed", Text("Une partie a signé.", "A party signed."), AgreementTold, EventAudience.AGREEMENT),
    EventType(
        "agreement.in_force", Text("La convention est en vigueur.", "It is in force."), AgreementTold, EventAudience.AGREEMENT
    ),
    EventType(
        "agreement.terminated", Text("La convention est résiliée.", "It is terminated."), AgreementTold, EventAudience.AGREEMENT
    ),
    EventType("cpo.approved", Text("Un financeur approuve la CPO.", "A funder approves it."), CpoTold, EventAudience.CPO),
    EventType("cpo.signed", Text("Une partie a signé la CPO.", "A party signed it."), CpoTold, EventAudience.CPO),
    EventType("cpo.entered_into_force", Text("La CPO est en vigueur.", "It is in force."), CpoTold, EventAudience.CPO),
    EventType("cpo.tranche_confirmed", Text("Une tranche est confirmée.", "A tranche is confirmed."), CpoTold, EventAudience.CPO),
    EventType("cpo.report_submitted", Text("Le bilan annuel est déposé.", "The yearly report is in."), CpoTold, EventAudience.CPO),
    EventType(
        "cpo.report_completion_requested",
        Text("Un complément du bilan annuel est demandé.", "The yearly report is to be completed."),
        CpoTold,
        EventAudience.CPO,
    ),
    EventType(
        "cpo.report_accepted",
        Text("Un financeur accepte le bilan annuel.", "A funder accepts the yearly report."),
        CpoTold,
        EventAudience.CPO,
    ),
    EventType("cpo.amendment_signed", Text("Un avenant est signé.", "An amendment is signed."), CpoTold, EventAudience.CPO),
    EventType("cpo.amended", Text("La CPO change par avenant.", "It is amended."), CpoTold, EventAudience.CPO),
    EventType(
        "cpo.funder_withdrew", Text("Un financeur se retire de la CPO.", "A funder withdraws from it."), CpoTold, EventAudience.CPO
    ),
    EventType("cpo.suspended", Text("La CPO est suspendue.", "It is suspended."), CpoTold, EventAudience.CPO),
    EventType("cpo.resumed", Text("La CPO reprend.", "It resumes."), CpoTold, EventAudience.CPO),
    EventType("cpo.succeeded", Text("Un successeur répond de la CPO.", "A successor answers for it."), CpoTold, EventAudience.CPO),
    EventType(
        "cpo.given_back", Text("Le porteur initial répond de la CPO.", "Its first holder does again."), CpoTold, EventAudience.CPO
    ),
    EventType("cpo.terminated", Text("La CPO est résiliée.", "It is terminated."), CpoTold, EventAudience.CPO),
    EventType("cpo.ended", Text("La CPO est terminée.", "It has ended."), CpoTold, EventAudience.CPO),
    EventType("committee.planned", Text("Une séance est prévue.", "A session is planned."), CommitteeTold, EventAudience.COMMITTEE),
    EventType(
        "committee.agenda_sent", Text("L'ordre du jour est envoyé.", "The agenda is sent."), CommitteeTold, EventAudience.COMMITTEE
    ),
    EventType("committee.closed", Text("La séance est levée.", "The session is closed."), CommitteeTold, EventAudience.COMMITTEE),
    EventType(
        "committee.minutes_signed", Text("Le relevé est signé.", "The minutes are signed."), CommitteeTold, EventAudience.COMMITTEE
    ),
    EventType(
        "committee.minutes_corrected",
        Text("Le relevé est corrigé.", "The minutes are corrected."),
        CommitteeTold,
        EventAudience.COMMITTEE,
    ),
    TEST,
)

BY_NAME: Mapping[str, EventType] = {kind.name: kind for kind in TYPES}
_BY_ACT: Mapping[str, EventType] = {kind.act or kind.name: kind for kind in TYPES if kind is not TEST}


async def announce(
    session: AsyncSession, act: str, *, subject: UUID, at: datetime, facts: Mapping[str, Any], confidential: bool = False
) -> None:
    """Write the event of an act, in the act's transaction; nothing for an act that is not in the table.

    `subject` is the resource whose events are told in order: the caller holds its row, so acts on it announce one after the other.
    What the journal keeps from the holder (`confidential`) is never told to an audience with the holder in it.
    """
    kind = _BY_ACT.get(act)
    if kind is None or (confidential and kind.audience not in _WITHOUT_HOLDER):
        return
    event_id = await keep(session, kind, subject=subject, at=at, facts=facts)
    await enqueue(session, FAN_OUT, lock=_turn(subject), event_id=str(event_id))


async def announce_each(
    session: AsyncSession, act: str, *, told: Sequence[tuple[UUID, Mapping[str, Any]]], at: datetime, confidential: bool = False
) -> None:
    """`announce` of one act on many subjects, each with its facts: two statements, whatever their number."""
    kind = _BY_ACT.get(act)
    if kind is None or (confidential and kind.audience not in _WITHOUT_HOLDER):
        return
    events = [(subject, _payload(kind, facts)) for subject, facts in told]
    ids = await publish_each(session, KERNEL.outbox, type=STORED + kind.name, told=events, at=at)
    jobs = [(_turn(subject), {"event_id": str(event_id)}) for event_id, (subject, _) in zip(ids, told, strict=True)]
    await enqueue_many(session, FAN_OUT, jobs)


async def keep(session: AsyncSession, kind: EventType, *, subject: UUID, at: datetime, facts: Mapping[str, Any]) -> UUID:
    """Write the event only. Of the facts, what its payload names is kept. Returns its id."""
    data = _payload(kind, facts)
    return await publish(session, KERNEL.outbox, type=STORED + kind.name, subject=subject, data=data, at=at, to=())


def _payload(kind: EventType, facts: Mapping[str, Any]) -> dict[str, Any]:
    return kind.payload.model_validate(facts).model_dump(mode="json")


def _turn(subject: UUID) -> str:
    """Events of one subject are told one after the other."""
    return f"announced:{subject}"
