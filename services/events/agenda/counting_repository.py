"""SQL of events as statistics count them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from .models import Event

_E: Any = Event.__table__  # type: ignore[attr-defined]

#: `sort_on` of what has a date is its first day in Paris.
BETWEEN = (
    sa.select(_E.c.id, _E.c.format, _E.c.theme_path, _E.c.sort_on)
    .where(
        _E.c.network_id == bindparam("network_id", type_=sa.Uuid),
        sa.or_(*(_E.c.status == status for status in ("open", "closed", "held"))),
        _E.c.sort_on >= bindparam("since", type_=sa.Date),
        _E.c.sort_on <= bindparam("until", type_=sa.Date),
    )
    .order_by(_E.c.sort_on, _E.c.id)
)
