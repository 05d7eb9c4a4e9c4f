"""What may be asked, what is answered, and what it does to the clocks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.common.language import Text
from services.common.problems import FieldError

from ..dossiers import differences
from ..dossiers.rules import months_after
from .models import FieldState

LONGEST_MONTHS = 4
#: Days before (positive) or after the due day at which the holder is reminded.
STEPS = (7, 2, -1, -8)
#: What identifies the dossier, or is somebody else's to count on.
_FROZEN = ("/title", "/requests", "/renewal", "/renews_id", "/multi_year")


@dataclass(frozen=True)
class Suspension:
    """Days during which the file was incomplete: from the day of asking to the answer, never beyond the day it was due."""

    asked_on: date
    due_on: date
    ended_on: date | None

    def stops_on(self, today: date) -> date:
        return min(self.due_on, self.ended_on or today)


def suspended_days(suspensions: Iterable[Suspension], today: date) -> int:
    """Days in any of them, counted once (CRPA art. L114-5: the delay is suspended for the time given to provide what is missing,
    and runs again as soon as it is provided)."""
    total, reached = 0, date.min
    for asked_on, stops_on in sorted((one.asked_on, one.stops_on(today)) for one in suspensions):
        begins = max(asked_on, reached)
        if stops_on > begins:
            total += (stops_on - begins).days
            reached = stops_on
    return total


def due_errors(due_on: date, today: date) -> list[FieldError]:
    """At least tomorrow, at most four months away."""
    if due_on <= today:
        said = Text("Ce jour n'est pas à venir.", "This day is not to come.")
        return [FieldError("/due_on", said, "not_to_come")]
    if due_on > months_after(today, LONGEST_MONTHS):
        said = Text("Ce jour est trop lointain.", "This day is too far away.")
        return [FieldError("/due_on", said, "too_far")]
    return []


def pointer_errors(pointers: Sequence[str], document: Mapping[str, Any]) -> list[FieldError]:
    """Each pointer names, once, something the holder writes and the dossier has; a document is named by its kind."""
    errors = []
    for i, pointer in enumerate(pointers):
        said = _refused(pointer, document)
        if said is None and pointer in pointers[:i]:
            said = (Text("Ce champ est nommé plus haut.", "This field is named above."), "repeated")
        if said is not None:
            errors.append(FieldError(f"/fields/{i}/pointer", *said))
    return errors


def _refused(pointer: str, document: Mapping[str, Any]) -> tuple[Text, str] | None:
    head = "/" + pointer.split("/")[1]
    if head == "/attachments":
        parts = pointer.split("/")[2:]
        known = len(parts) == 1 and 0 < len(parts[0]) <= 40 and all(c.isascii() and (c.isalnum() or c in "_-") for c in parts[0])
        return None if known else (Text("Nommez un type de pièce.", "Name a kind of document."), "unknown")
    if head in _FROZEN:
        return Text("Ce champ ne change plus après le dépôt.", "This field does not change after the submission."), "frozen"
    if head.removeprefix("/") not in differences.WRITTEN or not differences.value_at(document, pointer)[0]:
        return Text("Ce champ n'existe pas dans le dossier.", "The dossier has no such field."), "unknown"
    return None


def attached_since(last: Mapping[str, datetime], since: datetime) -> frozenset[str]:
    """Kinds of which a document was joined after that instant."""
    return frozenset(kind for kind, at in last.items() if at > since)


def state_of(pointer: str, before: Any, document: Mapping[str, Any], attached: frozenset[str], explained: bool) -> FieldState:
    """A field is changed when what is under its pointer is no longer what it was; a document, when one of its kind came since."""
    if pointer.startswith("/attachments/"):
        changed = pointer.split("/")[2] in attached
    else:
        there, now = differences.value_at(document, pointer)
        changed = now != before if there else before is not None
    if changed:
        return FieldState.CHANGED
    return FieldState.EXPLAINED if explained else FieldState.PENDING


def unanswered(states: Mapping[str, FieldState]) -> list[FieldError]:
    said = Text(
        "Changez ce champ, ou expliquez pourquoi il reste tel quel.", "Change this field, or explain why it stays as it is."
    )
    return [FieldError(pointer, said, "unanswered") for pointer, state in states.items() if state is FieldState.PENDING]


def step_reached(due_on: date, today: date) -> int | None:
    """The last threshold passed, None before the first."""
    reached = [step for step in STEPS if today >= due_on - timedelta(days=step)]
    return min(reached) if reached else None
