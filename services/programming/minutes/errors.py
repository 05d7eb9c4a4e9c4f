"""Problems of printed agendas and minutes."""

from services.common.language import Text
from services.common.problems import Problem


class SessionPaperNotReady(Problem):
    title = Text("Le document est en cours de préparation", "The document is being prepared")
    advice = Text("Il est prêt en quelques secondes : réessayez.", "It is ready in a few seconds: try again.")


class MinutesAlreadySigned(Problem):
    title = Text("Le procès-verbal est signé", "The minutes are signed")
    advice = Text(
        "Un procès-verbal signé ne change plus. Une erreur se rectifie par une nouvelle version, avec son motif (`…/minutes-corrections`).",
        "Signed minutes do not change any more. A mistake is corrected by a new version, with its reason (`…/minutes-corrections`).",
    )


class MinutesNotSigned(Problem):
    title = Text("Le procès-verbal n'est pas encore signé", "The minutes are not signed yet")
    advice = Text("Corrigez-le avant de le signer : rien n'est encore figé.", "Correct it before signing: nothing is final yet.")
