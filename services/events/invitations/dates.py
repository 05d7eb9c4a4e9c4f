"""Dates as mails write them: in French, in Paris. Pure."""

from datetime import datetime

from babel.dates import format_date

from services.common.clock import in_paris


def moment(instant: datetime) -> str:
    """`jeudi 18 mars 2027 à 9 h 30`."""
    local = in_paris(instant)
    return f"{day(instant)} à {_hour(local)}"


def span(starts_at: datetime, ends_at: datetime) -> str:
    """`jeudi 18 mars 2027, de 9 h à 17 h`; both days when it ends on another."""
    first, last = in_paris(starts_at), in_paris(ends_at)
    if first.date() == last.date():
        return f"{day(starts_at)}, de {_hour(first)} à {_hour(last)}"
    return f"du {moment(starts_at)} au {moment(ends_at)}"


def day(instant: datetime) -> str:
    """`jeudi 18 mars 2027`."""
    local = in_paris(instant)
    said = str(format_date(local.date(), "EEEE d MMMM yyyy", "fr"))
    return said.replace(" 1 ", " 1er ", 1) if local.day == 1 else said


def _hour(local: datetime) -> str:
    return f"{local.hour}\u00a0h" + (f"\u00a0{local.minute:02d}" if local.minute else "")


def hour(instant: datetime) -> str:
    """`9 h 30`."""
    return _hour(in_paris(instant))
