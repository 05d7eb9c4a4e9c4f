"""Problems of privacy."""

from services.common.language import Text
from services.common.problems import Problem


class SealedSignatureUnreadable(Problem):
    title = Text("Ce pli ne s'ouvre plus", "This seal cannot be opened any more")
    advice = Text(
        "La clé secrète de la plateforme a changé depuis : le nom est perdu.",
        "The platform's secret key has changed since: the name is lost.",
    )
