"""Who gets which seat, against an oracle that tries everything."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.events.registrations import rules
from services.events.registrations.rules import Person, Pool

AUDIENCES = ("association", "elected_official", "state")
TERRITORIES = ("11", "34")
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

people = st.builds(
    Person,
    mode=st.sampled_from(["on_site", "visio"]),
    audience=st.sampled_from(AUDIENCES),
    territories=st.frozensets(st.sampled_from(TERRITORIES)),
)
parties = st.lists(people, min_size=1, max_size=4)
lists = st.lists(parties, max_size=5).map(lambda each: {UUID(int=1_000 + n): party for n, party in enumerate(each)})


@st.composite
def pools(draw: st.DrawFn, *, unlimited: bool = True) -> list[Pool]:
    """One pool open to all for each mode, perhaps, and some shares."""
    found: list[Pool] = []
    free = st.integers(0, 3) | (st.none() if unlimited else st.nothing())
    for mode in draw(st.sets(st.sampled_from(["on_site", "visio"]))):
        found.append(Pool(UUID(int=len(found) + 1), mode, draw(free)))
        for _ in range(draw(st.integers(0, 2))):
            audiences = draw(st.frozensets(st.sampled_from(AUDIENCES), min_size=1))
            codes = draw(st.frozensets(st.sampled_from(TERRITORIES)))
            share = Pool(UUID(int=len(found) + 1), mode, draw(st.integers(0, 2)), True, audiences, codes)
            found.append(share)
    return found


def _possible(party: list[Person], offered: list[Pool]) -> list[tuple[UUID | None, ...]]:
    """Every way of seating some of the party in what is free."""
    free = {pool.id: pool.free for pool in offered}
    choices = [[None, *(pool.id for pool in offered if pool.is_for(person))] for person in party]
    found = []
    for way in itertools.product(*choices):
        counts = Counter(each for each in way if each is not None)
        if all(free[pool_id] is None or count <= (free[pool_id] or 0) for pool_id, count in counts.items()):
            found.append(way)
    return found


def _seated(way: tuple[UUID | None, ...] | list[UUID | None]) -> int:
    return sum(each is not None for each in way)


@given(parties, pools())
def test_as_many_as_can_sit_do_and_as_many_of_them_as_can_sit_in_shares(party: list[Person], offered: list[Pool]) -> None:
    held = rules._best(party, offered)
    ways = _possible(party, offered)
    assert tuple(held) in ways
    assert _seated(held) == max(map(_seated, ways))
    shares = {pool.id for pool in offered if pool.is_share}
    assert sum(each in shares for each in held) == max(sum(each in shares for each in way) for way in ways)


@given(parties, pools())
def test_a_party_sits_whole_whenever_it_can_and_never_in_part(party: list[Person], offered: list[Pool]) -> None:
    given_seats = rules.seats_for(party, offered)
    assert (given_seats is not None) == any(_seated(way) == len(party) for way in _possible(party, offered))
    assert given_seats is None or tuple(given_seats) in _possible(party, offered)


@given(lists, pools(), st.booleans(), st.sets(st.integers(0, 4)))
def test_what_is_offered_is_free_and_kept_together(
    waiting: dict[UUID, list[Person]], offered: list[Pool], overtaking: bool, unconfirmed: set[int]
) -> None:
    unready = {UUID(int=1_000 + n) for n in unconfirmed}
    served = rules.serve(waiting, offered, overtaking=overtaking, unready=unready)
    taken = Counter(seat for seats in served.offers.values() for seat in seats)
    by_id = {pool.id: pool for pool in offered}
    assert all(by_id[pool_id].free is None or count <= (by_id[pool_id].free or 0) for pool_id, count in taken.items())
    assert all(len(seats) == len(waiting[key]) for key, seats in served.offers.items())
    assert all(
        by_id[seat].is_for(person) for key, seats in served.offers.items() for person, seat in zip(waiting[key], seats, strict=True)
    )
    assert not unready & served.offers.keys()
    assert list(served.offers) == [key for key in waiting if key in served.offers]


@given(lists, pools(unlimited=False))
def test_nobody_overtakes_who_could_use_the_same_seats(waiting: dict[UUID, list[Person]], offered: list[Pool]) -> None:
    """Taking away everybody behind changes nothing for who stands before, and what is left helps none of those who still wait."""
    served = rules.serve(waiting, offered, overtaking=False)
    for position, key in enumerate(waiting):
        before = dict(list(waiting.items())[: position + 1])
        assert rules.serve(before, offered, overtaking=False).offers.get(key) == served.offers.get(key)
    # Seats kept for those that did not fit, in order, plus what is left, plus what is offered, is all there is.
    left = {pool.id: pool.free for pool in offered}
    for key, party in waiting.items():
        taken = served.offers.get(key)
        free = [Pool(p.id, p.mode, left[p.id], p.is_share, p.audiences, p.territory_codes) for p in offered]
        if taken is None:
            assert rules.seats_for(party, free) is None, "who fits is served"
        for seat in taken if taken is not None else [each for each in rules._best(party, free) if each is not None]:
            left[seat] = (left[seat] or 0) - 1
    assert {pool.id: pool.free for pool in served.left} == left


@given(parties, lists, pools(unlimited=False))
def test_a_newcomer_is_seated_as_if_they_were_last_of_the_list(
    party: list[Person], waiting: dict[UUID, list[Person]], offered: list[Pool]
) -> None:
    unready = set(waiting)  # nobody is offered anything: what is left is what they could not use
    given_seats = rules.seats_for(party, rules.serve(waiting, offered, overtaking=False, unready=unready).left)
    last = UUID(int=9_999)
    assert given_seats == rules.serve({**waiting, last: party}, offered, overtaking=False).offers.get(last)


@given(lists, pools(unlimited=False))
def test_near_the_event_no_seat_stays_empty_for_who_would_fit(waiting: dict[UUID, list[Person]], offered: list[Pool]) -> None:
    served = rules.serve(waiting, offered, overtaking=True)
    assert all(rules.seats_for(party, served.left) is None for key, party in waiting.items() if key not in served.offers)


def test_two_of_a_party_change_places_so_that_both_sit() -> None:
    """The first could sit in both shares, the second in the first share only."""
    state = Pool(UUID(int=1), "on_site", 1, True, frozenset({"state", "elected_official"}))
    elected = Pool(UUID(int=2), "on_site", 1, True, frozenset({"elected_official"}))
    party = [Person("on_site", "elected_official"), Person("on_site", "state")]
    assert rules.seats_for(party, [state, elected]) == [elected.id, state.id]


def test_the_group_at_the_head_keeps_seats_that_are_too_few_for_it() -> None:
    two = [Pool(UUID(int=1), "on_site", 2)]
    person = Person("on_site", "association")
    waiting = {UUID(int=9): [person] * 3, UUID(int=10): [person]}
    assert rules.serve(waiting, two, overtaking=False).offers == {}
    assert list(rules.serve(waiting, two, overtaking=True).offers) == [UUID(int=10)]


@given(st.integers(1, 336), st.none() | st.integers(1, 500), st.none() | st.integers(1, 500))
def test_an_offer_ends_with_its_hours_and_never_after_the_registrations_or_the_beginning(
    hours: int, closes: int | None, begins: int | None
) -> None:
    ends = [None if each is None else NOW + timedelta(hours=each) for each in (closes, begins)]
    end = rules.offer_ends(NOW, hours, *ends)
    assert end == min([NOW + timedelta(hours=hours), *(each for each in ends if each is not None)])
