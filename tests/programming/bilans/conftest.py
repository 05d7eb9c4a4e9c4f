"""Bilans are tested in a year of their own, so that leap years and deadlines are those the tests write."""

from datetime import UTC, datetime

import pytest

from tests.support import Running


@pytest.fixture(autouse=True)
def _in_march_2027(request: pytest.FixtureRequest) -> None:
    if "world" in request.fixturenames:
        running: Running = request.getfixturevalue("running")
        running.clock.at = datetime(2027, 3, 1, 9, tzinfo=UTC)
