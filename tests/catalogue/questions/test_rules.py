"""The machine of a question, its days, and what a frequent question may not copy."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.questions import rules
from services.catalogue.questions.rules import Act
from services.catalogue.questions.schemas import QuestionState
from services.common.clock import PARIS, in_paris

_instants = st.integers(1_577_836_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
S = QuestionState


@given(acts=st.lists(st.sampled_from(Act), max_size=40))
def test_whatever_happens_a_question_keeps_to_its_states(acts: list[Act]) -> None:
    state = S.ASKED
    answered = False
    for act in acts:
        target = rules.after(state, act)
        if target is None:
            continue
        assert state is not S.CLOSED, "nothing happens to a closed question"
        if act in {Act.THANK, Act.LAPSE, Act.REOPEN}:
            assert answered, "before an answer there is nothing to thank for, to reopen, or to forget"
        answered = answered or target is S.ANSWERED
        state = target


@pytest.mark.parametrize(
    ("state", "act", "target"),
    [
        (S.ASKED, Act.TAKE, S.TAKEN),
        (S.TAKEN, Act.TAKE, None),
        (S.ASKED, Act.ANSWER, None),
        (S.REOPENED, Act.ANSWER, S.ANSWERED),
        (S.REOPENED, Act.RELEASE, S.ASKED),
        (S.ANSWERED, Act.RELEASE, None),
        (S.CLOSED, Act.REOPEN, None),
        (S.CLOSED, Act.CLOSE, None),
    ],
)
def test_where_acts_lead(state: S, act: Act, target: S | None) -> None:
    assert rules.after(state, act) is target
    assert (state.value in rules.sources(act)) is (target is not None)


@given(asked_at=_instants, days=st.integers(1, 90))
def test_a_delay_is_days_of_paris_whatever_clocks_do(asked_at: datetime, days: int) -> None:
    due = rules.due_on(asked_at, days)
    assert (due - in_paris(asked_at).date()).days == days
    last = datetime.combine(due, datetime.max.time(), PARIS)
    assert not rules.is_overdue(S.TAKEN, due, last)
    assert rules.is_overdue(S.TAKEN, due, last + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("asked_at", "due"),
    [
        # The night of 28 to 29 March 2026 has an hour less, that of 24 to 25 October one more.
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 27)),
    ],
)
def test_the_day_after_on_nights_when_clocks_change(asked_at: datetime, due: date) -> None:
    assert rules.due_on(asked_at, 1) == due


def test_a_question_that_waits_for_nobody_is_not_overdue() -> None:
    long_after = datetime(2030, 1, 1, tzinfo=UTC)
    assert {state for state in S if rules.is_overdue(state, date(2026, 1, 1), long_after)} == rules.OPEN_STATES


@given(today=st.dates(date(2020, 1, 1), date(2060, 1, 1)), months=st.integers(1, 120))
def test_words_are_kept_that_many_months_to_the_day(today: date, months: int) -> None:
    before = rules.closed_before(today, months)
    assert (today.year * 12 + today.month) - (before.year * 12 + before.month) == months
    assert before.day == today.day or (before + timedelta(days=1)).day == 1


def test_a_frequent_question_copies_neither_words_nor_address() -> None:
    said = ["Café", "Je suis Camille et mon association, rue des Lilas, cherche de l'argent. Merci !"]
    written = ["Comment financer un café ?", "Trois sources se combinent."]
    assert not rules.copies(written, said, "camille@asso.example")
    assert rules.copies([*written, "Écrire à CAMILLE@asso.example"], said, "camille@asso.example")
    assert rules.copies([*written, "je suis camille et mon association, rue des lilas,\ncherche de l’argent"], said, None)
