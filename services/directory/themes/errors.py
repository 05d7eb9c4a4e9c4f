"""Problems of the themes."""

from services.common.language import Text
from services.common.problems import Problem


class ThemeRefused(Problem):
    title = Text("Thème refusé", "Theme refused")
    advice = Text(
        "Les thèmes ont deux niveaux : le thème englobant doit exister et n'être sous aucun autre.",
        "Themes have two levels: the theme above has to exist and to be under no other.",
    )
