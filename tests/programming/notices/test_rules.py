"""When a notice may take effect, and whom it concerns."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.programming.notices import rules

_DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
CAF, STATE = UUID(int=1), UUID(int=2)


@given(_DAYS, _DAYS, _DAYS, st.integers(0, 90))
def test_a_notice_in_time_leaves_the_days_promised_and_is_not_of_yesterday(today: date, day: date, closes: date, days: int) -> None:
    leaves = (closes - day).days
    assert rules.in_time(day, today, closes, days) == (day >= today and leaves >= days)


def test_the_last_day_is_in_time_and_the_next_is_not() -> None:
    closes, last = date(2027, 1, 15), date(2027, 1, 7)
    assert rules.latest_on(closes, 8) == last
    assert rules.in_time(last, last, closes, 8)
    assert not rules.in_time(last + timedelta(days=1), last, closes, 8)


def test_a_submitted_dossier_is_told_of_its_grid_and_of_the_lines_it_asks() -> None:
    asked = [(STATE, "p147")]
    assert not rules.concerns_submitted(["form", "required_attachments"], [], asked)
    assert rules.concerns_submitted(["criteria"], [], asked)
    assert rules.concerns_submitted(["charter"], [(STATE, "p147")], asked)
    assert not rules.concerns_submitted(["charter"], [(CAF, "p147"), (STATE, "autre")], asked)
