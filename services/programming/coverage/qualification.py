"""What covers an action lead: derived from what answers it, at each reading. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from .records import Qualification


class Answer(NamedTuple):
    """A linked dossier: what it asked of all funders, what they granted, in cents."""

    asked_cents: int
    granted_cents: int


def qualify(dossiers: Iterable[Answer], measures: int, *, partial: bool) -> Qualification:
    """A dossier granted all it asked covers; grants that are all below the ask, or a part declared by the team, cover partly;
    without any grant, measures of droit commun cover; and nothing covers nothing."""
    granted = [answer for answer in dossiers if answer.granted_cents > 0]
    if not granted and not measures:
        return Qualification.NOT_COVERED
    if partial:
        return Qualification.PARTLY
    if not granted:
        return Qualification.DROIT_COMMUN
    whole = any(answer.granted_cents >= answer.asked_cents for answer in granted)
    return Qualification.PROGRAMME if whole else Qualification.PARTLY
