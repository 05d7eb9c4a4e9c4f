"""The shape rooms give to what somebody has to do, so that one statement lists it all: their `due` modules write such lines.

Whom it is for is in the parameters: the organisations a person belongs to, those they manage, sign or pay for.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY


def _ids(name: str) -> Any:
    return sa.any_(bindparam(name, type_=ARRAY(sa.Uuid)))


ACCOUNT = bindparam("account_id", type_=sa.Uuid)
ORGANISATIONS, MANAGED, SIGNED, PAID = _ids("organisations"), _ids("managed"), _ids("signed"), _ids("paid")
#: A manager's or a signatory's.
LED = _ids("led")
TODAY = bindparam("today", type_=sa.Date)
NOW = bindparam("now", type_=sa.DateTime(timezone=True))
#: Answers, payments and expiries farther than this are nobody's concern yet.
HORIZON = bindparam("horizon", type_=sa.Date)
#: Where a line stands for many (`count`), no more than this are counted.
MOST_COUNTED = 1000


def held(organisation_id: Any, successor_id: Any, by: Any = ORGANISATIONS) -> Any:
    """Answered for by one of these: the holder, or who took over from it. Each side has its index."""
    return sa.or_(sa.and_(successor_id.is_(None), organisation_id == by), successor_id == by)


def among(column: Any, values: Iterable[Enum]) -> Any:
    """One of these, written in the statement itself: the planner then knows which partial index holds them."""
    return column.in_([sa.literal_column(f"'{each.value}'") for each in values])


def in_paris(instant: Any) -> Any:
    """The day people read."""
    return sa.cast(sa.func.timezone("Europe/Paris", instant), sa.Date)


def line(
    kind: str,
    organisation_id: Any,
    resource: tuple[str, Any],
    *,
    dossier_id: Any = None,
    reference: Any = None,
    label: Any = None,
    count: Any = None,
    since: Any = None,
    due_on: Any = None,
) -> list[Any]:
    """Columns of one line. `resource`: type and id; `label`: what people call it; `count`: of how many it speaks (1)."""

    def or_null(value: Any, type_: Any) -> Any:
        return sa.cast(sa.null() if value is None else value, type_)

    return [
        sa.literal(kind, sa.String).label("kind"),
        organisation_id.label("organisation_id"),
        sa.literal(resource[0], sa.String).label("resource_type"),
        resource[1].label("resource_id"),
        or_null(dossier_id, sa.Uuid).label("dossier_id"),
        or_null(reference, sa.String).label("reference"),
        or_null(label, sa.String).label("label"),
        (sa.literal(1, sa.Integer) if count is None else sa.cast(count, sa.Integer)).label("count"),
        or_null(since, sa.DateTime(timezone=True)).label("since"),
        or_null(due_on, sa.Date).label("due_on"),
    ]
