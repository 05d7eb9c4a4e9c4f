"""Problems of yearly plans."""

from services.common.language import Text
from services.common.problems import Problem


class PlanAlreadyMade(Problem):
    constraint = "uq_yearly_plans_network_id_year"
    title = Text("L'année a déjà son plan", "The year already has its plan")
    advice = Text("Lisez-le et renvoyez son ETag dans `If-Match` pour le remplacer.", "Read it and send its ETag in `If-Match`.")


class TargetTwice(Problem):
    title = Text("Deux objectifs portent sur la même chose", "Two targets are about the same thing")
    advice = Text("Gardez un seul objectif par format, lieu ou territoire et par mesure.", "Keep one target for each.")


class SharesAboveHundred(Problem):
    title = Text("Les parts minimales dépassent 100 %", "Smallest shares add up to more than 100%")
    advice = Text(
        "Pour une même mesure, la somme des minimums de lieux qui ne se contiennent pas tient dans 100 %.",
        "For one measure, the smallest shares of places that are not within one another fit in 100%.",
    )
