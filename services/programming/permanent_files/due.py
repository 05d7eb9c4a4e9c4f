"""Documents of an organisation that end, or have ended, their time."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..due_lines import HORIZON, ORGANISATIONS, line
from .models import PermanentFile

_F: Any = PermanentFile.__table__  # type: ignore[attr-defined]
_N: Any = aliased(_F)

_SUCCEEDED = sa.exists().where(
    _N.c.organisation_id == _F.c.organisation_id,
    _N.c.kind == _F.c.kind,
    _N.c.exercise.is_not_distinct_from(_F.c.exercise),
    _N.c.number > _F.c.number,
    _N.c.removed_at.is_(None),
)
_COLUMNS = line(
    *("permanent_file_to_renew", _F.c.organisation_id, ("permanent_file", _F.c.id)),
    label=_F.c.name,
    since=_F.c.added_at,
    due_on=_F.c.expires_on,
)
DUE: list[Any] = [
    sa.select(*_COLUMNS).where(
        _F.c.organisation_id == ORGANISATIONS, _F.c.expires_on <= HORIZON, _F.c.removed_at.is_(None), ~_SUCCEEDED
    )
]
