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


class LastSession(Problem):
    title = Text("C'est la seule séance qui reste à l'évènement", "It is the only session the event has left")
    advice = Text(
        "Un évènement ouvert, ou dont les inscriptions sont closes, a une date. `possible_acts` : annulez-le (`…/cancellation`), reportez-le"
        " (`…/postponement`), ou ajoutez d'abord une autre séance. Les personnes inscrites seront prévenues.",
        "An event that is open, or whose registrations are closed, has a date. `possible_acts`: cancel it (`…/cancellation`), postpone it"
        " (`…/postponement`), or add another session first. Participants will be told.",
    )


class SessionHasParticipants(Problem):
    title = Text("Des personnes sont inscrites à cette séance", "People are registered for this session")
    advice = Text("Annulez-la (`…/cancellation`) : elles seront prévenues.", "Cancel it (`…/cancellation`): they will be told.")


class SessionsOverlap(Problem):
    title = Text("Deux séances de l'évènement se chevauchent", "Two sessions of the event overlap")
    advice = Text(
        "`session_id` et `number` disent laquelle occupe déjà ce moment : déplacez l'une des deux, ou faites-en deux évènements.",
        "`session_id` and `number` say which one is there already: move one of them, or make two events of them.",
    )


class ProgrammeOutsideSession(Problem):
    title = Text("Un moment du programme sort de sa séance", "A programme item is outside its session")
    advice = Text(
        "Chaque moment commence et finit pendant la séance : corrigez ceux que désigne `errors`, ou les heures de la séance.",
        "Each item begins and ends during the session: mend those `errors` points at, or the session's hours.",
    )


class RegistrationsOpenAfterTheyClose(Problem):
    constraint = "ck_events_opens_before_it_closes"
    title = Text("Les inscriptions fermeraient avant d'ouvrir", "Registrations would close before they open")
    advice = Text(
        "Choisissez une ouverture (`registration_opens_at`) qui précède la clôture (`registration_closes_at`).",
        "Choose an opening (`registration_opens_at`) before the closing (`registration_closes_at`).",
    )


class RegistrationsCloseAfterTheEnd(Problem):
    title = Text("Les inscriptions fermeraient après la fin de l'évènement", "Registrations would close after the event's end")
    advice = Text(
        "On peut s'inscrire en cours de cycle, pas une fois le cycle fini : choisissez un instant avant la dernière séance.",
        "One may register during a cycle, not once it is over: choose an instant before the end of its last session.",
    )


class UnknownSeries(Problem):
    constraint = "fk_events_series_id_event_series"
    title = Text("Cette série n'est pas de ce réseau", "This series is not the network's")
    advice = Text("Choisissez une série du réseau de l'évènement.", "Choose a series of the event's network.")


class SeriesHasEvents(Problem):
    title = Text("Des évènements sont dans cette série", "Events are in this series")
    advice = Text("Retirez-les de la série d'abord (`series_id`).", "Take them out of the series first (`series_id`).")


class ReplayConsentMissing(Problem):
    title = Text("Un intervenant n'a pas consenti à la rediffusion", "A speaker has not consented to the replay")
    advice = Text(
        "`errors` désigne, dans l'évènement tel qu'on le lit, chaque intervenant qui a refusé ou n'a pas été interrogé. Notez leur"
        " accord daté (`…/speaker-consents`), ou n'attachez pas la rediffusion.",
        "`errors` points, in the event as it is read, at each speaker who refused or was not asked. Record their dated consent"
        " (`…/speaker-consents`), or leave the replay out.",
    )


class NoSuchSpeaker(Problem):
    title = Text("Personne de ce nom n'intervient dans cet évènement", "Nobody of that name speaks at this event")
    advice = Text("Les noms sont ceux du programme des séances.", "Names are those of the sessions' programmes.")


class ConsentYetToCome(Problem):
    title = Text("Un consentement ne se note pas d'avance", "A consent is not recorded in advance")
    advice = Text("Donnez le jour où la personne a répondu.", "Give the day the person answered.")


class TooMuchToCompare(Problem):
    title = Text("Trop d'évènements à mettre côte à côte", "Too many events to put side by side")
    advice = Text("Demandez moins de semaines ou moins de réseaux.", "Ask for fewer weeks or fewer networks.")
