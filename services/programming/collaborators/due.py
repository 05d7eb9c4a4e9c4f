"""Drafts that wait for a signatory of their holder, and whom that keeps waiting; drafts others asked one to write with them."""

from typing import Any

import sqlalchemy as sa

from ..campaigns import due as campaigns
from ..dossiers import due as dossiers
from ..due_lines import ACCOUNT, NOW, ORGANISATIONS, SIGNED, in_paris, line
from .models import Collaborator, CollaboratorPart, CollaboratorStatus, SignOff, SignOffStatus

_W: Any = Collaborator.__table__  # type: ignore[attr-defined]
_S: Any = SignOff.__table__  # type: ignore[attr-defined]
_D, _C = dossiers.dossiers(), campaigns.calls()

#: A signatory who has been asked this long ago, or is left no longer before the deadline, is worth a call.
_PATIENCE: Any = sa.literal_column("interval '3 days'")


def _sign_offs(kind: str, *whose: Any) -> Any:
    columns = line(
        *(kind, _S.c.organisation_id, ("sign_off", _S.c.id)),
        dossier_id=_D.c.id,
        reference=_D.c.reference,
        label=_D.c.title,
        since=_S.c.asked_at,
        due_on=in_paris(_C.c.closes_at),
    )
    return (
        sa.select(*columns)
        .select_from(_S.join(_D, _D.c.id == _S.c.dossier_id).join(_C, _C.c.id == _D.c.campaign_id))
        .where(*whose, _S.c.status == SignOffStatus.PENDING, _D.c.status == "draft", _C.c.is_open, _C.c.closes_at > NOW)
    )


def _drafts() -> Any:
    """Written for another organisation than one's own: told in that organisation's name, which the invited person knows."""
    columns = line(
        *("draft_to_complete", _D.c.acting_id, ("dossier", _D.c.id)),
        dossier_id=_D.c.id,
        label=sa.func.coalesce(sa.func.nullif(_D.c.title, ""), _C.c.title),
        since=_W.c.accepted_at,
        due_on=in_paris(_C.c.closes_at),
    )
    invited = (_W.c.account_id == ACCOUNT, _W.c.status == CollaboratorStatus.ACTIVE, _W.c.part == CollaboratorPart.EDITOR)
    return (
        sa.select(*columns)
        .select_from(_W.join(_D, _D.c.id == _W.c.dossier_id).join(_C, _C.c.id == _D.c.campaign_id))
        .where(*invited, _D.c.status == "draft", _C.c.is_open, _C.c.closes_at > NOW)
        # A member of the holder has it among their own drafts.
        .where(sa.not_(_D.c.acting_id == ORGANISATIONS))
    )


_LATE = sa.or_(_S.c.asked_at <= NOW - _PATIENCE, _C.c.closes_at <= NOW + _PATIENCE)
DUE: list[Any] = [
    _sign_offs("sign_off_to_give", _S.c.organisation_id == SIGNED),
    _sign_offs(
        "sign_off_awaited",
        _S.c.asked_by == ACCOUNT,
        _S.c.organisation_id == ORGANISATIONS,
        _LATE,
        sa.not_(_S.c.organisation_id == SIGNED),
    ),
    _drafts(),
]
