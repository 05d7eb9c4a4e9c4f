"""How funders pay: instalments make the whole, parts lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.carcassonne import FUNDERS
from gateway.demo.data.habits import HABITS, advance, in_parts, schedule
from gateway.demo.money_road import payment_file
from services.programming.payments import reading, rules
from services.programming.payments.schemas import ScheduleWrite


def test_every_funder_has_its_habits_and_they_differ() -> None:
    assert HABITS.keys() == {funder.key for funder in FUNDERS}
    assert len({habit.pace_days for habit in HABITS.values()}) > 4
    assert [key for key, habit in HABITS.items() if habit.by_file] == ["caf"]
    assert [key for key, habit in HABITS.items() if habit.parts > 1] == ["region"]


@pytest.mark.parametrize("key", HABITS)
def test_a_schedule_is_one_the_platform_takes_and_its_advance_is_what_is_paid_first(key: str) -> None:
    habit, granted = HABITS[key], 12_345_67
    instalments = schedule(habit)
    if not instalments:
        assert advance(habit, granted) == granted
        return
    wish = ScheduleWrite.model_validate({"instalments": instalments})
    assert rules.schedule_errors(granted, wish.instalments) == []
    assert abs(rules.amounts(granted, wish.instalments)[0] - advance(habit, granted)) <= 1


@given(cents=st.integers(1, 10**10), parts=st.integers(1, 6))
def test_parts_add_up(cents: int, parts: int) -> None:
    made = in_parts(cents, parts)
    assert sum(made) == cents
    assert min(made) > 0


def test_the_payment_file_is_read_as_it_was_meant() -> None:
    line = {
        "Référence dossier": "2027-CARC-0042",
        "SIRET": "00010001500013",
        "Date": "22/04/2027",
        "Montant": "1234,50",
        "Référence paiement": "VIR-2027-CARC-0042-1",
    }
    _, (read,) = reading.read(payment_file([line]))
    assert (read.code, read.dossier_reference, read.reference) == (None, "2027-CARC-0042", "VIR-2027-CARC-0042-1")
    assert (str(read.paid_on), read.amount_cents) == ("2027-04-22", 123_450)
