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


class NothingToRectify(Problem):
    title = Text("Cette réponse dit déjà cela", "This answer already says that")
    advice = Text("Changez le montant, le motif ou les conditions.", "Change the amount, the grounds or the conditions.")


class CorrectedMeanwhile(Problem):
    status = 412
    title = Text("Cette réponse a été rectifiée entre-temps", "This answer was corrected meanwhile")
    advice = Text(
        "Lisez la rectification en vigueur (`correction`), puis envoyez la vôtre avec son numéro dans `replaces` si elle est à rectifier.",
        "Read the correction in force (`correction`), then send yours with its number in `replaces` if it is to be set right.",
    )


class CorrectionRefused(Problem):
    status = 422
    title = Text("La rectification n'est pas recevable", "The correction cannot be made so")
    advice = Text("Corrigez ce que désigne `errors`.", "Mend what `errors` points at.")


class GrantUnderWay(Problem):
    title = Text("La subvention a déjà commencé sa vie", "The grant is already under way")
    advice = Text(
        "Dès qu'une convention est rédigée, un engagement ou un paiement fait ou un bilan déposé, le montant change par un avenant "
        "(`…/agreements/{id}/amendments`). Une subvention notifiée ne devient pas non plus un refus par rectification.",
        "Once an agreement is drafted, money committed or paid or a bilan submitted, the amount changes by an amendment "
        "(`…/agreements/{id}/amendments`). Nor does a correction turn a notified grant into a refusal.",
    )
