"""Problems of certificates."""

from services.common.language import Text
from services.common.problems import Problem


class EventNotHeld(Problem):
    title = Text("L'évènement n'a pas encore été déclaré tenu", "The event was not said to be held yet")
    advice = Text("Déclarez-le tenu (`…/holding`), puis délivrez.", "Say that it was held (`…/holding`), then issue.")


class PresenceNotValidated(Problem):
    title = Text("La présence n'est pas entièrement validée", "Presence is not wholly validated")
    advice = Text(
        "Validez la feuille des séances de `sessions` : `people` dit combien de personnes attendent.",
        "Validate the sheets of `sessions`: `people` says how many people wait.",
    )


class UnknownCertificate(Problem):
    status = 404
    title = Text("Aucun certificat ne porte ce code", "No certificate bears this code")
    advice = Text(
        "Recopiez les douze caractères imprimés sous le code carré. S'ils sont exacts, ce papier n'a pas été délivré ici.",
        "Copy the twelve characters printed below the square code. If they are right, this paper was not issued here.",
    )


class CertificateNotReady(Problem):
    title = Text("Le certificat est en cours de fabrication", "The certificate is being made")
    advice = Text("Revenez dans une minute.", "Come back in a minute.")


class CertificateEnded(Problem):
    title = Text("Ce certificat ne vaut plus", "This certificate no longer stands")
    advice = Text("S'il a été remplacé, la liste donne celui qui vaut.", "If it was replaced, the list gives the one that stands.")
