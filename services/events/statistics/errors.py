"""Problems of statistics."""

from services.common.language import Text
from services.common.problems import Problem


class PeriodOutOfOrder(Problem):
    title = Text("La période finit avant de commencer", "The period ends before it begins")
    advice = Text("`since` précède `until`, et dix ans au plus les séparent.", "`since` precedes `until`, by ten years at most.")
