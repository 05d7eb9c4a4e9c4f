"""What a record becomes, whatever it holds; from when a source is asked; how long it is waited for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.documents import marks
from services.catalogue.documents.schemas import DocumentContent
from services.catalogue.harvests import reading, rules

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ELEMENTS = st.tuples(st.sampled_from(sorted(reading.DUBLIN_CORE)), st.text(max_size=500))


@given(st.lists(ELEMENTS, max_size=60))
def test_any_record_becomes_a_valid_content_or_is_refused(described: list[tuple[str, str]]) -> None:
    try:
        content = rules.content_of(described, source="Ailleurs", licence="all-rights-reserved", themes={})
    except rules.Refused:
        return
    assert DocumentContent.model_validate(content.model_dump(mode="json")) == content
    assert len(content.title) <= 400
    assert all(len(mark) <= 300 for mark in marks.of(content))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_page_or_unreadable(content: bytes) -> None:
    with pytest.raises(reading.Unreadable):
        reading.listing(content)


@given(st.text(max_size=40), st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_the_next_harvest_never_asks_beyond_our_clock(said: str, ours: datetime) -> None:
    asked_at = ours.replace(tzinfo=UTC)
    for text in (said, (asked_at + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")):
        until, _ = rules.read_until(text, asked_at)
        assert until <= asked_at


@given(st.integers(0, 100), st.one_of(st.none(), st.text(max_size=40), st.integers(-5, 10**12).map(str)))
def test_waiting_is_bounded_whatever_the_source_says(tries: int, retry_after: str | None) -> None:
    assert timedelta(seconds=1) <= rules.waited(tries, retry_after, NOW) <= rules.MOST_WAIT


@pytest.mark.parametrize(
    ("said", "expected"),
    [("5", 5), ("Sun, 22 Nov 2026 12:02:00 GMT", 120), ("Sun, 22 Nov 2020 12:02:00 GMT", 1), ("bientôt", 60), (None, 60)],
)
def test_retry_after_is_seconds_or_a_date(said: str | None, expected: int) -> None:
    assert rules.waited(0, said, NOW) == timedelta(seconds=expected)


@pytest.mark.parametrize(
    ("said", "expected"),
    [("fre", "fr"), ("fr-FR", "fr"), ("Français", "fr"), ("eng", "en"), ("en_GB", "en"), ("de", "de"), ("zxx", "fr"), ("", "fr")],
)
def test_languages_are_told_in_many_ways(said: str, expected: str) -> None:
    assert rules.language_of([said]) == expected


def test_one_document_bears_the_same_marks_however_it_is_written() -> None:
    ours = DocumentContent.model_validate(
        {
            "title": "L'École ouverte !",
            "dated": "2019-05-01",
            "authors": [{"name": "Camille EXEMPLE"}],
            "identifiers": ["ISBN 2-07-036024-5", "https://doi.org/10.1234/ABC"],
            "links": [{"url": "http://www.a.example/b/", "label": "B"}],
        }
    )
    theirs = DocumentContent.model_validate(
        {
            "title": "L’école ouverte",
            "dated": "2019",
            "authors": [{"name": "Exemple, Camille"}],
            "identifiers": ["urn:isbn:9782070360246", "doi:10.1234/abc"],
            "links": [{"url": "https://a.example/b#haut", "label": "B"}],
        }
    )
    assert {"isbn:9782070360246", "doi:10.1234/abc"} <= set(marks.of(ours))
    assert set(marks.of(ours)) & set(marks.of(theirs)) == set(marks.of(theirs))


def test_a_list_of_resources_is_not_each_of_them() -> None:
    links = [{"url": f"https://a.example/{number}", "label": "X"} for number in range(9)]
    assert len(marks.of(DocumentContent.model_validate({"title": "Sélection", "links": links}))) == 3
