"""The laws of an agreement, whatever is done to it."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.cpos import life, rules
from services.programming.cpos.life import Breach, Change, Entered, Refused, State, Tranche
from services.programming.cpos.models import CpoStatus, TrancheState
from services.programming.cpos.schemas import SplitWrite, TrancheStatus
from tests.programming.laws import law

YEARS = [2026, 2027, 2028]
FUNDERS = ["a", "b", "c"]

days = st.dates(date(2015, 1, 1), date(2060, 12, 31))
cents = st.integers(1, 10**9)
drafts = st.lists(st.tuples(st.sampled_from(FUNDERS), st.sampled_from(YEARS), cents, st.booleans()), min_size=1, max_size=9)
acts = st.lists(
    st.tuples(
        st.sampled_from(["confirm", "suspend", "resume", "terminate", "withdraw", "amend", "add", "drop", "move"]),
        st.integers(0, 20),
        cents,
        st.sampled_from(YEARS),
        st.sampled_from(FUNDERS),
    ),
    max_size=25,
)


def drawn(draft: list[tuple[str, int, int, bool]]) -> list[Tranche]:
    unique = {(funder, year): (amount, firm) for funder, year, amount, firm in draft}
    return [
        Tranche(f"t{i}", year, funder, "line", amount, firm or year == YEARS[0])
        for i, ((funder, year), (amount, firm)) in enumerate(unique.items())
    ]


def step(state: State, name: str, which: int, amount: int, year: int, funder: str, number: int) -> State:
    ids = sorted(state.tranches)
    tranche = ids[which % len(ids)]
    # What is confirmed for the first year is in its dossier, with half of it committed.
    entered = {
        one.id: Entered(one.amount_cents // 2)
        for one in state.living
        if one.state is TrancheState.CONFIRMED and one.year == YEARS[0]
    }
    possible: dict[str, Callable[[], State]] = {
        "confirm": lambda: life.confirm(state, tranche, amount),
        "suspend": lambda: life.suspend(state),
        "resume": lambda: life.resume(state),
        "terminate": lambda: life.terminate(state, year),
        "withdraw": lambda: life.withdraw(state, funder, year),
        "amend": lambda: life.amend(state, [Change(tranche, amount_cents=amount)], entered, YEARS),
        "add": lambda: life.amend(state, [Change(f"n{number}", year, funder, "line", amount)], entered, YEARS),
        "drop": lambda: life.amend(state, [Change(tranche, drop=True)], entered, YEARS),
        "move": lambda: life.amend(state, [Change(tranche, year=year, funder_id=funder)], entered, YEARS),
    }
    after = possible[name]()
    for one in entered:
        assert after.tranches[one].amount_cents >= entered[one].floor_cents
        assert after.tranches[one].state is TrancheState.CONFIRMED
    return after


@law
@given(drafts, acts)
def test_the_total_is_the_sum_of_the_tranches_and_the_journal_tells_it_all(
    draft: list[tuple[str, int, int, bool]], sequence: list[tuple[str, int, int, int, str]]
) -> None:
    journal = []
    state = State()
    for act in (
        lambda s: life.draw_up(s, drawn(draft)),
        life.approve,
        lambda s: life.draw_up(s, drawn(draft[::-1])),
        life.approve,
        lambda s: life.sign(s, YEARS[0]),
    ):
        after = act(state)
        journal.append(life.difference(state, after))
        state = after
    for number, (name, which, amount, year, funder) in enumerate(sequence):
        try:
            after = step(state, name, which, amount, year, funder, number)
        except Refused:
            continue
        journal.append(life.difference(state, after))
        state = after
        assert state.total_cents == sum(one.amount_cents for one in state.living) >= 0
        assert len({(one.funder_id, one.year) for one in state.living}) == len(state.living)
    assert life.replay(journal) == state


@law
@given(drafts, st.integers(0, 8), st.integers(1, 1000))
def test_a_journal_that_contradicts_itself_is_not_believed(draft: list[tuple[str, int, int, bool]], which: int, more: int) -> None:
    state = life.draw_up(State(), drawn(draft))
    line = life.difference(State(), state)
    tranche = line["tranches"][f"t{which % len(state.tranches)}"]
    tranche["amount_cents"] = [None, tranche["amount_cents"][1] + more]
    with pytest.raises(ValueError, match="add up"):
        life.replay([line])
    with pytest.raises(ValueError, match="the journal says"):
        life.replay([{"status": ["signed", "in_force"]}])


@law
@given(days, st.integers(2, 5))
def test_years_follow_one_another_without_a_day_lost(starts_on: date, count: int) -> None:
    years = rules.years_of(starts_on, count)
    assert (years[0].first, len(years)) == (starts_on, count)
    assert [year.year for year in years] == list(range(starts_on.year, starts_on.year + count))
    for one, following in pairwise(years):
        assert following.first == one.last + timedelta(days=1)
    assert all(365 <= (year.last - year.first).days + 1 <= 366 for year in years)


def test_leap_years_keep_their_day() -> None:
    years = rules.years_of(date(2028, 2, 29), 5)
    assert [(year.first, year.last) for year in years] == [
        (date(2028, 2, 29), date(2029, 2, 27)),
        (date(2029, 2, 28), date(2030, 2, 27)),
        (date(2030, 2, 28), date(2031, 2, 27)),
        (date(2031, 2, 28), date(2032, 2, 28)),
        (date(2032, 2, 29), date(2033, 2, 27)),
    ]
    whole = rules.years_of(date(2027, 1, 1), 3)
    assert [(year.last - year.first).days + 1 for year in whole] == [365, 366, 365]


@law
@given(st.integers(1, 10**12), st.integers(2, 5), st.lists(st.integers(0, 100), min_size=5, max_size=5))
def test_a_total_split_over_the_years_adds_up_to_the_cent(total: int, count: int, weights: list[int]) -> None:
    given_weights = weights[:count] if any(weights[:count]) else []
    funder = uuid4()
    split = SplitWrite(funder_id=funder, budget_line="line", total_cents=total, weights=given_weights)
    plan = rules.Plan("Z", {}, date(2027, 9, 1), count, [funder], [], [split], total, [], [], [], [])
    tranches = rules.tranches_of(plan)
    assert sum(tranche.amount_cents for tranche in tranches) == total
    assert all(tranche.firm == (tranche.year == 2027) for tranche in tranches)
    assert all(2027 <= tranche.year < 2027 + count for tranche in tranches)


def test_time_brings_it_into_force_and_to_its_end() -> None:
    first, last = date(2027, 1, 1), date(2029, 12, 31)
    days = [date(2026, 12, 31), first, last, date(2030, 1, 1)]
    told = [rules.status_at(CpoStatus.SIGNED, first, last, day) for day in days]
    assert told == [CpoStatus.SIGNED, CpoStatus.IN_FORCE, CpoStatus.IN_FORCE, CpoStatus.ENDED]
    for still in (CpoStatus.DRAFT, CpoStatus.APPROVED, CpoStatus.SUSPENDED, CpoStatus.TERMINATED):
        assert rules.status_at(still, first, last, days[-1]) is still


def test_the_year_under_way() -> None:
    told = [rules.current_year(date(2027, 9, 1), 3, day) for day in (date(2026, 1, 1), date(2028, 8, 31), date(2028, 9, 1))]
    assert told == [2027, 2027, 2028]
    assert rules.current_year(date(2027, 9, 1), 3, date(2031, 1, 1)) == 2030


money = st.integers(0, 10**9)


@law
@given(money, money, st.lists(cents, max_size=4))
def test_a_year_s_budget_balances_or_says_what_is_missing(charges: int, own: int, tranches: list[int]) -> None:
    budget = {
        "charges": [{"account": "64", "label": "Z", "amount_cents": charges}] if charges else [],
        "produits": [{"account": "70", "label": "Z", "amount_cents": own}] if own else [],
    }
    made = rules.dossier_budget(budget, [(UUID(int=i), "Z", amount) for i, amount in enumerate(tranches)])
    asked = [line["amount_cents"] for line in made["produits"] if line["account"] == "74"]
    found = rules.sum_of(line for line in made["produits"] if line["account"] == "758")
    assert asked == tranches
    assert found == max(0, charges - own - sum(tranches))
    assert len(budget["produits"]) == (1 if own else 0), "the agreement's own lines are left as they were"


@pytest.mark.parametrize(
    ("state", "money_of", "told"),
    [
        (TrancheState.FORECAST, {}, TrancheStatus.FORECAST),
        (TrancheState.DROPPED, {}, TrancheStatus.DROPPED),
        (TrancheState.CONFIRMED, {}, TrancheStatus.CONFIRMED),
        (TrancheState.CONFIRMED, {"granted": 100}, TrancheStatus.CONFIRMED),
        (TrancheState.CONFIRMED, {"granted": 100, "committed": 1}, TrancheStatus.COMMITTED),
        (TrancheState.CONFIRMED, {"granted": 100, "committed": 100, "held": 99}, TrancheStatus.COMMITTED),
        (TrancheState.CONFIRMED, {"granted": 100, "committed": 100, "held": 100}, TrancheStatus.PAID),
        (TrancheState.CONFIRMED, {"granted": 100, "committed": 50, "held": 50, "justified": True}, TrancheStatus.JUSTIFIED),
    ],
)
def test_where_a_tranche_is(state: TrancheState, money_of: dict[str, int], told: TrancheStatus) -> None:
    assert rules.tranche_status(state, **money_of) is told  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "entered", "breach"),
    [
        (Change("t0", amount_cents=49), {"t0": Entered(50)}, Breach.BELOW_PAID),
        (Change("t0", drop=True), {"t0": Entered(0)}, Breach.ALREADY_ENTERED),
        (Change("t0", year=2027), {}, Breach.NOT_FORECAST),
        (Change("t1", year=2026), {}, Breach.REPEATED),
        (Change("t1", year=2031), {}, Breach.OUTSIDE_YEARS),
        (Change("zz", amount_cents=1), {}, Breach.UNKNOWN_TRANCHE),
    ],
)
def test_what_an_amendment_may_not_do(change: Change, entered: dict[str, Entered], breach: Breach) -> None:
    tranches = [Tranche("t0", 2026, "a", "line", 100, True), Tranche("t1", 2027, "a", "line", 100)]
    state = life.sign(life.approve(life.draw_up(State(), tranches)), 2026)
    with pytest.raises(Refused) as refused:
        life.amend(state, [change], entered, YEARS)
    assert refused.value.breach is breach


def test_an_exact_floor_is_still_possible() -> None:
    state = life.sign(life.approve(life.draw_up(State(), [Tranche("t0", 2026, "a", "line", 100)])), 2026)
    assert life.amend(state, [Change("t0", amount_cents=50)], {"t0": Entered(50)}, YEARS).total_cents == 50
