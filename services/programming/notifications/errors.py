"""Problems of notifications."""

from services.common.language import Text
from services.common.problems import Problem


class AlreadyNotified(Problem):
    constraint = "uq_notifications_request_id"
    title = Text("Cette réponse est déjà notifiée", "This answer is already notified")
    advice = Text("La lettre est à `…/notifications/{id}/letter`.", "The letter is at `…/notifications/{id}/letter`.")


class NotForYouToNotify(Problem):
    status = 403
    title = Text("Cette notification ne vous revient pas", "This notification is not yours")
    advice = Text(
        "Un gestionnaire ou signataire du financeur notifie sa décision.",
        "A manager or signatory of the funder notifies its decision.",
    )


class LetterNotReady(Problem):
    status = 409
    title = Text("La lettre est en cours de préparation", "The letter is being prepared")
    advice = Text("Elle est prête en quelques secondes : réessayez.", "It is ready in a few seconds: try again.")
