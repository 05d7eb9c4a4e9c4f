"""How long each kind of personal data is kept in the directory, and what a request awaits. Pure."""

from collections.abc import Iterable
from datetime import timedelta

from services.common.erasures import REQUEST
from services.common.retention import RetentionRule, Unit

#: Exports a person may ask for in a day.
EXPORTS_A_DAY = 3
#: Between the warning and the erasure of an account nobody comes back to.
WARNED_FOR = timedelta(days=30)
#: Siblings that did not answer an erasure are told again after so long.
TOLD_AGAIN = timedelta(days=1)

INACTIVE, WORDS, EXPORTS, TOLD = "inactive_accounts", "joining_words", "exports", "told_organisations"
RULES = (
    RetentionRule(
        INACTIVE,
        "Comptes inactifs",
        Unit.MONTHS,
        "retention_accounts_months",
        "la dernière connexion",
        "effacés, trente jours après un courriel d'avertissement",
        "intérêt légitime à retrouver son compte d'une campagne à l'autre (RGPD art. 6.1.f ; CNIL, comptes inactifs)",
    ),
    RetentionRule(
        WORDS,
        "Demandes d'adhésion et réclamations de gestion closes, avec leurs mots",
        Unit.MONTHS,
        "retention_joining_months",
        "la décision",
        "effacées",
        "preuve de qui a fait entrer qui, le temps d'une contestation",
    ),
    RetentionRule(
        EXPORTS,
        "Exports de données personnelles",
        Unit.DAYS,
        "retention_exports_days",
        "la mise à disposition",
        "effacés",
        "droit d'accès (RGPD art. 15)",
    ),
    RetentionRule(
        TOLD,
        "Annonces aux autres services : organisations et leur représentant légal",
        Unit.DAYS,
        "retention_told_days",
        "l'annonce",
        "effacées ; l'état présent est annoncé de nouveau à chaque changement",
        "le temps de les remettre à un service arrêté (RGPD art. 5.1.e)",
    ),
)
LABELS = {rule.code: rule.label for rule in RULES} | {REQUEST: "À la demande de la personne"}
KEPT = (
    "Après effacement, l'identifiant technique du compte reste, sans nom ni adresse, pour que les actes gardent leur auteur ; le journal "
    "des actes ne porte ni nom ni adresse. Liens envoyés et essais de connexion sont oubliés chaque nuit, les invitations closes après "
    "trois mois, les courriels trente jours après leur envoi."
)


def missing(awaited: Iterable[str], answered: Iterable[str]) -> list[str]:
    """Services that have not answered."""
    return sorted(set(awaited) - set(answered))
