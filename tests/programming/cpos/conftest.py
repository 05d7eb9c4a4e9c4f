"""Agreements last years: each test begins the same day, wherever the one before left the clock."""

from datetime import UTC, datetime

import pytest

from tests.support import Running


@pytest.fixture(autouse=True)
def first_day(request: pytest.FixtureRequest) -> None:
    if "world" in request.fixturenames:
        running: Running = request.getfixturevalue("running")
        running.clock.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
