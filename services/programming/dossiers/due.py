"""What dossiers make people do, and by when: drafts to submit, admissibility to declare, answers promised, silence that rejects."""

from typing import Any

import sqlalchemy as sa

from ..campaigns import due as campaigns
from ..due_lines import HORIZON, MOST_COUNTED, NOW, ORGANISATIONS, among, held, in_paris, line
from .models import Dossier, DossierStatus, FundingRequest, RequestStatus

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_R: Any = FundingRequest.__table__  # type: ignore[attr-defined]

#: Submitted and not answered; what the partial indexes of both clocks hold.
UNANSWERED = (
    *(DossierStatus.SUBMITTED, DossierStatus.CHANGES_REQUESTED, DossierStatus.ADMISSIBLE),
    *(DossierStatus.UNDER_REVIEW, DossierStatus.READY_FOR_COMMITTEE, DossierStatus.DECIDED),
)
#: Submitted and not decided: those who instruct still read what comes.
JUDGED = tuple(each for each in UNANSWERED if each is not DossierStatus.DECIDED)
_PENDING = (
    *(RequestStatus.ASKED, RequestStatus.REVIEWED, RequestStatus.PROPOSED),
    *(RequestStatus.GRANTED, RequestStatus.ADJOURNED, RequestStatus.REFUSED),
)


def dossiers() -> Any:
    """For the rooms above: id, campaign_id, organisation_id, successor_id, acting_id, reference, title, status, answer_promised_on,
    report_submitted_at."""
    return sa.select(
        *(_D.c.id, _D.c.campaign_id, _D.c.organisation_id, _D.c.successor_id, _D.c.reference, _D.c.title),
        *(_D.c.answer_promised_on, _D.c.report_submitted_at, _D.c.status.cast(sa.String).label("status")),
        sa.func.coalesce(_D.c.successor_id, _D.c.organisation_id).label("acting_id"),
    ).subquery("held")


def decided_requests() -> Any:
    """For the rooms above, granted or refused and not told: id, dossier_id, campaign_id, funder_id."""
    decided = (RequestStatus.GRANTED, RequestStatus.REFUSED)
    wanted = sa.select(_R.c.id, _R.c.dossier_id, _R.c.campaign_id, _R.c.funder_id).where(among(_R.c.status, decided))
    return wanted.subquery("decided")


def _drafts() -> Any:
    calls = campaigns.calls()
    acting = sa.func.coalesce(_D.c.successor_id, _D.c.organisation_id)
    columns = line(
        *("draft_to_submit", acting, ("dossier", _D.c.id)),
        dossier_id=_D.c.id,
        label=sa.func.coalesce(sa.func.nullif(_D.c.title, ""), calls.c.title),
        since=_D.c.created_at,
        due_on=in_paris(calls.c.closes_at),
    )
    held_draft = held(_D.c.organisation_id, _D.c.successor_id)
    return (
        sa.select(*columns)
        .select_from(_D.join(calls, calls.c.id == _D.c.campaign_id))
        .where(held_draft, _D.c.status == DossierStatus.DRAFT, calls.c.is_open, calls.c.closes_at > NOW)
    )


def _clock(kind: str, day: Any, *, funders: bool) -> Any:
    """One line for each campaign and day; the soonest thousand dossiers of each campaign are counted."""
    calls = campaigns.calls()
    who: Any = calls.c.lead_organisation_id
    source: Any = calls
    unanswered: Any = _D
    mine = [_D.c.campaign_id == calls.c.id, among(_D.c.status, UNANSWERED), day <= HORIZON]
    if funders:
        of_campaign = campaigns.funders()
        who, source = of_campaign.c.organisation_id, calls.join(of_campaign, of_campaign.c.campaign_id == calls.c.id)
        unanswered = _D.join(_R, _R.c.dossier_id == _D.c.id)
        mine += [_R.c.funder_id == who, among(_R.c.status, _PENDING)]
    soonest = sa.select(day.label("day")).select_from(unanswered).where(*mine)
    near = soonest.order_by(day).limit(MOST_COUNTED).lateral("near")
    columns = line(
        *(kind, who, ("campaign", calls.c.id)),
        reference=calls.c.code,
        label=calls.c.title,
        count=sa.func.count(),
        due_on=near.c.day,
    )
    keys = (who, calls.c.id, calls.c.code, calls.c.title, near.c.day)
    found = sa.select(*columns).select_from(source.join(near, sa.true())).where(who == ORGANISATIONS).group_by(*keys)
    # A team that funds as well is told once, for all.
    return found.where(who != calls.c.lead_organisation_id) if funders and kind == "silence_rejects" else found


def _admissibility() -> Any:
    calls = campaigns.calls()
    waiting = (
        sa.select(_D.c.answer_promised_on.label("day"))
        .where(_D.c.campaign_id == calls.c.id, among(_D.c.status, (DossierStatus.SUBMITTED,)))
        .limit(MOST_COUNTED)
        .lateral("waiting")
    )
    columns = line(
        *("admissibility_to_declare", calls.c.lead_organisation_id, ("campaign", calls.c.id)),
        reference=calls.c.code,
        label=calls.c.title,
        count=sa.func.count(),
    )
    keys = (calls.c.lead_organisation_id, calls.c.id, calls.c.code, calls.c.title)
    source = calls.join(waiting, sa.true())
    return sa.select(*columns).select_from(source).where(calls.c.lead_organisation_id == ORGANISATIONS).group_by(*keys)


DUE: list[Any] = [
    _drafts(),
    _admissibility(),
    _clock("answer_promised", _D.c.answer_promised_on, funders=False),
    _clock("answer_to_give", _D.c.answer_promised_on, funders=True),
    _clock("silence_rejects", _D.c.silence_rejects_on, funders=False),
    _clock("silence_rejects", _D.c.silence_rejects_on, funders=True),
]
