"""Words of the calendar: its steps, how they stand, who answers for them."""

from enum import Enum


class StepKind(Enum):
    INFORMATION = "information"
    OPENING = "opening"
    CLOSING = "closing"
    COMPLETION = "completion"
    REVIEW = "review"
    TECHNICAL_COMMITTEE = "technical_committee"
    STEERING_COMMITTEE = "steering_committee"
    ASSEMBLY = "assembly"
    NOTIFICATION = "notification"
    ANSWER = "answer"


class StepStatus(Enum):
    DONE = "done"
    ON_TIME = "on_time"
    LATE = "late"
    IMPOSSIBLE = "impossible"


class StepSource(Enum):
    """Where a planned date comes from."""

    CAMPAIGN = "campaign"
    COMMITTEE = "committee"
    ASSEMBLY = "assembly"
    STATED = "stated"
    COMPUTED = "computed"


NAMES = {
    StepKind.INFORMATION: "Information des porteurs",
    StepKind.OPENING: "Ouverture de l'appel",
    StepKind.CLOSING: "Clôture des dépôts",
    StepKind.COMPLETION: "Fin des compléments",
    StepKind.REVIEW: "Fin de l'instruction",
    StepKind.TECHNICAL_COMMITTEE: "Comité technique",
    StepKind.STEERING_COMMITTEE: "Comité de pilotage",
    StepKind.ASSEMBLY: "Assemblée délibérante",
    StepKind.NOTIFICATION: "Départ des notifications",
    StepKind.ANSWER: "Réponse promise",
}
TEAM, FUNDERS = "équipe du contrat", "financeurs"
RESPONSIBLE = {
    StepKind.INFORMATION: TEAM,
    StepKind.OPENING: TEAM,
    StepKind.CLOSING: TEAM,
    StepKind.COMPLETION: TEAM,
    StepKind.REVIEW: FUNDERS,
    StepKind.TECHNICAL_COMMITTEE: TEAM,
    StepKind.STEERING_COMMITTEE: TEAM,
    StepKind.ASSEMBLY: "financeur",
    StepKind.NOTIFICATION: FUNDERS,
    StepKind.ANSWER: FUNDERS,
}
