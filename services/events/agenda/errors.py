"""Problems of the agenda."""

from services.common.language import Text
from services.common.problems import Problem


class EventNotDated(Problem):
    title = Text("L'évènement n'a pas encore de date", "The event has no date yet")
    advice = Text(
        "Ajoutez au moins une séance (`…/sessions`), puis recommencez.", "Add a session first (`…/sessions`), then try again."
    )


class EventActNotPossible(Problem):
    title = Text("Cet acte n'est pas possible dans l'état de l'évènement", "This act is not possible in the event's state")
    advice = Text(
        "`status` dit où en est l'évènement ; `possible_acts` dit ce qui peut suivre.",
        "`status` says where the event stands; `possible_acts` says what may follow.",
    )


class EventIsOver(Problem):
    title = Text("L'évènement est terminé ou annulé", "The event is over or cancelled")
    advice = Text("Dupliquez-le pour en préparer un autre.", "Duplicate it to prepare another one.")


class SessionCancelled(Problem):
    title = Text("La séance est annulée", "The session is cancelled")
    advice = Text("Ajoutez une autre séance.", "Add another session.")


class SessionHasParticipants(Problem):
    title = Text("Des personnes sont inscrites à cette séance", "People are registered for this session")
    advice = Text("Annulez-la (`…/cancellation`) : elles seront prévenues.", "Cancel it (`…/cancellation`): they will be told.")


class BadForm(Problem):
    title = Text("Le questionnaire n'est pas un schéma JSON que l'on puisse suivre", "The form is no JSON Schema one can follow")
    advice = Text("Corrigez ce que désigne `errors`.", "Correct what `errors` points at.")
