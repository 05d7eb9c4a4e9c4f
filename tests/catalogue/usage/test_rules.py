"""What counts as somebody reading a document."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.usage.rules import is_reading, is_robot, month_of, months_ago

_PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
    "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
]
_ROBOTS = [
    "",
    "   ",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
    "facebookexternalhit/1.1",
    "Mozilla/5.0 (compatible; Yahoo! Slurp)",
    "Heritrix/3.4 archiver",
    "UptimeRobot/2.0",
    "sickle/0.7",
]
_LIBRARIES = [
    "curl/8.5.0",
    "Wget/1.21",
    "python-requests/2.32",
    "python-httpx/0.28",
    "Go-http-client/2.0",
    "okhttp/5",
    "axios/1.7",
    "node",
]


@pytest.mark.parametrize("agent", _PEOPLE)
def test_people_are_counted(agent: str) -> None:
    assert not is_robot(agent, is_signed_in=False)


@pytest.mark.parametrize("agent", _ROBOTS)
def test_robots_are_left_out_signed_in_or_not(agent: str) -> None:
    assert is_robot(agent, is_signed_in=False)
    assert is_robot(agent, is_signed_in=True)


@pytest.mark.parametrize("agent", _LIBRARIES)
def test_a_program_is_somebody_only_when_it_carries_a_token(agent: str) -> None:
    assert is_robot(agent, is_signed_in=False)
    assert not is_robot(agent, is_signed_in=True)


@pytest.mark.parametrize(
    ("method", "status", "purpose", "span", "expected"),
    [
        ("GET", 200, "", "", True),
        ("GET", 304, "", "", True),
        ("GET", 206, "", "bytes=0-1023", True),
        ("GET", 206, "", "bytes=1024-2047", False),
        ("GET", 206, "", "bytes=-500", False),
        ("GET", 206, "", "", False),
        ("HEAD", 200, "", "", False),
        ("GET", 200, "prefetch;anonymous-client-ip", "", False),
        ("GET", 200, "prefetch;prerender", "", False),
        ("GET", 404, "", "", False),
        ("GET", 410, "", "", False),
        ("GET", 500, "", "", False),
        ("POST", 200, "", "", False),
    ],
)
def test_what_an_answer_counts_for(method: str, status: int, purpose: str, span: str, expected: bool) -> None:
    assert is_reading(method, status, purpose=purpose, range_header=span) is expected


def test_months_are_those_of_paris() -> None:
    assert month_of(datetime(2026, 10, 31, 23, 30, tzinfo=UTC)) == date(2026, 11, 1)
    assert month_of(datetime(2026, 7, 31, 21, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert month_of(datetime(2026, 7, 31, 22, 0, tzinfo=UTC)) == date(2026, 8, 1)


@given(month=st.dates(date(2000, 1, 1), date(2100, 1, 1)), count=st.integers(0, 500))
def test_months_ago_counts_months(month: date, count: int) -> None:
    before = months_ago(month.replace(day=1), count)
    assert before.day == 1
    assert (month.year * 12 + month.month) - (before.year * 12 + before.month) == count
