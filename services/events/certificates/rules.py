"""What is certified, of how many hours, and how it is written. Pure functions."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from services.common.clock import in_paris
from services.common.language import day_in_words

from .schemas import CertificateKind, CertificateState

#: Without letters and digits people mistake for one another (Crockford's base 32, without U): 12 of them are 59 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SPACE = "\u00a0"


class Step(Enum):
    """What becomes of somebody's paper."""

    NOTHING = "nothing"
    KEEP = "keep"
    ISSUE = "issue"
    REPLACE = "replace"
    REVOKE = "revoke"


def new_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def spelt(code: str) -> str:
    """`7KQ29FVM4TXA` → `7KQ2-9FVM-4TXA`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def code_in(given: str) -> str | None:
    """The code in what somebody typed: spaces and dashes left out, O is zero, I and L are one. None when it is no code."""
    plain = re.sub(r"[\s-]", "", given).upper().translate(str.maketrans("OIL", "011"))
    return plain if len(plain) == 12 and set(plain) <= set(_ALPHABET) else None


def hours(minutes: int) -> str:
    """`390` → `6 h 30`, as French typography writes durations (Lexique des règles typographiques, Imprimerie nationale)."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest}{_SPACE}min"
    return f"{whole}{_SPACE}h" + (f"{_SPACE}{rest:02d}" if rest else "")


def kind_for(minutes: int, total_minutes: int, share: int) -> CertificateKind | None:
    """What these minutes give: a certificate from the event's share (percent) on, an attestation below, nothing for nothing."""
    if minutes <= 0 or total_minutes <= 0:
        return None
    return CertificateKind.CERTIFICATE if minutes * 100 >= share * total_minutes else CertificateKind.ATTESTATION


def step(last: Mapping[str, Any] | None, kind: CertificateKind | None, minutes: int, total_minutes: int, name: str) -> Step:
    """What to do, given somebody's latest paper. What was revoked comes back only when what it would say has changed."""
    if last is None:
        return Step.NOTHING if kind is None else Step.ISSUE
    stands = last["state"] == CertificateState.ISSUED.value
    if kind is None:
        return Step.REVOKE if stands else Step.NOTHING
    said = (last["kind"], last["minutes"], last["total_minutes"], last["holder_name"])
    same = said == (kind.value, minutes, total_minutes, name)
    if stands:
        return Step.KEEP if same else Step.REPLACE
    return Step.NOTHING if same else Step.ISSUE


def days_in_words(days: Sequence[datetime]) -> str:
    """`le 18 mars 2027`, `les 18 et 25 mars 2027`…: the days in Paris, each once."""
    dates = sorted({in_paris(day).date() for day in days})
    if len(dates) == 1:
        return f"le {day_in_words(dates[0])}"
    if len(dates) > 6:
        return f"du {day_in_words(dates[0])} au {day_in_words(dates[-1])}"
    written = [day_in_words(day) for day in dates]
    for position in range(len(dates) - 1):
        if dates[position].year == dates[position + 1].year:
            written[position] = written[position].rpartition(" ")[0]
            if dates[position].month == dates[position + 1].month:
                written[position] = written[position].rpartition(" ")[0]
    return f"les {', '.join(written[:-1])} et {written[-1]}"


def facts(event: Any, format_label: str, network: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """What the paper says besides the name and the sums, frozen: later changes of the event do not rewrite it."""
    kept = [cell for cell in row["sessions"] if not cell["is_cancelled"]]
    starts = [cell["starts_at"] for cell in kept]
    return {
        "event_title": event.title,
        "event_reference": event.reference,
        "format": format_label,
        "network": network["name"],
        "contact_email": network["contact_email"],
        "days": days_in_words(starts),
        "starts_on": in_paris(min(starts)).date().isoformat(),
        "ends_on": in_paris(max(starts)).date().isoformat(),
        "share": event.certificate_share,
        "sessions": [
            {
                "title": cell["title"] or f"Séance {cell['number']}",
                "day": day_in_words(in_paris(cell["starts_at"]).date()),
                "minutes": cell["minutes"],
                "of": cell["minutes_of_session"],
            }
            for cell in kept
        ],
    }
