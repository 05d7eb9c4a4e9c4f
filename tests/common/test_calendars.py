"""What calendars are told: read back by a library nobody here wrote."""

from datetime import UTC, date, datetime, timedelta

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from services.common.calendars import Entry, Party, Title, write
from services.common.clock import PARIS
from services.events.invitations import rules
from services.events.invitations.rules import Told
from tests.events.invitations.post import parsed

NOW = datetime(2027, 1, 1, 8, tzinfo=UTC)
US = Party("Réseau exemple", "agenda@reseau.example")
#: What may be typed: the rules of texts refuse or remove the rest before it is stored, and `write` does it again.
TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def entry(**more: object) -> Entry:
    begins = datetime(2027, 3, 18, 9, tzinfo=PARIS)
    wish = {"uid": "1", "sequence": 0, "stamp": NOW, "summary": "S", "organizer": US, "starts_at": begins, **more}
    wish.setdefault("ends_at", begins + timedelta(hours=8))
    return Entry(**wish)  # type: ignore[arg-type]


@given(summary=TYPED, description=TYPED, location=TYPED, name=TYPED)
def test_whatever_is_typed_is_one_event_with_its_own_lines(summary: str, description: str, location: str, name: str) -> None:
    content = write([entry(summary=summary, description=description, location=location, attendee=Party(name, "a@b.fr"))], "REQUEST")
    found = parsed(content)
    assert [child.name for child in found.getChildren() if child.name == "VEVENT"] == ["VEVENT"]
    assert found.vevent.attendee.value == "mailto:a@b.fr"
    assert found.vevent.attendee.params["RSVP"] == ["FALSE"]
    assert content.count(b"BEGIN:VEVENT\r\n") == 1
    assert "\n" not in found.vevent.summary.value


def test_signs_that_mean_something_come_back_as_they_were() -> None:
    summary = 'La parole ; l\'été, à 9:00 \\ ou "pas" 😀'
    found = parsed(
        write(
            [entry(summary=summary, description="Un ;\nDeux ,\n\nTrois : \\n", attendee=Party('É "Zoé" 😀; a:b', "a@b.fr"))],
            "REQUEST",
        )
    )
    assert found.vevent.summary.value == summary
    assert found.vevent.description.value == "Un ;\nDeux ,\n\nTrois : \\n"
    assert found.vevent.attendee.params["CN"] == ["É ”Zoé” 😀; a:b"]


def test_characters_that_turn_the_reading_and_an_address_with_a_new_line_write_nothing_of_their_own() -> None:
    found = parsed(
        write(
            [entry(summary="abc\u202egpj.exe\nATTENDEE:mailto:x@y.fr", attendee=Party("a\r\nSTATUS:CANCELLED", "a@b.fr\r\nX: y"))],
            "REQUEST",
        )
    )
    assert found.vevent.summary.value == "abc gpj.exe ATTENDEE:mailto:x@y.fr"
    assert found.vevent.status.value == "CONFIRMED"
    assert len(found.vevent.attendee_list) == 1


def test_a_description_of_ten_thousand_characters_is_folded_between_characters() -> None:
    description = "é😀;" * 3_400
    assert parsed(write([entry(description=description)], "REQUEST")).vevent.description.value == description[:10_200]


def test_an_event_without_place_has_no_location() -> None:
    assert not hasattr(parsed(write([entry()], "REQUEST")).vevent, "location")


@pytest.mark.parametrize(
    ("instant", "hours"),
    [
        ("2027-03-28T00:59:59+00:00", 1),
        ("2027-03-28T01:00:00+00:00", 2),
        ("2027-10-31T00:59:59+00:00", 2),
        ("2027-10-31T01:00:00+00:00", 1),
        ("2027-03-27T12:00:00+00:00", 1),
        ("2027-07-14T12:00:00+00:00", 2),
        ("2031-03-30T01:00:00+00:00", 2),
    ],
)
def test_the_zone_that_is_sent_changes_when_paris_does(instant: str, hours: int) -> None:
    """Computed by the reader from the rules in the file, not from what it knows of `Europe/Paris`."""
    begins = datetime.fromisoformat(instant)
    content = write([entry(starts_at=begins, ends_at=begins + timedelta(hours=3))], "REQUEST")
    renamed = content.replace(b"Europe/Paris", b"Nowhere/Paris")
    found = vobject.readOne(renamed.decode())
    local = begins.astimezone(PARIS).replace(tzinfo=None)
    zone = found.vtimezone.tzinfo
    assert found.vevent.dtstart.params.get("X-VOBJ-ORIGINAL-TZID", found.vevent.dtstart.params.get("TZID"))[0] == "Nowhere/Paris"
    assert found.vevent.dtstart.value.replace(tzinfo=None) == local
    if instant != "2027-10-31T01:00:00+00:00":  # that local hour comes twice; calendars take the first one
        assert zone.utcoffset(local) == timedelta(hours=hours)
        assert found.vevent.dtend.value.astimezone(UTC) == begins + timedelta(hours=3)


def test_a_session_across_the_change_keeps_its_length() -> None:
    begins = datetime(2027, 3, 27, 22, tzinfo=PARIS)
    event = parsed(write([entry(starts_at=begins, ends_at=datetime(2027, 3, 28, 9, tzinfo=PARIS))], "REQUEST")).vevent
    assert event.dtend.value.astimezone(UTC) - event.dtstart.value.astimezone(UTC) == timedelta(hours=10)


def test_a_day_that_is_not_sure_is_a_whole_tentative_day() -> None:
    event = parsed(
        write([entry(all_day=date(2027, 1, 31), status="TENTATIVE")], "PUBLISH", Title("Agenda", "https://a.example/"))
    ).vevent
    assert (event.dtstart.value, event.dtend.value, event.status.value) == (date(2027, 1, 31), date(2027, 2, 1), "TENTATIVE")
    assert event.transp.value == "TRANSPARENT"


@given(st.lists(st.one_of(st.none(), st.sampled_from(["0:visio", "1:visio", "1:on_site"])), max_size=12), st.integers(0, 5))
def test_what_a_calendar_is_told_rises_and_ends_true(wishes: list[str | None], floor: int) -> None:
    """Whatever the order of changes: sequences only rise, nothing is said twice, the last thing said is what is true."""
    known: Told | None = None
    for wanted in wishes:
        told = rules.next_told(known, wanted, floor)
        if told is None:
            assert (known is not None and known.is_request) == (wanted is not None)
            assert known is None or not known.is_request or known.said == wanted
            continue
        assert known is None or told.sequence > known.sequence
        assert told.is_request == (wanted is not None)
        known = told


@given(st.lists(st.integers(1, 720), max_size=5), st.integers(-100, 800 * 60))
def test_a_reminder_is_never_sent_early_nor_once_it_began_nor_much_too_late(hours: list[int], minutes_before: int) -> None:
    begins = datetime(2027, 6, 1, 9, tzinfo=UTC)
    now = begins - timedelta(minutes=minutes_before)
    due = rules.due_reminder(hours, begins, now)
    if due is not None:
        assert 0 < minutes_before <= due * 60
        assert minutes_before > due * 30
        assert not [each for each in hours if minutes_before <= each * 60 and each < due]
    elif minutes_before > 0 and hours:
        assert minutes_before > min(hours) * 60 or minutes_before <= max(hours) * 30 or len(set(hours)) > 1
