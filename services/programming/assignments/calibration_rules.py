"""How people score, and against whom: plain statistics over scores already given. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any
from uuid import UUID

#: The weighted score among the criteria.
WEIGHTED = ""


@dataclass(frozen=True)
class Scored:
    """One person's scores of one dossier, by criterion; `weighted` out of 100."""

    account_id: UUID
    dossier_id: UUID
    reference: str
    scores: Mapping[str, float]
    weighted: float | None = None

    def value(self, code: str) -> float | None:
        return self.weighted if code == WEIGHTED else self.scores.get(code)


def spread(values: Sequence[float]) -> dict[str, Any]:
    """n, mean, standard deviation of the sample (null below two values), least and most; to two decimals."""
    if not values:
        return {"n": 0, "mean": None, "sd": None, "min": None, "max": None}
    sd = round(stdev(values), 2) if len(values) > 1 else None
    return {"n": len(values), "mean": round(fmean(values), 2), "sd": sd, "min": min(values), "max": max(values)}


def difference(person: UUID, scored: Iterable[Scored], code: str) -> tuple[float | None, int]:
    """Mean gap between the person's score and the others' mean, over the dossiers read in common; and how many those are.

    Only what was read in common is compared: somebody given better dossiers is not thought lenient.
    """
    gaps = []
    for values in _by_dossier(scored, code).values():
        others = [value for account, value in values if account != person]
        own = [value for account, value in values if account == person]
        if own and others:
            gaps.append(fmean(own) - fmean(others))
    return (round(fmean(gaps), 2), len(gaps)) if gaps else (None, 0)


def _by_dossier(scored: Iterable[Scored], code: str) -> dict[UUID, list[tuple[UUID, float]]]:
    found: dict[UUID, list[tuple[UUID, float]]] = defaultdict(list)
    for one in scored:
        if (value := one.value(code)) is not None:
            found[one.dossier_id].append((one.account_id, value))
    return found


def own_spread(person: UUID, scored: Sequence[Scored], code: str) -> dict[str, Any]:
    """The person's spread on a criterion, and their difference from the others on the dossiers read in common."""
    own = [value for one in scored if one.account_id == person and (value := one.value(code)) is not None]
    gap, common = difference(person, scored, code)
    return {**spread(own), "difference": gap, "in_common": common}


def codes_of(scored: Iterable[Scored]) -> list[str]:
    return sorted({code for one in scored for code in one.scores})


def of_person(person: UUID, scored: Sequence[Scored]) -> dict[str, Any]:
    """Everything about one person: by criterion and on the weighted score."""
    # Dossiers the person did not read say nothing of them.
    read = {one.dossier_id for one in scored if one.account_id == person}
    common = [one for one in scored if one.dossier_id in read]
    return {
        "dossiers": len(read),
        "criteria": {code: own_spread(person, common, code) for code in codes_of(common)},
        "weighted": own_spread(person, common, WEIGHTED),
    }


def group(scored: Sequence[Scored], *, but: UUID | None = None) -> dict[str, dict[str, Any]]:
    """By criterion, everybody's scores together, one person left out."""
    kept = [one for one in scored if one.account_id != but]
    return {code: spread([value for one in kept if (value := one.value(code)) is not None]) for code in codes_of(kept)}


def disagreements(scored: Iterable[Scored], most: int = 20) -> list[dict[str, Any]]:
    """Dossiers whose weighted scores are furthest apart, largest first."""
    named: dict[UUID, str] = {}
    values: dict[UUID, list[float]] = defaultdict(list)
    for one in scored:
        if one.weighted is not None:
            named[one.dossier_id] = one.reference
            values[one.dossier_id].append(one.weighted)
    lines: list[dict[str, Any]] = [
        {
            "dossier_id": dossier,
            "reference": named[dossier],
            "readers": len(found),
            "spread": round(max(found) - min(found), 1),
            "sd": round(stdev(found), 2),
        }
        for dossier, found in values.items()
        if len(found) > 1
    ]
    return sorted(lines, key=lambda line: (-line["spread"], line["reference"]))[:most]
