"""What a first start loads; that loading again makes nothing twice is a journey (`tests/journeys/test_first_start.py`)."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.demo import seed
from gateway.demo.clock import PARIS
from gateway.demo.seed import CannotLoad, Stage, call_open_at, plans_of


@pytest.mark.parametrize(("now", "year"), [(datetime(2026, 8, 31, 12, tzinfo=UTC), 2026), (datetime(2026, 9, 1, tzinfo=UTC), 2027)])
def test_the_call_is_open_sixty_days_until_midnight_in_paris(now: datetime, year: int) -> None:
    call = call_open_at(now)
    assert call.year == year
    assert call.opens_at < now < call.closes_at
    closing = call.closes_at.astimezone(PARIS)
    assert (closing.date() - now.astimezone(PARIS).date()).days == 60
    assert (closing.hour, closing.minute, closing.second) == (23, 59, 59)


def test_the_dozen_shows_every_stage_and_everybody_has_something_to_do() -> None:
    staged = plans_of(2031)
    assert Counter(stage for _, stage in staged) == {Stage.BEGUN: 2, Stage.COMPLETE: 2, Stage.SUBMITTED: 3, Stage.UNDER_REVIEW: 5}
    assert all(plan.ends_on.year == 2031 for plan, _ in staged)
    assert len({(plan.title, plan.holder_key) for plan, _ in staged}) == len(staged)
    under_review = {r.funder_key for plan, stage in staged if stage is Stage.UNDER_REVIEW for r in plan.requests}
    assert {"etat", "caf", "agglo"} <= under_review
    shown = {stage for plan, stage in staged if plan.holder_key == "centre-social-autan"}
    assert shown == set(Stage)


def test_a_platform_that_sends_real_mail_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CANEVAS_SMTP_URL", "smtp://mail.example.org")
    with pytest.raises(CannotLoad, match="CANEVAS_SMTP_URL"):
        seed.load("http://127.0.0.1:1", tmp_path)
