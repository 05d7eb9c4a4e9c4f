"""The years after the votes hold together: each act after those it follows, on days people work."""

from datetime import date
from itertools import pairwise

import pytest

from gateway.demo import calendar, later
from gateway.demo.carcassonne import dossiers
from gateway.demo.data.habits import HABITS


def test_milestones_follow_one_another() -> None:
    roads = [
        [
            calendar.READ_BACK,
            later.ACCOUNTS_PROPOSED,
            later.AGREEMENTS_DRAFTED,
            later.ACCOUNTS_CONFIRMED,
            later.AGREEMENTS_SIGNED_BY_HOLDERS,
            later.AGREEMENTS_IN_FORCE,
            later.AMENDMENT_DRAFTED,
            later.AMENDMENT_SIGNED,
        ],
        [
            later.CPOS_DRAWN_UP,
            later.CPOS_APPROVED,
            later.CPOS_SIGNED,
            later.NEXT_CALL_PREPARED,
            later.NEXT_CALL_OPENED,
            later.TRANCHES_SUBMITTED,
            later.NEXT_CALL_CLOSES,
            later.TRANCHES_NOTIFIED,
            later.TRANCHES_COMMITTED,
            later.TRANCHES_PAID,
            later.YEARLY_REPORTS_SUBMITTED,
            later.YEARLY_REPORTS_ACCEPTED,
            later.NEXT_TRANCHES_CONFIRMED,
            later.LAST_PUBLICATION,
            later.ALL_READ,
        ],
    ]
    for road in roads:
        assert all(before < after for before, after in pairwise(road))
        assert all(instant.weekday() < 5 for instant in road)


@pytest.mark.parametrize("required", [False, True])
def test_money_is_asked_for_and_paid_after_it_is_committed(required: bool) -> None:
    plans = dossiers()
    for dates in calendar.dates_of(plans).values():
        for funder_key, notified in dates.notified.items():
            committed = later.committed_at(funder_key, agreement_required=required)
            assert committed > (later.AGREEMENTS_IN_FORCE if required else later.ACCOUNTS_CONFIRMED)
            paid = later.paid_at(funder_key, notified, committed)
            assert len(paid) == HABITS[funder_key].parts
            assert all(before < after for before, after in pairwise([committed, *paid]))
            assert all(day.weekday() in {3, 4} for day in paid)
            asking = later.asked_at(paid[0])
            if HABITS[funder_key].on_request:
                assert committed < asking.asked < asking.refused < asking.asked_again < paid[0]


def test_most_are_paid_within_sixty_days() -> None:
    waits = []
    for dates in calendar.dates_of(dossiers()).values():
        for funder_key, notified in dates.notified.items():
            committed = later.committed_at(funder_key, agreement_required=False)
            waits.append((later.paid_at(funder_key, notified, committed)[0] - notified).days)
    assert sum(wait <= 60 for wait in waits) > 0.95 * len(waits)
    assert min(waits) > 30


def test_bilans_arrive_from_january_to_june_and_one_is_late() -> None:
    funders = [(plan.key, [request.funder_key for request in plan.requests]) for plan in dossiers()]
    found = later.bilans_of(funders)
    days = [dates.submitted.date() for dates in found.values()]
    assert min(days) >= date(2028, 1, 10)
    assert [day for day in days if day > date(2028, 6, 30)] == [date(2028, 7, 12)]
    for key, funder_keys in funders:
        dates = found[key]
        assert dates.accepted.keys() == dates.settled.keys() == set(funder_keys)
        assert all(
            dates.submitted < dates.accepted[each] < dates.settled[each] < later.YEARLY_REPORTS_SUBMITTED for each in funder_keys
        )


def test_a_handful_of_bilans_are_all_in_time() -> None:
    assert all(
        dates.submitted.date() <= date(2028, 6, 30) for dates in later.bilans_of([("d001", ["etat"]), ("d002", [])]).values()
    )
    assert later.bilans_of([]) == {}


@pytest.mark.parametrize(
    ("day", "next_thursday"),
    [
        (date(2027, 4, 22), date(2027, 4, 22)),
        (date(2027, 4, 23), date(2027, 4, 29)),
        (date(2027, 5, 3), date(2027, 5, 7)),  # the sixth is Ascension Day
    ],
)
def test_accountants_pay_on_thursdays(day: date, next_thursday: date) -> None:
    assert later.pay_day(day) == next_thursday
