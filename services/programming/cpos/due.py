"""Multi-year agreements: to approve, to sign, to report on at each anniversary, to confirm for the next year, to renew."""

from typing import Any

import sqlalchemy as sa

from ..campaigns import due as campaigns
from ..due_lines import HORIZON, LED, SIGNED, among, held, line
from .models import (
    Cpo,
    CpoAmendment,
    CpoAmendmentStatus,
    CpoFunder,
    CpoReport,
    CpoReportAnswer,
    CpoStatus,
    CpoTranche,
    CpoYear,
    TrancheState,
    YearlyReportAnswer,
    YearlyReportStatus,
)

_C: Any = Cpo.__table__  # type: ignore[attr-defined]
_F: Any = CpoFunder.__table__  # type: ignore[attr-defined]
_Y: Any = CpoYear.__table__  # type: ignore[attr-defined]
_T: Any = CpoTranche.__table__  # type: ignore[attr-defined]
_R: Any = CpoReport.__table__  # type: ignore[attr-defined]
_A: Any = CpoReportAnswer.__table__  # type: ignore[attr-defined]
_M: Any = CpoAmendment.__table__  # type: ignore[attr-defined]

_ACTING = sa.func.coalesce(_C.c.successor_id, _C.c.holder_id)
#: Agreements follow the calendar each morning: one that ended this night is still stored as in force.
_ON_ITS_WAY = among(_C.c.status, (CpoStatus.SIGNED, CpoStatus.IN_FORCE))
_REPORTED = among(_C.c.status, (CpoStatus.SIGNED, CpoStatus.IN_FORCE, CpoStatus.ENDED))
_PARTY = (_F.c.funder_id == LED) & _F.c.withdrawn_at.is_(None)


def _line(kind: str, who: Any, *, since: Any = None, due_on: Any = None) -> list[Any]:
    return line(kind, who, ("cpo", _C.c.id), reference=_C.c.reference, label=_C.c.title, since=since, due_on=due_on)


def _reports_to_submit() -> Any:
    """From a month before each anniversary: without the report, no funder confirms the next year."""
    living = sa.exists().where(_T.c.cpo_id == _Y.c.cpo_id, _T.c.year == _Y.c.year, _T.c.state != TrancheState.DROPPED)
    again = _R.c.status == YearlyReportStatus.COMPLETION_REQUESTED
    source = _C.join(_Y, _Y.c.cpo_id == _C.c.id).outerjoin(_R, (_R.c.cpo_id == _Y.c.cpo_id) & (_R.c.year == _Y.c.year))
    return (
        sa.select(*_line("cpo_report_to_submit", _ACTING, since=_R.c.created_at, due_on=_Y.c.ends_on))
        .select_from(source)
        .where(
            *(held(_C.c.holder_id, _C.c.successor_id), _REPORTED, living),
            sa.or_(again, (_Y.c.ends_on <= HORIZON) & sa.or_(_R.c.id.is_(None), _R.c.status == YearlyReportStatus.DRAFT)),
        )
    )


def _reports_to_answer() -> Any:
    """Submitted, and this funder neither accepted it nor answered what was last submitted."""
    answered = sa.exists().where(
        _A.c.report_id == _R.c.id,
        _A.c.funder_id == _F.c.funder_id,
        sa.or_(_A.c.answer == YearlyReportAnswer.ACCEPTED, _A.c.submission == _R.c.submissions),
    )
    return (
        sa.select(*_line("cpo_report_to_answer", _F.c.funder_id, since=_R.c.submitted_at))
        .select_from(_F.join(_C, _C.c.id == _F.c.cpo_id).join(_R, _R.c.cpo_id == _C.c.id))
        .where(_PARTY, _REPORTED, _R.c.status == YearlyReportStatus.SUBMITTED, ~answered)
    )


def _tranches_to_confirm() -> Any:
    """The next year begins within the month, and nothing keeps this funder from confirming it."""
    accepted = sa.exists().where(
        *(_R.c.cpo_id == _T.c.cpo_id, _R.c.year == _T.c.year - 1, _A.c.report_id == _R.c.id),
        *(_A.c.funder_id == _T.c.funder_id, _A.c.answer == YearlyReportAnswer.ACCEPTED),
    )
    first = _T.c.year == sa.extract("year", _C.c.starts_on)
    source = _F.join(_T, (_T.c.cpo_id == _F.c.cpo_id) & (_T.c.funder_id == _F.c.funder_id)).join(_C, _C.c.id == _T.c.cpo_id)
    return (
        sa.select(*_line("cpo_tranche_to_confirm", _F.c.funder_id, due_on=_Y.c.starts_on))
        .select_from(source.join(_Y, (_Y.c.cpo_id == _T.c.cpo_id) & (_Y.c.year == _T.c.year)))
        .where(
            *(_PARTY, _ON_ITS_WAY, _T.c.state == TrancheState.FORECAST, _Y.c.starts_on <= HORIZON),
            sa.or_(first, accepted),
        )
    )


