"""Threads with something one has not read."""

from typing import Any

import sqlalchemy as sa

from ..dossiers import due as dossiers
from ..due_lines import ACCOUNT, ORGANISATIONS, line
from .models import Conversation, ConversationParticipant, MessageSide

_C: Any = Conversation.__table__  # type: ignore[attr-defined]
_P: Any = ConversationParticipant.__table__  # type: ignore[attr-defined]
_D = dossiers.dossiers()

#: Who took part for the holder, then for who instructs: as long as they still belong there.
_SIDE = sa.case((_P.c.side == MessageSide.HOLDER, _D.c.acting_id), else_=_C.c.organisation_id)
_COLUMNS = line(
    *("messages_to_read", _SIDE, ("conversation", _C.c.id)),
    dossier_id=_C.c.dossier_id,
    reference=_C.c.reference,
    label=_C.c.dossier_title,
    since=_C.c.last_message_at,
)
DUE: list[Any] = [
    sa.select(*_COLUMNS)
    .select_from(_P.join(_C, _C.c.id == _P.c.conversation_id).join(_D, _D.c.id == _C.c.dossier_id))
    .where(
        _P.c.account_id == ACCOUNT,
        _C.c.last_message_id.is_not(None),
        sa.or_(_P.c.read_until.is_(None), _C.c.last_message_id > _P.c.read_until),
        _SIDE == ORGANISATIONS,
    )
]
