"""Editions and signed addresses, as laws."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from services.catalogue.subscriptions import feeds, rules
from services.catalogue.subscriptions.models import Frequency
from services.catalogue.subscriptions.rules import Purpose
from services.common.clock import PARIS, in_paris
from services.common.layout import plain

INSTANTS = st.integers(0, 4 * 365 * 86_400).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
MAILED = st.sampled_from([Frequency.DAILY, Frequency.WEEKLY])
SECRET = "tests only, thirty-two characters or more"


@given(MAILED, INSTANTS, INSTANTS)
def test_editions_never_go_back_and_are_settled_mornings(frequency: Frequency, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    edition = rules.latest_edition(frequency, earlier)
    assert edition <= rules.latest_edition(frequency, later)
    assert in_paris(edition).time() == time(7)
    assert edition + rules.SETTLED_AFTER <= earlier
    assert earlier - edition < timedelta(days=1 if frequency is Frequency.DAILY else 7, hours=1, minutes=15)
    assert frequency is Frequency.DAILY or in_paris(edition).weekday() == 0


@pytest.mark.parametrize("day", [datetime(2027, 3, 28, tzinfo=PARIS), datetime(2027, 10, 31, tzinfo=PARIS)])
def test_the_day_the_clocks_change_has_its_seven_o_clock(day: datetime) -> None:
    seven = day.replace(hour=7)
    assert rules.latest_edition(Frequency.DAILY, seven + timedelta(minutes=20)) == seven
    assert rules.latest_edition(Frequency.DAILY, seven + timedelta(minutes=10)) < seven


@given(st.sampled_from(Purpose), st.uuids())
def test_a_signed_address_names_one_thing_for_one_purpose(purpose: Purpose, subject: UUID) -> None:
    token = rules.token(SECRET, purpose, subject)
    assert rules.subject_of(SECRET, token) == (purpose, subject)
    assert rules.subject_of("another secret of thirty-two characters", token) is None
    assert rules.token(SECRET, purpose, subject, 1) != token


@given(st.uuids(), st.integers(0, 47), st.sampled_from("ABCab09_-"))
def test_no_sign_of_an_address_can_be_changed(subject: UUID, place: int, sign: str) -> None:
    token = rules.token(SECRET, Purpose.END_DIGEST, subject)
    changed = token[:place] + sign + token[place + 1 :]
    assert changed == token or rules.subject_of(SECRET, changed) is None


@given(st.text())
def test_any_text_is_no_address(text: str) -> None:
    assert rules.subject_of(SECRET, text) is None


@given(st.text(st.characters(codec=None, exclude_categories=[]), max_size=50), st.sampled_from(["atom", "rss"]))
def test_any_title_makes_a_feed_that_is_read_back(title: str, how: str) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    entry = feeds.Entry("urn:uuid:1", title, title, "https://a.example/", at, at, title, [title])
    written = feeds.write(feeds.Feed("urn:uuid:2", title, "https://a.example/", "https://a.example/", title, at, [entry]), how)
    etree.fromstring(written)


@given(st.text(), st.integers(1, 50))
def test_a_text_on_one_line_is_one_and_no_longer_than_asked(text: str, longest: int) -> None:
    line = plain(text, longest)
    assert len(line.splitlines()) <= 1
    assert len(line) <= longest + 1
