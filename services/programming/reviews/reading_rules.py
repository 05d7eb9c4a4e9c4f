"""What several readings come to, and a dossier without its holder's name. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

HIDDEN_NAME = "[porteur]"


def mean_scores(readings: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """Per criterion, the mean over the readings that scored it, to two decimals."""
    codes = dict.fromkeys(code for scores in readings for code in scores)
    return {code: round(fmean(scores[code] for scores in readings if code in scores), 2) for code in codes}


def spread(weighted: Sequence[float | None]) -> float | None:
    """Highest less lowest; None below two scores."""
    known = [score for score in weighted if score is not None]
    return round(max(known) - min(known), 1) if len(known) > 1 else None


def without_names(value: Any, names: Iterable[str]) -> Any:
    """The same text, list or document, where each of these names is `[porteur]`, whatever its case or spacing."""
    patterns = [r"\s+".join(map(re.escape, name.split())) for name in sorted(set(names), key=len, reverse=True) if len(name) > 2]
    if not patterns:
        return value
    return _replaced(value, re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE))


def _replaced(value: Any, names: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return names.sub(HIDDEN_NAME, value)
    if isinstance(value, list):
        return [_replaced(each, names) for each in value]
    if isinstance(value, dict):
        return {key: _replaced(each, names) for key, each in value.items()}
    return value
