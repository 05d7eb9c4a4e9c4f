"""How long each thing about people is kept, and what limits keep. Pure functions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.common import retention
from services.common.erasures import REQUEST as REQUEST

from .schemas import Unit

REQUEST_LABEL = "À la demande de la personne"
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
    """Events that were over before this instant are concerned: the beginning of a day in Paris, so many days or months ago."""
    return retention.limit(rule.unit, kept_for, now)
