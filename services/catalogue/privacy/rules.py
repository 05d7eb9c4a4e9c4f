"""How long the catalogue keeps each kind of personal data. Pure."""

from services.common.erasures import REQUEST
from services.common.retention import RetentionRule, Unit

QUESTIONS, UNCONFIRMED, REFUSALS, SEARCHES = "questions", "unconfirmed_addresses", "refusals", "searches"
RULES = (
    RetentionRule(
        QUESTIONS,
        "Questions closes : qui a demandé, et ce qui s'est dit",
        Unit.MONTHS,
        "question_kept_months",
        "la clôture",
        "effacés ; ce qui mesure les délais reste",
        "intérêt légitime à retrouver une réponse (RGPD art. 6.1.f)",
    ),
    RetentionRule(
        UNCONFIRMED,
        "Adresses inscrites à une lettre d'information et jamais confirmées",
        Unit.DAYS,
        "unconfirmed_kept_days",
        "la demande",
        "effacées",
        "le temps de confirmer : sans consentement, rien n'est gardé (RGPD art. 7)",
    ),
    RetentionRule(
        REFUSALS,
        "Empreintes des adresses désinscrites",
        Unit.MONTHS,
        "refusals_kept_months",
        "la désinscription",
        "effacées",
        "respecter le refus d'être sollicité (RGPD art. 21.2)",
    ),
    RetentionRule(
        SEARCHES,
        "Mots cherchés sans résultat, sans qui les a cherchés",
        Unit.MONTHS,
        "searches_kept_months",
        "la dernière recherche",
        "effacés",
        "intérêt légitime à compléter le fonds (RGPD art. 6.1.f)",
    ),
)
LABELS = {rule.code: rule.label for rule in RULES} | {REQUEST: "À la demande de la personne"}
KEPT = (
    "L'auteur d'un document publié reste nommé : c'est son droit de paternité (CPI art. L. 121-1) ; un documentaliste peut l'ôter. Le contact "
    "d'une fiche expérience n'est publié qu'avec son accord, et s'efface de toutes les versions à sa demande. Lectures et téléchargements "
    "sont comptés par document et par mois, sans qui lit."
)
