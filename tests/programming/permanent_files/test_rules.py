"""Which document answers what a campaign asks for."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.programming.permanent_files import rules
from services.programming.permanent_files.schemas import ScanStatus

TODAY = date(2027, 1, 10)


@dataclass(frozen=True)
class Kept:
    kind: str
    exercise: int | None = None
    number: int = 1
    expires_on: date | None = None
    status: ScanStatus = ScanStatus.READY


kept = st.builds(
    Kept,
    kind=st.sampled_from(["comptes", "statuts", "assurance"]),
    exercise=st.none() | st.integers(2022, 2027),
    number=st.integers(1, 3),
    expires_on=st.none() | st.dates(TODAY - timedelta(days=5), TODAY + timedelta(days=5)),
    status=st.sampled_from(ScanStatus),
)


def test_accounts_are_those_of_the_year_before_or_else_of_the_one_before_that() -> None:
    accounts = [Kept("comptes", year) for year in (2023, 2024, 2025)]
    assert rules.answer("comptes", accounts, year=2027, today=TODAY) == Kept("comptes", 2025)
    assert rules.answer("comptes", [*accounts, Kept("comptes", 2026)], year=2027, today=TODAY) == Kept("comptes", 2026)
    assert rules.answer("comptes", accounts[:2], year=2027, today=TODAY) is None, "too old"
    assert rules.answer("comptes-2024", accounts, year=2027, today=TODAY) == Kept("comptes", 2024)
    assert rules.answer("comptes_2022", accounts, year=2027, today=TODAY) is None


def test_an_insurance_is_good_until_its_last_day_included() -> None:
    insurance = [Kept("assurance", expires_on=TODAY)]
    assert rules.answer("assurance", insurance, year=2027, today=TODAY) is not None
    assert rules.answer("assurance", insurance, year=2027, today=TODAY + timedelta(days=1)) is None


@given(st.lists(kept, max_size=6), st.sampled_from(["comptes", "comptes-2025", "statuts", "assurance"]))
def test_what_answers_is_clean_still_good_and_of_the_kind(files: list[Kept], code: str) -> None:
    found = rules.answer(code, files, year=2027, today=TODAY)
    if found is None:
        return
    assert found.status is ScanStatus.READY
    assert found.expires_on is None or found.expires_on >= TODAY
    assert code.startswith(found.kind)
    assert found.exercise is None or 2025 <= found.exercise <= 2026


def test_what_has_to_be_said_of_a_document() -> None:
    def codes(kind: str, exercise: int | None, expires_on: date | None) -> list[tuple[str, str | None]]:
        return [(error.pointer, error.code) for error in rules.said_errors(kind, exercise, expires_on, TODAY)]

    assert codes("comptes", None, None) == [("/query/exercise", "missing")]
    assert codes("statuts", 2025, None) == [("/query/exercise", "not_per_exercise")]
    assert codes("assurance", None, None) == [("/query/expires_on", "missing")]
    assert codes("assurance", None, TODAY - timedelta(days=1)) == [("/query/expires_on", "expired")]
    assert codes("un-autre", None, None) == codes("comptes", 2025, None) == []
