"""Periodic work done at once, by name."""

import psycopg
import pytest

from gateway.daily_work import NotDailyWork, daily_work, do_now
from gateway.preparation import database_variable
from gateway.routes import load, route_of
from tests.conftest import Databases


def test_periodic_work_is_known_by_name_with_its_service() -> None:
    known = daily_work()
    assert known["programming:remind_bilans"].service == "programming"
    assert all(name.split(":")[0] in {route.service, "kernel"} for name, route in known.items())
    assert "programming:write_letter" not in known


def test_an_unknown_name_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(NotDailyWork, match="programming:remind_nobody"):
        do_now({}, ["programming:remind_bilans", "programming:remind_nobody"])


def test_what_is_asked_waits_in_the_service_s_queue(databases: Databases) -> None:
    route = route_of("programming")
    url = databases(load(route).service)
    do_now({database_variable(route): url}, ["programming:remind_bilans"])
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT task_name, status, args ? 'timestamp' FROM procrastinate_jobs").fetchall()
    assert rows == [("programming:remind_bilans", "todo", True)]
