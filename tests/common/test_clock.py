"""One clock for the platform; a request lives at the instant it arrived."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.common.clock import Clock, in_paris, today_in_paris
from tests.support import Running, settings_for

from .rooms import Settings

HOUR = timedelta(hours=1)


def now_is(clock: Clock, shift: timedelta) -> bool:
    before = datetime.now(UTC) + shift
    return before <= clock.now() <= datetime.now(UTC) + shift


def test_the_clock_is_the_machine_s_in_utc() -> None:
    assert now_is(Clock(), timedelta())
    assert Clock().now().tzinfo is UTC


def test_a_file_moves_the_clock_as_soon_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "shift"
    clock = Clock(file)
    assert now_is(clock, timedelta())
    file.write_text("3600")
    assert now_is(clock, HOUR)
    file.write_text("-7200.0\n")
    assert now_is(clock, -2 * HOUR)
    file.unlink()
    assert now_is(clock, timedelta())


@pytest.mark.parametrize("content", ["", "tomorrow", "nan", "1e400", "1e15", "-1e12"])
def test_a_file_that_says_no_time_moves_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "shift"
    file.write_text(content)
    assert now_is(Clock(file), timedelta())


def test_nobody_moves_the_clock_of_production(tmp_path: Path) -> None:
    given: dict[str, Any] = {"clock_file": tmp_path / "shift"}
    assert settings_for(Settings, "", tmp_path, **given).clock_file == tmp_path / "shift"
    with pytest.raises(ValidationError, match="CANEVAS_CLOCK_FILE moves the clock: it is refused in production"):
        settings_for(Settings, "", tmp_path, environment="production", **given)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2027, 6, 30, 21, 59, tzinfo=UTC), date(2027, 6, 30)),
        (datetime(2027, 6, 30, 22, 0, tzinfo=UTC), date(2027, 7, 1)),
        (datetime(2027, 12, 31, 22, 59, tzinfo=UTC), date(2027, 12, 31)),
        (datetime(2027, 12, 31, 23, 0, tzinfo=UTC), date(2028, 1, 1)),
    ],
)
def test_days_are_those_of_paris_in_summer_and_in_winter(instant: datetime, day: date) -> None:
    assert today_in_paris(instant) == day
    assert in_paris(instant) == instant


@pytest.mark.anyio
async def test_a_request_lives_at_the_instant_it_arrived(hotel: Running) -> None:
    arrived = hotel.clock.now()
    told = (await hotel.client.post("/rooms/v1/arrivals")).json()
    instants = {name: datetime.fromisoformat(said) for name, said in told.items()}
    assert instants["first"] == instants["arrived"] == arrived
    assert instants["clock"] == arrived + HOUR
