"""Problems of reviews."""

from services.common.language import Text
from services.common.problems import Problem


class ReasonRequired(Problem):
    status = 422
    title = Text("Un motif est requis", "A reason is required")
    advice = Text("Dites au porteur pourquoi, dans `reason`.", "Tell the holder why, in `reason`.")


class ReviewIncomplete(Problem):
    title = Text("L'instruction n'est pas complète", "The review is not complete")
    advice = Text(
        "Complétez ce que désigne `errors`, puis rendez l'avis.", "Complete what `errors` points at, then give the opinion."
    )


class ReviewCompleted(Problem):
    title = Text("L'avis est déjà rendu", "The opinion is already given")
    advice = Text(
        "Rouvrez l'instruction (`…/reopening`) tant qu'aucun comité ne s'est prononcé.",
        "Reopen the review (`…/reopening`) while no committee has spoken.",
    )


class UnknownCriterion(Problem):
    status = 422
    title = Text("Critère inconnu", "Unknown criterion")
    advice = Text("Les critères sont ceux de la campagne (`criteria`).", "Criteria are the campaign's (`criteria`).")


class NotTheFunder(Problem):
    status = 403
    title = Text("Réservé au financeur", "For the funder only")
    advice = Text("Seuls les membres du financeur sollicité font cet acte.", "Only members of the funder asked may do this.")


class ReviewVoid(Problem):
    title = Text("Le dossier a été retiré", "The dossier was withdrawn")
    advice = Text(
        "Son porteur l'a repris : il n'y a plus rien à instruire. Le motif est au dossier (`withdrawn_reason`).",
        "Its holder took it back: nothing is left to review. The reason is on the dossier (`withdrawn_reason`).",
    )
