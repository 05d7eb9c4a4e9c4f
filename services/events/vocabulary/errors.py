"""Problems of the vocabulary."""

from services.common.language import Text
from services.common.problems import Problem


class UnknownThemeCode(Problem):
    title = Text("Un thème n'existe pas", "A theme does not exist")
    advice = Text(
        "Choisissez dans la liste des thèmes de l'annuaire (`/directory/v1/themes`).",
        "Choose from the directory's list of themes (`/directory/v1/themes`).",
    )


class UnknownTerritoryCode(Problem):
    title = Text("Un territoire n'existe pas", "A territory does not exist")
    advice = Text(
        "Choisissez dans la liste des territoires de l'annuaire (`/directory/v1/territories`).",
        "Choose from the directory's list of territories (`/directory/v1/territories`).",
    )
