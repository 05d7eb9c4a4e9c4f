"""Attendance figures: exact for organisers, nobody pointed at for everybody else."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from services.common.ids import new_id
from services.events.statistics import exports, rules
from services.events.statistics.schemas import AttendanceFigures, AttendanceStatistics, Dimension
from tests.events.attendance.desk import begins, come, said, scan, sitting, stay, validate
from tests.events.world import World, attendee, registration

pytestmark = pytest.mark.anyio


async def figures(world: World, by: str = "audience", who: Any = None, **asked: str) -> dict[str, Any]:
    params = {"by": by, "since": "2020-01-01", "until": "2030-01-01", **asked}
    path = f"/networks/{world.network_id}/statistics"
    body: dict[str, Any] = (await world.call(who, "GET", path, params=params, expect=200)).json()
    return body


def line(found: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in found["items"] if each["key"] == key)


async def filled(world: World) -> dict[str, Any]:
    """Four associations, one of them for two events, a State officer by visio, somebody who waits."""
    first = await world.opened(5, visio=True, theme_codes=["participation"])
    again = f"fidele{new_id().hex[-8:]}@example.fr"
    for event in (first, await world.opened(1, format="site_visit", days=60)):
        wish = registration(again, attendee("Fidèle", territory_code="QP011002"))
        await world.call(world.participant, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)
    for _ in range(3):
        await world.register(first, attendee(territory_code="34"))
    await world.register(first, attendee(audience="state", mode="visio"))
    return first


async def test_organisers_read_exact_figures(world: World) -> None:
    await filled(world)
    found = await figures(world, who=world.organiser)
    assert (found["exact"], found["presence_known"]) == (True, False)
    total = found["total"]
    assert (total["registered"], total["seated"], total["people"], total["events"]) == (6, 6, 5, 2)
    assert (total["present"], total["hours"]) == (None, None)
    associations = line(found, "association")
    assert (associations["label"], associations["registered"], associations["people"]) == ("Associations", 5, 4)
    assert line(found, "state")["people"] == 1


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        ("mode", {"on_site": 5, "visio": 1}),
        ("format", {"journee": 5, "site_visit": 1}),
        ("theme", {"lien-social": 5, "participation": 5, "": 1}),
        ("departement", {"11": 2, "34": 3, "": 1}),
        ("qpv", {"QP011002": 2, "": 4}),
        ("region", {"REG-76": 5, "": 1}),
    ],
)
async def test_each_dimension_counts_what_it_says(world: World, by: str, counts: dict[str, int]) -> None:
    await filled(world)
    found = await figures(world, by, who=world.organiser)
    assert {each["key"]: each["registered"] for each in found["items"]} == counts
    assert found["overlapping"] is (by == "theme")


async def test_everybody_else_is_shown_no_figure_under_three_people(world: World) -> None:
    await filled(world)
    for who in (None, world.participant, world.neighbour):
        found = await figures(world, who=who)
        assert not found["exact"]
        state, associations = line(found, "state"), line(found, "association")
        assert (state["registered"], state["people"], state["withheld"]["people"]) == (None, None, "<3")
        assert associations["withheld"]["people"] == "n.c.", "the total less it would give the other away"


async def test_who_cancelled_waits_or_is_elsewhere_is_counted_as_what_they_are(world: World) -> None:
    event = await world.opened(1)
    seated = await world.register(event)
    await world.register(event)
    found = (await figures(world, who=world.organiser))["total"]
    assert (found["registered"], found["seated"]) == (2, 1)
    await world.call(None, "POST", f"{world.link(seated)}/cancellation", expect=201)
    assert (await figures(world, who=world.organiser))["total"]["registered"] == 1
    assert (await figures(world, who=world.organiser, until="2020-12-31"))["items"] == []


async def test_presence_is_counted_as_it_was_validated(world: World) -> None:
    """A cycle of three days, the second cancelled: scans count for nothing until the organiser validates them."""
    event = await world.opened(5, sessions=3)
    whole, partly, absent = [await world.register(event, attendee(name)) for name in ("A", "B", "C")]
    path = sitting(event, 2)
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Neige."}, expect=201)
    come(world, event, 1)
    for each in (whole, partly):
        await scan(world, event, each)
    come(world, event, 1, hours=9)
    found = await figures(world, who=world.organiser)
    assert (found["presence_known"], found["total"]["present"], found["total"]["hours"]) == (False, None, None)
    await validate(world, event, 1)
    come(world, event, 3, hours=9)
    items = [said(whole, state="present", minutes=120), said(partly, state="absent"), said(absent, state="excused")]
    await validate(world, event, 3, items=items)
    found = await figures(world, who=world.organiser)
    assert (found["presence_known"], found["total"]["registered"], found["total"]["present"]) == (True, 3, 2)
    assert found["total"]["hours"] == 18, "eight hours each on the first day, two on the third, none on the second"


async def test_who_came_without_a_seat_or_after_cancelling_is_counted_as_present(world: World) -> None:
    event = await world.opened(3)
    await world.register(event, attendee("Absente"))
    late = await world.register(event, attendee("Revenue"))
    come(world, event, minutes=-30)
    await world.call(None, "POST", f"{world.link(late)}/cancellation", expect=201)
    come(world, event, minutes=5)
    await stay(world, event, late, begins(event), begins(event) + timedelta(hours=8))
    for number in range(2):
        wish = {"given_name": "Sans", "family_name": f"Inscription {number}", "audience": "resident"}
        await world.call(world.organiser, "POST", f"{sitting(event)}/walk-ins", json=wish, expect=201)
    come(world, event, hours=9)
    await validate(world, event)
    found = await figures(world, who=world.organiser)
    assert (found["total"]["registered"], found["total"]["seated"], found["total"]["present"]) == (3, 3, 3)
    assert line(found, "resident")["present"] == 2


async def test_tables_say_the_same_and_hold_no_formula(world: World) -> None:
    await filled(world)
    params = {"by": "audience", "since": "2020-01-01", "until": "2030-01-01"}
    path = f"/networks/{world.network_id}/statistics"
    text = (await world.call(None, "GET", f"{path}.csv", params=params, expect=200)).content.decode()
    rows = {row[1]: row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")}
    assert rows["state"][3:] == ["<3", "<3", "", "", "<3"]
    book = (await world.call(world.organiser, "GET", f"{path}.xlsx", params=params, expect=200)).content
    sheet = CalamineWorkbook.from_object(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert ["Services de l'État", "state", 1.0, 1.0, 1.0, "", "", 1.0] in [row[:8] for row in sheet]
    formula = AttendanceFigures(key="=1+1", label="=cmd()", events=1, registered=4, seated=4, present=4, hours=1.0, people=4)
    written = AttendanceStatistics.model_validate({**(await figures(world)), "items": [formula.model_dump()]})
    assert "'=cmd();'=1+1" in exports.as_csv(written).decode()
    cells = CalamineWorkbook.from_object(io.BytesIO(exports.as_xlsx(written))).get_sheet_by_index(0).to_python()
    assert cells[1][:2] == ["=cmd()", "=1+1"]


async def test_a_period_out_of_order_is_refused(world: World) -> None:
    path = f"/networks/{world.network_id}/statistics"
    params = {"since": "2027-02-01", "until": "2027-01-01"}
    await world.refused(None, "GET", path, 422, "malformed-request", params=params)
    await world.refused(None, "GET", f"/networks/{new_id()}/statistics", 404, "not-found")


def _count(people: list[tuple[int, str]]) -> rules.Count:
    event = {"id": new_id()}
    count = rules.Count(Dimension.AUDIENCE, [event], None)
    for person, audience in people:
        count.add(
            {"id": new_id(), "event_id": event["id"], "audience": audience, "stands": True, "seated": True, "person": str(person)}
        )
    return count


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "b", "c", "d"])), max_size=40))
def test_no_public_figure_is_one_or_two_nor_found_by_subtraction(people: list[tuple[int, str]]) -> None:
    total, lines = rules.public(*_count(people).figures({}))
    for each in (total, *lines):
        assert not [name for name in ("registered", "seated", "people") if getattr(each, name) in {1, 2}]
    for measure in ("registered", "seated"):
        gaps = [each for each in lines if getattr(each, measure) is None]
        assert len(gaps) != 1 or len(lines) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "b", "c"])), max_size=40))
def test_lines_add_up_to_the_total(people: list[tuple[int, str]]) -> None:
    total, lines = _count(people).figures({})
    assert sum(each.registered or 0 for each in lines) == total.registered == len(people)
    assert total.people == len({person for person, _ in people})


async def test_presence_is_what_was_validated(world: World) -> None:
    event = await world.opened(days=1)
    came, absent = await world.register(event), await world.register(event)
    world.at(event["sessions"][0]["ends_at"])
    world.running.clock.forward(minutes=1)
    path = f"/events/{event['id']}/sessions/{event['sessions'][0]['id']}/presence"
    items = [{"attendee_id": came["attendees"][0]["id"], "state": "present", "minutes": 90}]
    items.append({"attendee_id": absent["attendees"][0]["id"], "state": "absent"})
    await world.change(world.organiser, "POST", f"{path}/validation", of=path, json={"items": items}, expect=201)
    found = await figures(world, who=world.organiser)
    assert found["presence_known"]
    assert (line(found, "association")["present"], line(found, "association")["hours"]) == (1, 1.5)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.none() | st.integers(0, 480)), max_size=40))
def test_who_was_there_is_counted_with_their_minutes_whatever_became_of_their_seat(
    people: list[tuple[bool, bool, int | None]],
) -> None:
    event, ids = {"id": new_id()}, [new_id() for _ in people]
    known = {each: minutes for each, (_, _, minutes) in zip(ids, people, strict=True) if minutes is not None}
    count = rules.Count(Dimension.AUDIENCE, [event], known)
    for each, (stands, seated, _) in zip(ids, people, strict=True):
        row = {"id": each, "event_id": event["id"], "audience": "state", "person": str(each)}
        count.add({**row, "stands": stands, "seated": stands and seated})
    total, _ = count.figures({})
    assert (total.present, total.hours) == (len(known), round(sum(known.values()) / 60, 2))
    assert (total.registered, total.seated) == (sum(each[0] for each in people), sum(each[0] and each[1] for each in people))
