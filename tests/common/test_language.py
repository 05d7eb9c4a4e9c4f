"""What people read is written as French is."""

from datetime import date

import pytest

from services.common.language import Text, day_in_words, euros

NARROW, FIXED = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (0, f"0{FIXED}€"),
        (1, f"0,01{FIXED}€"),
        (90, f"0,90{FIXED}€"),
        (100, f"1{FIXED}€"),
        (12_345, f"123,45{FIXED}€"),
        (1_234_550, f"12{NARROW}345,50{FIXED}€"),
        (700_000, f"7{NARROW}000{FIXED}€"),
        (123_456_789_000, f"1{NARROW}234{NARROW}567{NARROW}890{FIXED}€"),
        (-1_250, f"-12,50{FIXED}€"),
        (-500_000, f"-5{NARROW}000{FIXED}€"),
        (9_007_199_254_740_993, f"90{NARROW}071{NARROW}992{NARROW}547{NARROW}409,93{FIXED}€"),
    ],
)
def test_amounts_are_written_to_the_cent_and_whole_ones_without_zeros(cents: int, said: str) -> None:
    assert euros(cents) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 4, 1), "1er avril 2027"),
        (date(2027, 1, 11), "11 janvier 2027"),
        (date(2027, 8, 21), "21 août 2027"),
        (date(2001, 12, 31), "31 décembre 2001"),
        (date(2011, 2, 1), "1er février 2011"),
    ],
)
def test_the_first_of_a_month_is_the_only_ordinal(day: date, said: str) -> None:
    assert day_in_words(day) == said


def test_a_text_speaks_both_languages() -> None:
    text = Text("oui", "yes")
    assert (text.to("fr"), text.to("en")) == ("oui", "yes")
