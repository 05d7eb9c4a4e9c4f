"""When guessing stops and how long tokens live: no database here."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.directory.sessions import rules
from services.directory.sessions.rules import Failures

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
AGO = NOW - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("failures", "wait"),
    [
        (Failures(), None),
        (Failures(here=4, here_since=AGO, email=4, email_since=AGO, origin=4, origin_since=AGO), None),
        (Failures(here=5, here_since=AGO), 600),
        (Failures(email=19, email_since=AGO), None),
        (Failures(email=20, email_since=AGO), 600),
        (Failures(origin=99, origin_since=AGO), None),
        (Failures(origin=100, origin_since=AGO), 600),
        (Failures(here=5, here_since=NOW - timedelta(minutes=14), origin=100, origin_since=AGO), 600),
    ],
)
def test_guessing_stops(failures: Failures, wait: int | None) -> None:
    assert rules.wait_after(failures, NOW) == wait


@given(st.integers(5, 10_000), st.timedeltas(timedelta(), rules.WINDOW))
def test_a_wait_is_never_nothing_and_never_more_than_the_window(count: int, age: timedelta) -> None:
    wait = rules.wait_after(Failures(here=count, here_since=NOW - age), NOW)
    assert wait is not None
    assert 1 <= wait <= rules.WINDOW.total_seconds()


def test_a_spent_token_is_forgiven_for_ten_seconds() -> None:
    assert rules.is_forgiven(NOW, NOW)
    assert rules.is_forgiven(NOW, NOW + timedelta(seconds=10))
    assert not rules.is_forgiven(NOW, NOW + timedelta(seconds=11))


def test_an_access_token_says_who_and_where_for_ten_minutes() -> None:
    one, two = UUID(int=1), UUID(int=2)
    claims = rules.access_claims(
        account_id=one,
        session_id=two,
        roles={two: ["signatory", "manager"]},
        standing=[one],
        is_administrator=False,
        issuer="canevas",
        audience="canevas",
        token_id=one,
        now=NOW,
    )
    assert claims == {
        "iss": "canevas",
        "aud": "canevas",
        "sub": str(one),
        "sid": str(two),
        "orgs": {str(two): ["manager", "signatory"]},
        "standing": [str(one)],
        "adm": False,
        "iat": 1799053200,
        "nbf": 1799053200,
        "exp": 1799053800,
        "jti": str(one),
    }
