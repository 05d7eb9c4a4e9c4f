"""When a notice may take effect, and whom it concerns. Pure: no database, no clock."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

#: What changes for dossiers already submitted: how they are compared. The form and attachments asked of them stay.
_FOR_SUBMITTED = "criteria"


def latest_on(closes_on: date, days: int) -> date:
    """The last day a notice may take effect, `days` before the deadline's."""
    return closes_on - timedelta(days=days)


def in_time(effective_on: date, today: date, closes_on: date, days: int) -> bool:
    """Not in the past, and early enough for drafts to be taken up again."""
    return today <= effective_on <= latest_on(closes_on, days)


def concerns_submitted(changes: Iterable[str], charter: Iterable[tuple[UUID, str]], asked: Iterable[tuple[UUID, str]]) -> bool:
    """Whether a dossier already submitted is told: its grid changes, or the rule of a line it asks (funder, line)."""
    return _FOR_SUBMITTED in changes or not set(charter).isdisjoint(asked)
