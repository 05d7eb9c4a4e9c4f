"""How long each thing about people is kept, and how the register of erasures holds together. Pure functions."""

import calendar
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from services.common.clock import PARIS, in_paris

from .schemas import Unit

#: The rule of an erasure somebody asked for.
REQUEST = "request"
REQUEST_LABEL = "À la demande de la personne"
#: What the first line follows.
BEGINNING = "0" * 64
#: A mailed link serves so long; then the address that asked is forgotten.
LINK_SERVES = timedelta(hours=24)
#: Limits look this far back.
WINDOW = timedelta(hours=1)
KEPT = (
    "Public, territoire, organisation, mode de participation et présence restent comptés, sans nom ni adresse ; les réponses aux"
    " questionnaires de satisfaction sont anonymes dès l'origine. Les besoins de qui ne vient plus sont effacés dès la nuit suivante."
    " Les courriels envoyés sont oubliés 30 jours après leur envoi ; le journal des actes ne porte ni nom ni adresse."
)


@dataclass(frozen=True)
class Rule:
    """Something is kept for `setting`, in `unit`, after `counted_from`."""

    code: str
    label: str
    unit: Unit
    setting: str
    then: str
    counted_from: str = "la fin de l'évènement"


RULES = (
    Rule("needs", "Besoins alimentaires et d'accessibilité, en mots et cochés", Unit.DAYS, "retention_needs_days", "effacés"),
    Rule("phones", "Téléphone de la personne qui inscrit", Unit.MONTHS, "retention_phones_months", "effacé"),
    Rule(
        "answers",
        "Réponses au questionnaire d'inscription, textes libres des enquêtes",
        Unit.MONTHS,
        "retention_answers_months",
        "effacés",
    ),
    Rule(
        "identity",
        "Noms, adresses électroniques et fonctions des participants et de qui les inscrit ; noms et fichiers de leurs attestations,"
        " passages à l'accueil et en visio, notes sur leur présence, traces des courriels écrits",
        Unit.MONTHS,
        "retention_identity_months",
        "remplacés par « Anonyme », ou effacés",
    ),
    Rule(
        "certificates",
        "Attestations",
        Unit.MONTHS,
        "retention_certificates_months",
        "effacées ; leur vérification répond qu'elles ont expiré",
    ),
    Rule(
        "wishes",
        "Compte et adresse électronique de qui a dit un besoin de formation",
        Unit.MONTHS,
        "retention_wishes_months",
        "effacés ; le besoin reste, sans son auteur",
        "la demande",
    ),
)


def limit(rule: Rule, kept_for: int, now: datetime) -> datetime:
    """Events that were over before this instant are concerned: the beginning of a day in Paris, so many days or months ago.

    A month back from the 31st is the month's last day.
    """
    today = in_paris(now).date()
    if rule.unit is Unit.DAYS:
        day = today - timedelta(days=kept_for)
    else:
        year, month = divmod(today.year * 12 + today.month - 1 - kept_for, 12)
        day = today.replace(year=year, month=month + 1, day=min(today.day, calendar.monthrange(year, month + 1)[1]))
    return datetime.combine(day, time.min, PARIS)


def digest(secret: str, line: Mapping[str, Any]) -> str:
    """HMAC-SHA-256 of what a line says, the digest before it included."""
    before = line["before"]
    said = [
        str(line["number"]),
        str(round(line["at"].timestamp() * 1_000_000)),
        line["rule"],
        "" if before is None else str(round(before.timestamp())),
        str(line["count"]),
        line["previous"],
    ]
    return hmac.new(b"events:erasures:" + secret.encode(), "|".join(said).encode(), hashlib.sha256).hexdigest()


def first_broken(secret: str, lines: Iterable[Mapping[str, Any]], *, number: int = 0, previous: str = BEGINNING) -> int | None:
    """Number of the first line that does not follow from the one before, given in order; None when all do."""
    for line in lines:
        number += 1
        if line["number"] != number:
            return number
        if line["previous"] != previous or not hmac.compare_digest(digest(secret, line), line["digest"]):
            return number
        previous = line["digest"]
    return None


def hash_of(email: str, secret: str) -> str:
    """What limits keep of an address: keyed, since addresses are guessed more easily than tokens."""
    return hmac.new(b"events:personal-data:" + secret.encode(), email.encode(), hashlib.sha256).hexdigest()
