"""Problems of the territories."""

from services.common.language import Text
from services.common.problems import Problem


class TerritoryRefused(Problem):
    title = Text("Territoire refusé", "Territory refused")
    advice = Text(
        "Le code doit avoir la forme officielle de son genre, et le territoire englobant exister et être plus large.",
        "The code has to have the official shape of its kind; the territory around it has to exist and be wider.",
    )


class SuccessionRefused(Problem):
    title = Text("Succession refusée", "Succession refused")
    advice = Text(
        "Un territoire succède à un autre du même genre ; un quartier de 2024 succède à un quartier de 2015.",
        "A territory succeeds another of the same kind; a 2024 neighbourhood succeeds a 2015 one.",
    )
