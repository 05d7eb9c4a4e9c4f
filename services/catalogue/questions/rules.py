"""The life of a question, its delays and what a frequent question may not copy. Pure: no database, no clock, no I/O.

Delays are calendar days of Paris: a day is a day, however many hours it has when clocks change.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum

from services.common.clock import today_in_paris
from services.common.texts import fold

from .schemas import QuestionState

#: Open questions one person may have at one desk.
MOST_OPEN = 20
#: Below, a median says something of somebody.
FEWEST_TOLD = 5
#: A passage this long found in both texts is a copy.
_COPIED_LENGTH = 40
_SENTENCE_END = re.compile(r"[.!?…;]+")

OPEN_STATES = frozenset({QuestionState.ASKED, QuestionState.TAKEN, QuestionState.REOPENED})


class Act(Enum):
    """What happens to a question."""

    TAKE = "taking"
    RELEASE = "release"
    REASSIGN = "reassignment"
    ANSWER = "answer"
    REOPEN = "reopening"
    THANK = "thanks"
    CLOSE = "closing"
    LAPSE = "lapse"


_S = QuestionState
#: Where an act leads, from where; nothing else happens to a question.
MACHINE: dict[tuple[QuestionState, Act], QuestionState] = {
    (_S.ASKED, Act.TAKE): _S.TAKEN,
    (_S.TAKEN, Act.RELEASE): _S.ASKED,
    (_S.REOPENED, Act.RELEASE): _S.ASKED,
    (_S.TAKEN, Act.REASSIGN): _S.TAKEN,
    (_S.REOPENED, Act.REASSIGN): _S.REOPENED,
    (_S.TAKEN, Act.ANSWER): _S.ANSWERED,
    (_S.REOPENED, Act.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, Act.REOPEN): _S.REOPENED,
    (_S.ANSWERED, Act.THANK): _S.CLOSED,
    (_S.ANSWERED, Act.LAPSE): _S.CLOSED,
    **{(state, Act.CLOSE): _S.CLOSED for state in _S if state is not _S.CLOSED},
}


def after(state: QuestionState, act: Act) -> QuestionState | None:
    """The state the act leads to; None when it cannot happen from there."""
    return MACHINE.get((state, act))


def sources(act: Act) -> list[str]:
    """The states an act starts from."""
    return sorted(state.value for state, possible in MACHINE if possible is act)


def due_on(asked_at: datetime, within_days: int) -> date:
    """The day promised: so many calendar days after the day of asking in Paris."""
    return today_in_paris(asked_at) + timedelta(days=within_days)


def is_overdue(state: QuestionState, due: date, now: datetime) -> bool:
    """An open question the day after it was due."""
    return state in OPEN_STATES and due < today_in_paris(now)


def reopenable_until(answered_at: datetime, within_days: int) -> date:
    """Last day in Paris the asker may reopen it."""
    return today_in_paris(answered_at) + timedelta(days=within_days)


def closed_before(today: date, months: int) -> date:
    """A question closed before that day has been kept long enough: `months` months have passed since its day."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, min(today.day, monthrange(years, month + 1)[1]))


def copies(written: Iterable[str], said: Iterable[str], reply_email: str | None) -> bool:
    """Whether what is written holds the asker's address, or as it stands a sentence of theirs that is long enough to be known again."""
    text = fold("\n".join(written))
    if reply_email and fold(reply_email) in text:
        return True
    return any(
        len(sentence) >= _COPIED_LENGTH and sentence in text
        for words in said
        for sentence in map(str.strip, _SENTENCE_END.split(fold(words)))
    )
