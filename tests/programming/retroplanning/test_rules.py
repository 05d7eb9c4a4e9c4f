"""The calendar computed backwards."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.retroplanning.conflicts import plan
from services.programming.retroplanning.rules import Durations, Facts, Funder, Plan, Sitting, Step, latest_days
from services.programming.retroplanning.vocabulary import StepKind, StepSource, StepStatus
from services.programming.retroplanning.working_days import ClosedPeriod, WorkingDays

DAYS = WorkingDays()
DEPARTMENT, STATE = UUID(int=1), UUID(int=2)
TODAY = date(2026, 10, 1)
CALLED = Facts(today=TODAY, opens_on=date(2026, 11, 2), closes_on=date(2027, 1, 15), promise_on=date(2027, 4, 15))


def department(*sittings: tuple[date, int]) -> Funder:
    return Funder(DEPARTMENT, "Département", [Sitting(*each) for each in sittings])


def codes(found: Plan) -> list[str]:
    return [each.code for each in found.conflicts]


SITTINGS = st.lists(
    st.builds(Sitting, st.dates(date(2027, 1, 1), date(2028, 6, 30)), st.integers(0, 60)),
    max_size=4,
    unique_by=lambda s: s.meets_on,
).map(lambda found: sorted(found, key=lambda s: s.meets_on))
FUNDERS = st.lists(
    st.builds(Funder, st.uuids(), st.just("F"), SITTINGS, st.booleans()), max_size=3, unique_by=lambda funder: funder.id
)
COUNTS = st.integers(0, 40)
DURATIONS = st.builds(Durations, *[COUNTS] * 9)
CALENDARS = st.builds(
    WorkingDays,
    st.lists(
        st.builds(
            lambda start, length: ClosedPeriod("Fermeture", start, start + timedelta(days=length)),
            st.dates(date(2026, 6, 1), date(2028, 6, 1)),
            st.integers(0, 40),
        ),
        max_size=3,
    ).map(tuple),
    st.booleans(),
)
FACTS = st.builds(
    Facts,
    today=st.dates(date(2026, 6, 1), date(2027, 12, 31)),
    opens_on=st.dates(date(2026, 9, 1), date(2026, 11, 30)),
    closes_on=st.dates(date(2026, 12, 1), date(2027, 2, 28)),
    promise_on=st.dates(date(2027, 2, 1), date(2027, 12, 31)),
    funders=FUNDERS,
    technical_on=st.none() | st.dates(date(2027, 2, 1), date(2027, 6, 30)),
    steering_on=st.none() | st.dates(date(2027, 2, 1), date(2027, 6, 30)),
)


@given(FACTS, DURATIONS, CALENDARS)
def test_last_days_are_in_the_order_of_the_steps_and_worked(facts: Facts, durations: Durations, days: WorkingDays) -> None:
    steps = plan(facts, durations, days).steps
    assert [step.latest_on for step in steps] == sorted(step.latest_on for step in steps)
    assert [step.kind for step in steps] == sorted((step.kind for step in steps), key=list(StepKind).index)
    # An assembly meets when it meets; all else is on days people work.
    assert all(days.is_worked(step.latest_on) for step in steps if step.kind is not StepKind.ASSEMBLY)


@given(FACTS, DURATIONS, CALENDARS, st.integers(1, 60))
def test_a_later_promise_never_makes_a_margin_smaller(facts: Facts, durations: Durations, days: WorkingDays, count: int) -> None:
    later = replace(facts, promise_on=days.after(facts.promise_on, count))
    before = {(step.kind, step.funder_id): step for step in plan(facts, durations, days).steps}
    for step in plan(later, durations, days).steps:
        former = before[step.kind, step.funder_id]
        assert step.planned_on == former.planned_on
        assert step.latest_on >= former.latest_on
        if step.margin_days is not None and former.margin_days is not None:
            assert step.margin_days >= former.margin_days
        assert step.late_days <= former.late_days


@given(FACTS, DURATIONS, CALENDARS)
def test_planned_days_leave_each_period_its_time(facts: Facts, durations: Durations, days: WorkingDays) -> None:
    """Where nothing is dated for real, what is computed forwards is possible, and never in the past."""
    free = replace(facts, technical_on=None, steering_on=None)
    steps: dict[StepKind, Step] = {
        step.kind: step for step in plan(free, durations, days).steps if step.kind is not StepKind.ASSEMBLY
    }
    for first, second, wanted in (
        (StepKind.COMPLETION, StepKind.REVIEW, durations.review),
        (StepKind.REVIEW, StepKind.TECHNICAL_COMMITTEE, durations.papers),
        (StepKind.TECHNICAL_COMMITTEE, StepKind.STEERING_COMMITTEE, durations.between_committees),
    ):
        start, end = steps[first].planned_on, steps[second].planned_on
        assert start is not None
        assert end is not None
        assert days.between(start, end) >= wanted
        assert end >= facts.today


def test_each_last_day_is_the_one_after_it_less_its_period() -> None:
    found = latest_days(replace(CALLED, funders=[department((date(2027, 3, 29), 20))]), Durations(), DAYS)
    assert found.common == {
        StepKind.ANSWER: date(2027, 4, 15),
        StepKind.NOTIFICATION: date(2027, 4, 12),
        # The assembly of 29 March takes files on the 9th; two days are for the minutes.
        StepKind.STEERING_COMMITTEE: date(2027, 3, 5),
        StepKind.TECHNICAL_COMMITTEE: date(2027, 2, 24),
        StepKind.REVIEW: date(2027, 2, 18),
        StepKind.COMPLETION: date(2027, 1, 28),
        StepKind.CLOSING: date(2027, 1, 18),
        StepKind.OPENING: date(2026, 12, 3),
        StepKind.INFORMATION: date(2026, 11, 19),
    }


def test_files_due_before_the_committee_are_said_with_the_two_ways_out() -> None:
    facts = replace(
        CALLED,
        promise_on=date(2027, 3, 26),
        funders=[department((date(2027, 3, 12), 21), (date(2027, 4, 16), 20))],
        technical_on=date(2027, 2, 15),
        steering_on=date(2027, 2, 25),
    )
    found = plan(facts, Durations(), DAYS)
    (conflict,) = [each for each in found.conflicts if each.code == "files_due_before_committee"]
    assert conflict.said == (
        "L'assemblée de Département du 12/03/2027 exige les dossiers le 19/02/2027, avant le comité de pilotage du 25/02/2027."
    )
    assert "au 17/02/2027 au plus tard" in conflict.advice
    assert "l'assemblée du 16/04/2027" in conflict.advice
    (assembly,) = [step for step in found.steps if step.kind is StepKind.ASSEMBLY]
    assert (assembly.latest_on, assembly.planned_on) == (date(2027, 3, 12), date(2027, 4, 16))
    assert assembly.status is StepStatus.LATE
    assert assembly.margin_days is not None
    assert assembly.margin_days < 0
    assert "answer_after_promise" in codes(found)


def test_a_funder_without_any_assembly_in_time_makes_its_step_impossible() -> None:
    found = plan(replace(CALLED, funders=[department((date(2027, 6, 18), 10))]), Durations(), DAYS)
    (assembly,) = [step for step in found.steps if step.kind is StepKind.ASSEMBLY]
    assert assembly.status is StepStatus.IMPOSSIBLE
    assert "no_assembly_in_time" in codes(found)


def test_a_funder_that_decides_alone_has_no_assembly_and_one_that_said_nothing_is_asked() -> None:
    alone, silent = Funder(STATE, "État", decides_alone=True), Funder(DEPARTMENT, "Département")
    found = plan(replace(CALLED, funders=[alone, silent]), Durations(), DAYS)
    assert [step.funder_id for step in found.steps if step.funder_id] == [DEPARTMENT]
    (unknown,) = [each for each in found.conflicts if each.code == "assembly_unknown"]
    assert (unknown.funder_id, unknown.blocking) == (DEPARTMENT, False)


def test_what_should_be_done_already_is_late_and_says_since_when() -> None:
    found = plan(replace(CALLED, today=date(2027, 4, 14)), Durations(), DAYS)
    by_kind = {step.kind: step for step in found.steps}
    assert by_kind[StepKind.CLOSING].status is StepStatus.LATE
    assert by_kind[StepKind.NOTIFICATION].late_days == 2
    assert "overdue" in codes(found)
    done = {kind: date(2027, 1, 15) for kind in StepKind}
    assert codes(plan(replace(CALLED, today=date(2027, 4, 14), done=done), Durations(), DAYS)) == []


def test_assemblies_nobody_recorded_are_one_alert_with_all_that_comes_of_it() -> None:
    """Eight funders said nothing: the days supposed for them make steps late that would not be."""
    silent = [Funder(UUID(int=n), f"Financeur {n}") for n in range(1, 9)]
    called = dict.fromkeys((StepKind.INFORMATION, StepKind.OPENING, StepKind.CLOSING), date(2027, 1, 15))
    here = replace(CALLED, today=date(2027, 2, 15), done=called)
    assert codes(plan(here, Durations(), DAYS)) == []
    found = plan(replace(here, funders=silent), Durations(), DAYS)
    assert [step.kind for step in found.steps if step.late_days] == [StepKind.COMPLETION]
    (unknown,) = found.conflicts
    assert (unknown.code, unknown.blocking, len(unknown.funder_ids)) == ("assembly_unknown", True, 8)
    assert "Fin des compléments" in unknown.said
    assert "après la promesse" in unknown.said
    # What is late for another reason is still said beside it.
    late = plan(replace(CALLED, today=date(2027, 4, 14), funders=silent), Durations(), DAYS)
    assert codes(late).count("overdue") == 1
    overdue = next(each for each in late.conflicts if each.code == "overdue")
    assert "Sont en retard avec elle" in overdue.said


@pytest.mark.parametrize(("day", "why"), [(date(2027, 3, 29), "Lundi de Pâques"), (date(2027, 3, 27), "samedi")])
def test_a_committee_on_a_day_nobody_works_is_told(day: date, why: str) -> None:
    found = plan(replace(CALLED, steering_on=day, technical_on=date(2027, 3, 1)), Durations(), DAYS)
    (conflict,) = [each for each in found.conflicts if each.code == "not_a_worked_day"]
    assert why in conflict.said
    assert conflict.step is StepKind.STEERING_COMMITTEE


def test_committees_too_close_to_each_other_are_told() -> None:
    found = plan(replace(CALLED, technical_on=date(2027, 3, 1), steering_on=date(2027, 3, 3)), Durations(), DAYS)
    (conflict,) = [each for each in found.conflicts if each.code == "too_short"]
    assert "2 jours ouvrés" in conflict.said
    assert "10/03/2027" in conflict.advice
    steering = next(step for step in found.steps if step.kind is StepKind.STEERING_COMMITTEE)
    assert (steering.planned_on, steering.source) == (date(2027, 3, 3), StepSource.COMMITTEE)
