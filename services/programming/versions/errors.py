"""Problems of a dossier's versions."""

from services.common.language import Text
from services.common.problems import Problem


class SubmissionDocumentNotReady(Problem):
    title = Text("Le document est en préparation", "The document is being made")
    advice = Text("Réessayez dans un instant : `Retry-After`.", "Try again in a moment: `Retry-After`.")


class HolderOnlyComparison(Problem):
    status = 403
    title = Text("Le dossier en cours de modification est à son porteur", "What is being changed is the holder's")
    advice = Text(
        "Comparez deux dépôts : `from` et `to`. Les modifications vous seront visibles une fois déposées.",
        "Compare two submissions: `from` and `to`. Changes are yours to see once they are submitted.",
    )


class NotARenewal(Problem):
    title = Text("Ce dossier n'est pas la copie d'un autre", "This dossier is no copy of another")
    advice = Text(
        "Un dossier ouvert avec `renews_id` dit ce qui change de celui qu'il renouvelle ; celui-ci a été écrit de zéro.",
        "A dossier opened with `renews_id` says what changes of the one it renews; this one was written from nothing.",
    )
