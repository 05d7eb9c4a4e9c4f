"""Problems of feeds."""

from services.common.language import Text
from services.common.problems import Problem


class NothingForTheCalendar(Problem):
    title = Text("Cette inscription n'a pas de place réservée", "This registration has no seat")
    advice = Text(
        "Un agenda reçoit les séances d'une inscription confirmée ; `state` dit où en est la vôtre.",
        "A calendar receives the sessions of a confirmed registration; `state` says where yours stands.",
    )
