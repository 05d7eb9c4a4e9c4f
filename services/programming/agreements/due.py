"""Agreements: texts to draw up, texts to sign."""

from typing import Any

import sqlalchemy as sa

from ..due_lines import LED, SIGNED, held, line
from .models import Agreement, AgreementSignature, AgreementText, Party, TextStatus

_A: Any = Agreement.__table__  # type: ignore[attr-defined]
_T: Any = AgreementText.__table__  # type: ignore[attr-defined]
_S: Any = AgreementSignature.__table__  # type: ignore[attr-defined]


def _to_sign(party: Party, who: Any, mine: Any, other: Any) -> Any:
    signed = sa.exists().where(_S.c.text_id == _T.c.id, _S.c.party == party)
    columns = line(*("agreement_to_sign", who, ("agreement", _A.c.id)), label=other, since=_T.c.drafted_at)
    source = _A.join(_T, _T.c.agreement_id == _A.c.id)
    return sa.select(*columns).select_from(source).where(mine, _T.c.status == TextStatus.DRAFTED, ~signed)


_TO_DRAFT = line(*("agreement_to_draft", _A.c.funder_id, ("agreement", _A.c.id)), label=_A.c.holder_name, since=_A.c.due_at)

DUE: list[Any] = [
    sa.select(*_TO_DRAFT).where(_A.c.funder_id == LED, _A.c.text_due),
    _to_sign(
        Party.HOLDER,
        sa.func.coalesce(_A.c.successor_id, _A.c.holder_id),
        held(_A.c.holder_id, _A.c.successor_id, SIGNED),
        _A.c.funder_name,
    ),
    _to_sign(Party.FUNDER, _A.c.funder_id, _A.c.funder_id == SIGNED, _A.c.holder_name),
]
