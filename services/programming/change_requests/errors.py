"""Problems of changes requested."""

from services.common.language import Text
from services.common.problems import Problem


class TooLateForChanges(Problem):
    title = Text(
        "Ce dossier ne peut plus faire l'objet d'une demande de compléments", "Changes can no longer be requested of this dossier"
    )
    advice = Text(
        "On demande des compléments entre le dépôt et la décision. Ensuite, écrivez au porteur (`…/messages`) ; sur un bilan, demandez sa complétude.",
        "Changes are requested between the submission and the decision. Afterwards, write to the holder (`…/messages`); of a bilan, ask its completion.",
    )


class OpinionAlreadyGiven(Problem):
    title = Text("Votre avis est déjà donné sur ce dossier", "Your opinion on this dossier is already given")
    advice = Text(
        "Réouvrez votre avis avec un motif, puis demandez les compléments.",
        "Reopen your review with a reason, then ask for the changes.",
    )


class NotForYouToAskForChanges(Problem):
    status = 403
    title = Text("Réservé à qui instruit ce dossier", "For those who instruct this dossier")
    advice = Text(
        "Les membres d'un financeur sollicité et l'équipe du contrat demandent des compléments, chacun au nom de son organisation ; qui a demandé annule.",
        "Members of a funder asked and the contract's team request changes, each for their own organisation; whoever asked cancels.",
    )


class FieldNotEditable(Problem):
    status = 422
    title = Text("Ces champs ne peuvent pas être demandés", "These fields cannot be requested")
    advice = Text(
        "Nommez un champ que le porteur écrit et qui existe dans le dossier (`/content/need`, `/budget/charges`, `/attachments/rib`…). L'intitulé et les demandes aux financeurs ne changent plus après le dépôt.",
        "Name a field the holder writes and the dossier has (`/content/need`, `/budget/charges`, `/attachments/rib`…). The title and the requests to funders do not change after the submission.",
    )


class DueDayRefused(Problem):
    status = 422
    title = Text("Ce jour ne laisse pas le temps de répondre", "This day leaves no time to answer")
    advice = Text(
        "Donnez un jour à venir, au plus quatre mois après aujourd'hui.", "Give a day to come, at most four months from today."
    )


class ChangeRequestEnded(Problem):
    title = Text("Cette demande de compléments est terminée", "This request for changes has ended")
    advice = Text(
        "Elle a été répondue, annulée ou close. Relisez le dossier : ses autres demandes, s'il y en a, attendent encore.",
        "It was answered, cancelled or closed. Read the dossier again: its other requests, if any, still wait.",
    )


class AnswerIncomplete(Problem):
    title = Text("Il manque une réponse à un champ demandé", "A field requested is not answered")
    advice = Text(
        "Changez chaque champ nommé, ou expliquez dans `explanations` pourquoi il reste tel quel.",
        "Change each field named, or explain in `explanations` why it stays as it is.",
    )


class NotYetOverdue(Problem):
    title = Text("Le délai de réponse n'est pas écoulé", "The time to answer is not over")
    advice = Text(
        "L'équipe clôt une demande sans réponse le lendemain de son échéance. D'ici là, qui l'a faite peut l'annuler.",
        "The team closes an unanswered request from the day after it was due. Until then, whoever made it may cancel it.",
    )


class NotAnswered(Problem):
    title = Text("Cette demande n'a pas reçu de réponse", "This request was not answered")
    advice = Text(
        "Il n'y a rien à lire : attendez la réponse, ou relisez l'état de la demande (`request_status`).",
        "There is nothing to read: wait for the answer, or read the state of the request again (`request_status`).",
    )
