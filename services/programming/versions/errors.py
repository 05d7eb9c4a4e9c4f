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