def _dossiers_to_submit() -> Any:
    """The year is confirmed and its call is there: the holder submits what is known already."""
    calls = campaigns.calls()
    confirmed = sa.exists().where(_T.c.cpo_id == _Y.c.cpo_id, _T.c.year == _Y.c.year, _T.c.state == TrancheState.CONFIRMED)
    called = (calls.c.contract_id == _C.c.contract_id) & (calls.c.year == _Y.c.year)
    return (
        sa.select(*_line("cpo_dossier_to_submit", _ACTING, due_on=_Y.c.ends_on))
        .select_from(_C.join(_Y, _Y.c.cpo_id == _C.c.id))
        .where(held(_C.c.holder_id, _C.c.successor_id, LED), _REPORTED, _Y.c.dossier_id.is_(None), confirmed)
        .where(sa.exists().where(called))
    )


def _texts() -> list[Any]:
    """Drawn up, to approve by each funder; then to sign, as are amendments, by each party's signatory."""
    to_approve = (
        sa.select(*_line("cpo_to_approve", _F.c.funder_id, since=_C.c.created_at))
        .select_from(_F.join(_C, _C.c.id == _F.c.cpo_id))
        .where(_PARTY, among(_C.c.status, (CpoStatus.DRAFT,)), _F.c.approved_at.is_(None))
    )
    approved = among(_C.c.status, (CpoStatus.APPROVED,))
    by_holder = (
        sa.select(*_line("cpo_to_sign", _ACTING, since=_C.c.approved_at))
        .select_from(_C)
        .where(held(_C.c.holder_id, _C.c.successor_id, SIGNED), approved, _unsigned(_C.c.holder_signature))
    )
    # A funder that took over from the holder signs once for both.
    by_funder = (
        sa.select(*_line("cpo_to_sign", _F.c.funder_id, since=_C.c.approved_at))
        .select_from(_F.join(_C, _C.c.id == _F.c.cpo_id))
        .where(_F.c.funder_id == SIGNED, _F.c.withdrawn_at.is_(None), approved, _unsigned(_F.c.signature))
        .where(sa.or_(_F.c.funder_id != _ACTING, ~_unsigned(_C.c.holder_signature)))
    )
    return [to_approve, by_holder, by_funder, *_amendments()]


def _amendments() -> list[Any]:
    return [
        _amendment(_ACTING, _C, held(_C.c.holder_id, _C.c.successor_id, SIGNED)),
        _amendment(
            _F.c.funder_id,
            _F.join(_C, _C.c.id == _F.c.cpo_id),
            (_F.c.funder_id == SIGNED) & _F.c.withdrawn_at.is_(None) & (_F.c.funder_id != _ACTING),
        ),
    ]


def _amendment(who: Any, source: Any, mine: Any) -> Any:
    party = sa.cast(who, sa.Text)
    signed = _M.c.signatures.contains(sa.func.jsonb_build_array(sa.func.jsonb_build_object("organisation_id", party)))
    return (
        sa.select(*_line("cpo_amendment_to_sign", who, since=_M.c.proposed_at))
        .select_from(source.join(_M, _M.c.cpo_id == _C.c.id))
        .where(mine, _M.c.status == CpoAmendmentStatus.PROPOSED, party == sa.any_(_M.c.parties), ~signed)
    )


def _unsigned(signature: Any) -> Any:
    return sa.or_(signature.is_(None), sa.func.jsonb_typeof(signature) == "null")


def _renewals() -> Any:
    """Noted some months before the end (a legal parameter), until another agreement carries on."""
    following = _C.alias("following")
    renewed = sa.exists().where(following.c.renews_id == _C.c.id, following.c.status != CpoStatus.TERMINATED)
    return sa.select(*_line("cpo_to_renew", _C.c.lead_organisation_id, since=_C.c.renewal_noted_at, due_on=_C.c.ends_on)).where(
        _C.c.lead_organisation_id == LED, _ON_ITS_WAY, _C.c.renewal_noted_at.is_not(None), ~renewed
    )


DUE: list[Any] = [
    _reports_to_submit(),
    _reports_to_answer(),
    _tranches_to_confirm(),
    _dossiers_to_submit(),
    *_texts(),
    _renewals(),
]
