"""Figures of what people do around dossiers and in sessions."""

from dataclasses import replace
from datetime import date

from gateway.demo import calendar
from gateway.demo.carcassonne import dossiers
from gateway.demo.daily_figures import DailyAnswers, daily_faults, daily_summary
from gateway.demo.data.questions import AMENDED_FORM, ANSWERS, FIRST_ANSWERS, FORM
from gateway.demo.reminders import reminders_among
from gateway.demo.sessions import adjourned_of

PAPER = {"kind": "minutes", "edition": 1, "is_pdf": True}
WHOLE = DailyAnswers(
    change_requests=[{"status": "answered"}],
    renewals=[{"renews_id": "d", "submitted_at": "2027-11-23T10:00:00+01:00"}],
    papers=[PAPER, {**PAPER, "edition": None}, {**PAPER, "kind": "agenda", "edition": None}],
    deports=[{"withdrawn_at": None}, {"withdrawn_at": "2027-01-28T10:00:00+01:00"}],
    collaborators=[{"status": "active"}, {"status": "invited"}],
    scenarios=[{}, {}],
    reminders=3,
)


def test_what_counts_is_what_went_to_its_end() -> None:
    said = {"changes_requested": 1, "renewals": 1, "minutes": 1, "deports": 1, "collaborators": 1, "scenarios": 2, "reminders": 3}
    assert daily_summary(WHOLE) == said
    assert daily_faults(WHOLE) == []


def test_what_did_not_happen_or_by_half_is_said() -> None:
    half = replace(
        WHOLE,
        change_requests=[{"status": "answered"}, {"status": "open"}],
        renewals=[{"renews_id": "d", "submitted_at": None}],
        papers=[PAPER, {**PAPER, "is_pdf": False}],
        reminders=0,
    )
    assert daily_faults(half) == [
        "aucun dossier n’a été renouvelé",
        "aucun rappel n’est parti",
        "1 compléments demandés sans réponse",
        "1 ordres du jour ou procès-verbaux ne se lisent pas",
    ]


def test_reminders_are_known_by_their_subjects() -> None:
    subjects = ["Bilan à déposer avant le 30/06/2028 – A", "Compléments attendus – dossier A", "Compléments demandés – dossier A"]
    assert reminders_among(subjects) == 2
    assert reminders_among([*subjects, "À faire : 3 cette semaine", "À faire sans attendre : Donner le visa"]) == 4


def test_everybody_answers_every_question_of_the_form_they_submit_under() -> None:
    assert set(FIRST_ANSWERS) == set(FORM["form"]["required"])
    assert set(ANSWERS) == set(AMENDED_FORM["form"]["required"]) > set(FIRST_ANSWERS)


def test_changes_are_asked_and_answered_on_working_days_before_the_dossier_goes_on() -> None:
    friday = calendar.changes_from(date(2026, 11, 20))
    assert (friday.asked.date(), friday.answered.date()) == (date(2026, 11, 23), date(2026, 11, 24))
    assert friday.asked < friday.reminded < friday.answered
    for plan, dates in calendar.dates_of(dossiers(40)).items():
        first = calendar.changes_from(dates.submitted.date())
        assert dates.submitted < first.asked < first.answered < dates.admitted, plan
        second = calendar.changes_from(dates.admitted.date())
        assert dates.admitted < second.asked < second.answered < min(dates.reviewed.values()), plan


def test_the_request_that_waits_is_the_last_answered_of_those_told_one_by_one() -> None:
    plans = dossiers(20)
    dates = calendar.dates_of(plans)
    key, funder = adjourned_of(plans, dates)
    assert funder not in calendar.BULK_NOTIFIED
    assert all(
        dates[plan.key].notified[request.funder_key] <= dates[key].notified[funder]
        for plan in plans
        for request in plan.requests
        if request.funder_key not in calendar.BULK_NOTIFIED
    )
