"""Problems of legal parameters."""

from services.common.language import Text
from services.common.problems import Problem


class ParameterAlreadyDated(Problem):
    constraint = "pk_legal_parameters"
    title = Text("Ce paramètre a déjà une valeur à cette date", "This parameter already has a value from that day")
    advice = Text(
        "Une valeur publiée ne change plus : donnez une autre date d'effet.",
        "A published value does not change any more: give another day to apply from.",
    )


class NotAdministrator(Problem):
    status = 403
    title = Text("Réservé aux administrateurs de la plateforme", "For the platform's administrators only")
    advice = Text(
        "Demandez à l'administrateur d'enregistrer le nouveau texte.", "Ask the administrator to record the new regulation."
    )
