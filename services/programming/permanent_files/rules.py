"""Which document of a permanent file answers what a campaign asks for. Pure: no database, no clock."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Protocol, TypeVar

from services.common.language import Text
from services.common.problems import FieldError

from .schemas import ScanStatus, Validity


@dataclass(frozen=True)
class Kind:
    label: Text
    validity: Validity


#: What nearly every campaign asks of an association (Cerfa 12156*06, part 8). Any other code is kept until it is replaced.
KINDS: dict[str, Kind] = {
    "statuts": Kind(Text("Statuts signés", "Signed statutes"), Validity.UNTIL_REPLACED),
    "rib": Kind(Text("Relevé d'identité bancaire", "Bank details"), Validity.UNTIL_REPLACED),
    "dirigeants": Kind(Text("Liste des dirigeants", "List of the board"), Validity.UNTIL_REPLACED),
    "comptes": Kind(Text("Comptes annuels approuvés", "Approved yearly accounts"), Validity.PER_EXERCISE),
    "rapport-activite": Kind(Text("Rapport d'activité", "Activity report"), Validity.PER_EXERCISE),
    "budget": Kind(Text("Budget prévisionnel de la structure", "Budget of the organisation"), Validity.PER_EXERCISE),
    "assurance": Kind(Text("Attestation d'assurance", "Insurance certificate"), Validity.UNTIL_A_DAY),
    "agrement": Kind(Text("Agrément", "Accreditation"), Validity.UNTIL_A_DAY),
}
VALIDITIES = {
    Validity.UNTIL_REPLACED: Text("Valable jusqu'à son remplacement", "Good until it is replaced"),
    Validity.PER_EXERCISE: Text("Un document par exercice", "One document per accounting year"),
    Validity.UNTIL_A_DAY: Text("Valable jusqu'à une date", "Good until a day"),
}
#: Accounts a campaign of year N takes: closed in N-1, or in N-2 while those of N-1 are not approved yet.
_CLOSED_BEFORE = (1, 2)
_WITH_YEAR = re.compile(r"(?P<kind>.+?)[-_]?(?P<year>20\d\d)")


class Kept(Protocol):
    """A version of a document, as rules see it."""

    @property
    def kind(self) -> str: ...
    @property
    def exercise(self) -> int | None: ...
    @property
    def number(self) -> int: ...
    @property
    def expires_on(self) -> date | None: ...
    @property
    def status(self) -> ScanStatus: ...


KeptT = TypeVar("KeptT", bound=Kept)


def label(kind: str, exercise: int | None = None) -> str:
    known = KINDS.get(kind)
    said = known.label.fr if known else kind
    return f"{said} {exercise}" if exercise else said


def validity(kind: str) -> Validity:
    known = KINDS.get(kind)
    return known.validity if known else Validity.UNTIL_REPLACED


def said_errors(kind: str, exercise: int | None, expires_on: date | None, today: date) -> list[FieldError]:
    """What has to be said of a document of that kind when it is kept."""
    errors = []
    wanted = validity(kind)
    if wanted is Validity.PER_EXERCISE and exercise is None:
        said = Text("Dites de quel exercice il s'agit.", "Say which accounting year it is of.")
        errors.append(FieldError("/query/exercise", said, "missing"))
    if wanted is not Validity.PER_EXERCISE and exercise is not None:
        said = Text("Ce document ne se garde pas par exercice.", "This document is not kept per accounting year.")
        errors.append(FieldError("/query/exercise", said, "not_per_exercise"))
    if wanted is Validity.UNTIL_A_DAY and expires_on is None:
        said = Text("Dites jusqu'à quel jour il est valable.", "Say until which day it is good.")
        errors.append(FieldError("/query/expires_on", said, "missing"))
    if expires_on is not None and expires_on < today:
        said = Text("Ce document n'est plus valable.", "This document is not good any more.")
        errors.append(FieldError("/query/expires_on", said, "expired"))
    return errors


def is_expired(expires_on: date | None, today: date) -> bool:
    return expires_on is not None and expires_on < today


def answer(code: str, kept: Iterable[KeptT], *, year: int, today: date) -> KeptT | None:
    """The document that answers a required code in a campaign of that year: clean, still good, the latest; None otherwise.

    `comptes` takes the accounts of the year before, or the one before that; `comptes-2025` those of 2025 only. `kept` holds
    current versions.
    """
    good = [one for one in kept if one.status is ScanStatus.READY and not is_expired(one.expires_on, today)]
    found = [one for one in good if one.kind == code and _serves(one, year)]
    dated = _WITH_YEAR.fullmatch(code)
    if dated is not None:
        found += [one for one in good if one.kind == dated["kind"] and one.exercise == int(dated["year"])]
    return max(found, key=lambda one: (one.exercise or 0, one.number), default=None)


class Lack(Enum):
    """Why nothing kept answers a code."""

    NOT_KEPT = "not_kept"
    OTHER_EXERCISE = "other_exercise"
    EXPIRED = "expired"
    BEING_SCANNED = "being_scanned"
    REFUSED = "refused"


def lack(code: str, kept: Iterable[Kept], *, year: int, today: date) -> Lack:
    """Why `answer` found nothing: the nearest thing to an answer among what is kept says it."""
    dated = _WITH_YEAR.fullmatch(code)
    kinds = {code, *([dated["kind"]] if dated else [])}
    near = [one for one in kept if one.kind in kinds]
    if not near:
        return Lack.NOT_KEPT
    of_year = [one for one in near if (_serves(one, year) if one.kind == code else dated and one.exercise == int(dated["year"]))]
    if not of_year:
        return Lack.OTHER_EXERCISE
    last = max(of_year, key=lambda one: (one.exercise or 0, one.number))
    if last.status is not ScanStatus.READY:
        return Lack.REFUSED if last.status is ScanStatus.REFUSED else Lack.BEING_SCANNED
    return Lack.EXPIRED if is_expired(last.expires_on, today) else Lack.NOT_KEPT


def scan_mark(joined: Iterable[Mapping[str, Any]]) -> str:
    """For ETags: files that wait for their scan or were refused. Whoever writes goes on writing what they read while the scanner works,
    and whoever reads again is shown what it found."""
    found = [str(one["status"]) for one in joined]
    waiting, refused = (sum(one == status.value for one in found) for status in (ScanStatus.WAITING_SCAN, ScanStatus.REFUSED))
    return f"w{waiting}r{refused}" if waiting or refused else ""


def _serves(one: Kept, year: int) -> bool:
    return one.exercise is None or year - one.exercise in _CLOSED_BEFORE
