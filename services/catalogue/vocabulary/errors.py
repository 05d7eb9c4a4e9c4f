"""Problems of the vocabulary."""

from services.common.language import Text
from services.common.problems import Problem


class UnknownTheme(Problem):
    title = Text("Thème inconnu", "Unknown theme")
    advice = Text(
        "Choisissez parmi les thèmes de `/directory/v1/themes`, ou demandez à un administrateur d'en créer un.",
        "Choose among the themes of `/directory/v1/themes`, or ask an administrator to create one.",
    )


class UnknownTerritory(Problem):
    title = Text("Territoire inconnu", "Unknown territory")
    advice = Text("Choisissez parmi les territoires de `/directory/v1/territories`.", "Choose among `/directory/v1/territories`.")


class VocabularyForDocumentalists(Problem):
    status = 403
    title = Text("Le vocabulaire est tenu par les documentalistes", "Documentalists keep the vocabulary")
    advice = Text("Proposez le terme à un centre de ressources.", "Propose the term to a resource centre.")
