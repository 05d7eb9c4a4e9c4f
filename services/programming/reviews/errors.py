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


class FunderManagersOnly(Problem):
    status = 403
    title = Text("Réservé aux gestionnaires du financeur", "For the funder's managers only")
    advice = Text(
        "Demandez à une personne qui a le rôle `manager` chez le financeur.", "Ask somebody who has the funder's `manager` role."
    )


class InConflict(Problem):
    status = 403
    title = Text("Vous avez déclaré un conflit d'intérêts", "You are in a conflict of interest")
    advice = Text(
        "Qui a un intérêt dans un dossier n'en voit ni la notation ni les commentaires. Si c'était une erreur, retirez la "
        "déclaration (`…/withdrawal`), en disant pourquoi.",
        "Who has an interest in a dossier sees neither its scores nor its comments. If that was a mistake, withdraw the "
        "declaration (`…/withdrawal`) and say why.",
    )


class AssigneeInConflict(Problem):
    title = Text("Cette personne a un conflit d'intérêts sur ce dossier", "This person has a conflict of interest here")
    advice = Text("Confiez l'instruction à quelqu'un d'autre.", "Give the review to somebody else.")


class NotAMember(Problem):
    title = Text("Cette personne n'est pas membre du financeur", "This person is not a member of the funder")
    advice = Text(
        "L'annuaire dit qui est membre (`GET /directory/v1/organisations/{id}/memberships`) ; faites-la d'abord entrer.",
        "The directory says who is a member (`GET /directory/v1/organisations/{id}/memberships`); have them join first.",
    )


class ConflictDeclared(Problem):
    constraint = "uq_review_conflicts_dossier"
    title = Text("Ce conflit est déjà déclaré", "This conflict is already declared")
    advice = Text("Relisez la déclaration en cours.", "Read the declaration that stands.")


class OrganisationConflictDeclared(ConflictDeclared):
    constraint = "uq_review_conflicts_organisation"


class ConflictWithdrawn(Problem):
    title = Text("Cette déclaration est déjà retirée", "This declaration is already withdrawn")
    advice = Text("Déclarez de nouveau le conflit s'il existe encore.", "Declare the conflict again if it still exists.")


class ReviewsAlreadyOpen(Problem):
    title = Text("L'instruction a commencé", "Reviewing has begun")
    advice = Text(
        "Le nombre de lectures et l'anonymat se choisissent avant que la première instruction s'ouvre ; la date limite et le suivi "
        "des règles se changent à tout moment.",
        "How many readings there are and whether holders are hidden is chosen before the first review opens; the due day and "
        "following the rules may change at any time.",
    )


class SettingsWritten(Problem):
    constraint = "uq_review_settings_campaign_id_funder_id"
    title = Text("Ces choix viennent d'être enregistrés ailleurs", "These choices were just saved elsewhere")
    advice = Text("Relisez-les, puis renvoyez leur ETag.", "Read them again, then send their ETag.")


class OwnReadingFirst(Problem):
    status = 403
    title = Text("Rendez d'abord votre propre lecture", "Complete your own reading first")
    advice = Text(
        "Une double lecture vaut par son indépendance : les notes des autres s'ouvrent quand la vôtre est rendue.",
        "A double reading is worth its independence: the others' scores open once yours is complete.",
    )


class ReadingsMissing(Problem):
    title = Text("Toutes les lectures ne sont pas rendues", "Some readings are missing")
    advice = Text(
        "L'avis se rend quand chaque lecture attendue l'est (`…/readings`) ; confiez à d'autres celles qui manquent (`…/readers`).",
        "The avis is given once every reading expected is (`…/readings`); give those that are missing to others (`…/readers`).",
    )


class ReadingCompleted(Problem):
    title = Text("Cette lecture est déjà rendue", "This reading is already complete")
    advice = Text("Une lecture rendue ne change plus.", "A complete reading does not change any more.")


class ReadingSetAside(Problem):
    status = 403
    title = Text("Cette lecture a été écartée", "This reading was set aside")
    advice = Text("Un conflit d'intérêts est déclaré sur ce dossier.", "A conflict of interest is declared on this dossier.")


class NotTheReader(Problem):
    status = 403
    title = Text("Réservé à son lecteur", "For its reader only")
    advice = Text("Seule la personne à qui la lecture est confiée l'écrit.", "Only the person it was given to writes a reading.")


class ReadersRefused(Problem):
    title = Text("Ces lecteurs ne conviennent pas", "These readers do not fit")
    advice = Text("Corrigez ce que désigne `errors`.", "Mend what `errors` points at.")


class NotTheLastSubmission(Problem):
    title = Text("Le dossier a été déposé de nouveau", "The dossier was submitted again")
    advice = Text(
        "Lisez ce qui a changé jusqu'au dernier dépôt (`last_submission_number`), puis confirmez sur celui-ci.",
        "Read what changed up to the last submission (`last_submission_number`), then confirm on that one.",
    )
