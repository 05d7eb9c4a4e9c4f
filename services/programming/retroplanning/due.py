"""Steps of the calendar of a campaign that are late, or are to be done within the week."""

from typing import Any

import sqlalchemy as sa

from ..campaigns import due as campaigns
from ..due_lines import LED, TODAY, line
from .models import RetroplanningMilestone
from .vocabulary import NAMES

_M: Any = RetroplanningMilestone.__table__  # type: ignore[attr-defined]
_C = campaigns.not_archived()
_NEAR = sa.literal(7, sa.Integer)
_STEP = _M.c.step.cast(sa.String)
_NAME = sa.case({kind.value: name for kind, name in NAMES.items()}, value=_STEP)
# Several of the same day are one line: its words tell how many, its label which.
_COLUMNS = line(
    *("retroplanning_step", _M.c.organisation_id, ("campaign", _C.c.id)),
    reference=_C.c.code,
    label=sa.func.string_agg(_NAME, sa.literal(", ")) + sa.literal(" – ") + _C.c.title,
    count=sa.func.count(),
    due_on=_M.c.latest_on,
)
DUE: list[Any] = [
    sa.select(*_COLUMNS)
    .select_from(_M.join(_C, _C.c.id == _M.c.campaign_id))
    .where(_M.c.organisation_id == LED, _M.c.latest_on <= TODAY + _NEAR)
    .group_by(_M.c.organisation_id, _C.c.id, _C.c.code, _C.c.title, _M.c.latest_on)
]
