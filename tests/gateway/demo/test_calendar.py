"""The year holds together: nothing happens before what it follows, nor on a day when nobody works."""

from itertools import pairwise

from gateway.demo import calendar
from gateway.demo.calendar import dates_of
from gateway.demo.carcassonne import dossiers


def test_milestones_follow_one_another() -> None:
    road = [
        calendar.PREPARED,
        calendar.OPENED,
        calendar.CONVENED,
        calendar.CLOSES,
        calendar.INSTRUCTION,
        calendar.AGENDA_SENT,
        calendar.TECHNICAL,
        calendar.STEERING_AGENDA_SENT,
        calendar.STEERING,
        calendar.MINUTES_SIGNED,
        calendar.READ_BACK,
    ]
    assert all(before < after for before, after in pairwise(road))


def test_every_dossier_walks_the_road_in_order() -> None:
    plans = dossiers()
    found = dates_of(plans)
    for plan in plans:
        dates = found[plan.key]
        assert dates.reviewed.keys() == dates.notified.keys() == {request.funder_key for request in plan.requests}
        assert calendar.CONVENED < dates.submitted <= calendar.CLOSES
        assert dates.submitted < dates.admitted < min(dates.reviewed.values())
        assert max(dates.reviewed.values()) < calendar.AGENDA_SENT
        assert min(dates.notified.values()) > calendar.STEERING
        assert max(dates.notified.values()) < calendar.READ_BACK
        moments = [dates.submitted, dates.admitted, *dates.reviewed.values(), *dates.notified.values()]
        assert all(moment.weekday() < 5 for moment in moments)


def test_dossiers_gather_towards_the_deadline() -> None:
    moments = [dates.submitted for dates in dates_of(dossiers()).values()]
    middle = calendar.OPENED + (calendar.CLOSES - calendar.OPENED) / 2
    assert sum(moment > middle for moment in moments) > 60
    assert max(moments).date() == calendar.CLOSES.date()
    assert len({moment.date() for moment in moments}) > 20
