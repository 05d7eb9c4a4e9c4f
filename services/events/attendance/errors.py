"""Problems of attendance."""

from services.common.language import Text
from services.common.problems import Problem


class UnknownBadge(Problem):
    status = 404
    title = Text("Ce badge ne correspond à personne", "This badge is nobody's")
    advice = Text(
        "Il a été modifié, remplacé ou mal lu. Cherchez la personne par son nom, ou par le code de son inscription.",
        "It was changed, replaced or misread. Look for the person by name, or by the code of their registration.",
    )


class BadgeOfAnotherEvent(Problem):
    title = Text("Ce badge est celui d'un autre évènement", "This badge is for another event")
    advice = Text(
        "La personne s'est inscrite ailleurs : accueillez-la comme venue sans inscription s'il reste une place (`…/walk-ins`).",
        "The person registered elsewhere: receive them as a walk-in if a seat is left (`…/walk-ins`).",
    )


class BadgeOfAnotherSession(Problem):
    title = Text("Cette inscription est pour une autre séance", "This registration is for another session")
    advice = Text("`session_id` dit laquelle.", "`session_id` says which one.")


class RegistrationNotStanding(Problem):
    title = Text("Cette inscription ne tient plus", "This registration no longer stands")
    advice = Text(
        "Elle a été annulée, refusée, ou la personne a quitté son groupe : `state` le dit. S'il reste une place : `…/walk-ins`.",
        "It was cancelled or refused, or the person left their group: `state` says it. If a seat is left: `…/walk-ins`.",
    )


class NoSeatYet(Problem):
    title = Text("Cette personne n'a pas encore de place", "This person has no seat yet")
    advice = Text(
        "`state` dit ce qu'elle attend. Une adresse non confirmée peut être forcée (`forced`) ; la liste d'attente, non.",
        "`state` says what it waits for. An unconfirmed address may be forced (`forced`); the waiting list may not.",
    )


class RegisteredByVisio(Problem):
    title = Text("Cette personne est inscrite à distance", "This person is registered by visio")
    advice = Text(
        "Elle n'a pas de place dans la salle. Si la salle peut la recevoir, recommencez avec `forced`.",
        "It has no seat in the room. If the room can take it, try again with `forced`.",
    )


class SeveralPeople(Problem):
    title = Text("Ce code est celui de plusieurs personnes", "This code stands for several people")
    advice = Text(
        "Choisissez qui est là dans `people`, puis envoyez `attendee_id`.", "Choose in `people`, then send `attendee_id`."
    )


class EventPostponed(Problem):
    title = Text("L'évènement est reporté", "The event is postponed")
    advice = Text(
        "Nul n'est attendu à cette date. S'il a lieu malgré tout, rouvrez-le (`…/opening`), puis recommencez.",
        "Nobody is expected on that date. If it takes place after all, open it again (`…/opening`), then try again.",
    )


class CheckInNotOpen(Problem):
    title = Text("L'accueil de cette séance n'est pas ouvert à cet instant", "This session receives nobody at that instant")
    advice = Text(
        "`opens_at` et `closes_at` disent quand. Après coup, l'organisateur corrige la présence (`…/presence/validation`).",
        "`opens_at` and `closes_at` say when. Afterwards, the organiser corrects the presence (`…/presence/validation`).",
    )


class ScannedInTheFuture(Problem):
    title = Text("L'heure de ce scan n'est pas encore passée", "The time of this scan has not come yet")
    advice = Text("Mettez l'appareil à l'heure, puis recommencez.", "Set the device's clock right, then try again.")


class RoomFull(Problem):
    title = Text("Il n'y a plus de place dans la salle", "The room has no seat left")
    advice = Text(
        "Tant que moins de personnes que de places sont là, `over_capacity_reason` donne la chaise d'un absent ; jamais au-delà.",
        "While fewer people than seats are there, `over_capacity_reason` gives an absent person's chair; never beyond.",
    )


class WalkInsNotPossible(Problem):
    title = Text("Personne n'est reçu à cet évènement dans son état", "Nobody is received at this event in its state")
    advice = Text("`status` dit où en est l'évènement.", "`status` says where the event stands.")


class NotExpectedHere(Problem):
    title = Text("Cette personne n'est pas sur la feuille de la séance", "This person is not on the session's sheet")
    advice = Text("Relisez la feuille (`…/presence`), ou accueillez-la (`…/walk-ins`).", "Read the sheet again (`…/presence`).")


class MinutesBeyondSession(Problem):
    title = Text("Plus de minutes que la séance n'en a duré", "More minutes than the session lasted")
    advice = Text("`most` dit combien la séance en a.", "`most` says how many the session has.")


class LeftBeforeArriving(Problem):
    title = Text("Le départ précède l'arrivée", "The departure comes before the arrival")
    advice = Text("Corrigez `arrived_at` ou `left_at`.", "Correct `arrived_at` or `left_at`.")


class NothingToCorrect(Problem):
    title = Text("Une personne absente ou excusée n'a rien suivi", "Somebody absent or excused followed nothing")
    advice = Text("Laissez `minutes`, `arrived_at` et `left_at` vides.", "Leave `minutes`, `arrived_at` and `left_at` out.")


class SessionNotOver(Problem):
    title = Text("La séance n'est pas terminée", "The session is not over")
    advice = Text(
        "La présence se valide à partir de `ends_at` : personne n'a encore suivi ce qui reste. Une séance écourtée se modifie d'abord.",
        "Presence is validated from `ends_at` on: nobody has followed what is left yet. Change a session that was cut short first.",
    )
