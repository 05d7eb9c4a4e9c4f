"""What monitoring tells apart. It keeps no table: every figure is computed when it is read."""

from enum import Enum


class Step(Enum):
    """Where a request may have come to, in order; each may be reached without some before it."""

    REVIEWED = "reviewed"
    DECIDED = "decided"
    NOTIFIED = "notified"
    AGREED = "agreed"
    FIRST_PAID = "first_paid"
    PAID = "paid"
    REPORTED = "reported"
    JUSTIFIED = "justified"


class ClockName(Enum):
    """The promise to answer, the legal silence that rejects, the day before which to pay."""

    PROMISE = "promise"
    SILENCE = "silence"
    PAYMENT = "payment"


class AwaitedStep(Enum):
    """The next step to take before a clock passes."""

    CHANGES = "changes"
    ADMISSIBILITY = "admissibility"
    REVIEW = "review"
    DECISION = "decision"
    NOTIFICATION = "notification"
    AGREEMENT = "agreement"
    COMMITMENT = "commitment"
    PAYMENT = "payment"


class Turn(Enum):
    """Who is to act."""

    TEAM = "team"
    HOLDER = "holder"
    FUNDER = "funder"
