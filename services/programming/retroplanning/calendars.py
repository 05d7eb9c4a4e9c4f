"""What a calendar program shows of a campaign's calendar. Pure.

A step with a date of its own (an opening, a session, an assembly) stands there; the others stand on their last day, so that what is
written moves only when something was decided, not with the day it is read.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from services.common import calendars
from services.common.calendars import Entry, Title

from .facts import Drawn, Matter, sessions_of_kind
from .rules import Step
from .vocabulary import NAMES, RESPONSIBLE, StepKind, StepSource

_HOUR = timedelta(hours=1)


def write(entries: list[Entry], title: str, address: str, stamp: datetime) -> bytes:
    return calendars.write(entries, title=Title(title, address, timedelta(hours=6)), stamp=stamp)


def entries(matter: Matter, drawn: Drawn) -> list[Entry]:
    """Each step under the same `UID` for ever, at the sequence of all it is computed from. Nobody is busy for a deadline."""
    return [replace(entry, busy=False) for step in drawn.plan.steps for entry in _entries(step, matter, drawn)]


def _entries(step: Step, matter: Matter, drawn: Drawn) -> Iterator[Entry]:
    uid = f"retroplanning-{matter.campaign.id}-{step.kind.value}" + (f"-{step.funder_id}" if step.funder_id else "")
    name = f"{NAMES[step.kind]} – {step.funder}" if step.funder else NAMES[step.kind]
    latest = f"Au plus tard le {step.latest_on:%d/%m/%Y} pour répondre avant le {drawn.plan.promise_on:%d/%m/%Y}."
    text = f"{latest}\nResponsable : {step.funder or RESPONSIBLE[step.kind]}.\n{matter.campaign.title}"
    sequence = matter.sequence
    times = _times(step, matter, drawn)
    if times is not None:
        yield Entry(uid, sequence, name, text, starts_at=times[0], ends_at=times[1])
    elif step.source in {StepSource.ASSEMBLY, StepSource.STATED, StepSource.COMMITTEE, StepSource.CAMPAIGN} and step.planned_on:
        yield Entry(uid, sequence, name, text, all_day=step.planned_on)
    else:
        yield Entry(uid, sequence, f"Au plus tard : {name}", text, all_day=step.latest_on, status="TENTATIVE")
    if step.kind is StepKind.ASSEMBLY and step.deposit_on is not None:
        summary = f"Au plus tard : dossiers déposés – {step.funder}"
        yield Entry(f"{uid}-deposit", sequence, summary, text, all_day=step.deposit_on, status="TENTATIVE")


def _times(step: Step, matter: Matter, drawn: Drawn) -> tuple[datetime, datetime] | None:
    """The hour, where there is one."""
    if step.kind is StepKind.OPENING:
        return drawn.opens_at, drawn.opens_at + _HOUR
    if step.kind is StepKind.CLOSING:
        return drawn.closes_at - _HOUR, drawn.closes_at
    if step.source is StepSource.COMMITTEE:
        starts_at = sessions_of_kind(matter.sessions, step.kind)[-1].starts_at
        return starts_at, starts_at + 2 * _HOUR
    return None
