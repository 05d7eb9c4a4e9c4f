"""SQL of the people an agenda names: speakers."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB

from .models import Event, EventSession

_E: Any = Event.__table__  # type: ignore[attr-defined]
_S: Any = EventSession.__table__  # type: ignore[attr-defined]

#: Sessions of events everybody may read whose programme names a speaker: `named` is `[{"speakers": [{"name": …}]}]`.
SPOKEN_AT = (
    sa.select(_E.c.reference, _E.c.title, _S.c.number, _S.c.starts_at, _S.c.programme)
    .join(_E, _E.c.id == _S.c.event_id)
    .where(_E.c.status != "idea", _S.c.programme.contains(bindparam("named", type_=JSONB)))
    .order_by(_S.c.starts_at, _S.c.id)
)
