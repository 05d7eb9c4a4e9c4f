"""How long each kind of personal data is kept: rules that a service publishes and carries out every night."""

import calendar
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum

from pydantic import BaseModel, Field

from .clock import PARIS, in_paris


class Unit(Enum):
    """How a retention is counted."""

    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True)
class RetentionRule:
    """Something is kept for `setting` (a setting of the service), in `unit`, after `counted_from`; `basis` is why that long."""

    code: str
    label: str
    unit: Unit
    setting: str
    counted_from: str
    then: str
    basis: str


class RetentionLine(BaseModel):
    """How long something is kept, why, and what becomes of it."""

    code: str = Field(examples=["inactive_accounts"])
    label: str = Field(examples=["Comptes inactifs"])
    kept_for: int = Field(examples=[36])
    unit: Unit
    counted_from: str = Field(examples=["la dernière connexion"])
    then: str = Field(description="What becomes of it.", examples=["effacés"])
    basis: str = Field(description="Why it is kept that long.", examples=["intérêt légitime (RGPD art. 6.1.f)"])
    erased_before: datetime = Field(description="Today: what was over before this instant is concerned.")


class RetentionTable(BaseModel):
    """What a service keeps about people, and how long."""

    items: list[RetentionLine]
    next: None = None
    kept: str = Field(description="What stays, which names nobody.")


def limit(unit: Unit, kept_for: int, now: datetime) -> datetime:
    """What was over before this instant is concerned: the beginning of a day in Paris, so many days or months ago.

    A month back from the 31st is the month's last day.
    """
    today = in_paris(now).date()
    if unit is Unit.DAYS:
        day = today - timedelta(days=kept_for)
    else:
        year, month = divmod(today.year * 12 + today.month - 1 - kept_for, 12)
        day = today.replace(year=year, month=month + 1, day=min(today.day, calendar.monthrange(year, month + 1)[1]))
    return datetime.combine(day, time.min, PARIS)


def shown(rule: RetentionRule, kept_for: int, now: datetime) -> RetentionLine:
    return RetentionLine(
        code=rule.code,
        label=rule.label,
        kept_for=kept_for,
        unit=rule.unit,
        counted_from=rule.counted_from,
        then=rule.then,
        basis=rule.basis,
        erased_before=limit(rule.unit, kept_for, now),
    )
