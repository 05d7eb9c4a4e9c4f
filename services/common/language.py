"""What people read, in French first and in English for those who ask."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from babel.dates import format_date
from babel.numbers import format_currency

Language = Literal["fr", "en"]


class Text(NamedTuple):
    """One sentence in the two languages of the product."""

    fr: str
    en: str

    def to(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en


@lru_cache(maxsize=256)
def preferred(accept_language: str | None) -> Language:
    """The language to answer in (RFC 9110 §12.5.4): French unless English is preferred to it."""
    weights = {"fr": 0.0, "en": 0.0}
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        if primary in weights:
            weights[primary] = max(weights[primary], _quality(parameters))
    return "en" if weights["en"] > weights["fr"] else "fr"


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    return float(value) if re.fullmatch(r"[01](\.[0-9]{0,3})?", value.strip()) else 0.0


def euros(cents: int) -> str:
    """`1234550` → `12 345,50 €`, with the field's non-breaking spaces; whole amounts lose their zeros."""
    return str(
        format_currency(
            Decimal(cents) / 100, "EUR", "#,##0.00\u00a0¤" if cents % 100 else "#,##0\u00a0¤", "fr", currency_digits=False
        )
    )


def day_in_words(day: date) -> str:
    """`2027-04-01` → `1er avril 2027`."""
    said = str(format_date(day, "d MMMM yyyy", "fr"))
    return said.replace("1 ", "1er ", 1) if day.day == 1 else said
