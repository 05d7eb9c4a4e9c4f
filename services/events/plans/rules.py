"""A plan against what there is: sums, shares and gaps. Pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .schemas import Measure, PlaceTarget, PlanWrite, ShareMeasure, TargetKind

Target = Mapping[str, Any]
Figures = Mapping[str, Any]


@dataclass
class Sums:
    """How much of a measure, by stage."""

    held: float = 0
    planned: float = 0
    tentative: float = 0

    @property
    def sure(self) -> float:
        return self.held + self.planned

    def add(self, stage: str, amount: float) -> None:
        setattr(self, stage, getattr(self, stage) + amount)


@dataclass
class Tally:
    """Sums of one kind, by code and measure."""

    by_code: defaultdict[tuple[str, Measure], Sums] = field(default_factory=lambda: defaultdict(Sums))

    def add(self, codes: Iterable[str], figures: Figures) -> None:
        for code in codes:
            for measure in Measure:
                self.by_code[code, measure].add(figures["stage"], figures[measure.value])

    def of(self, code: str, measure: Measure) -> Sums:
        return self.by_code.get((code, measure)) or Sums()


#: The code under which everything of a kind is summed.
ALL = "*"


def tallied(rows: Iterable[Figures], paths: Mapping[str, Sequence[str]]) -> dict[str, Tally]:
    """What was counted (`agenda.figures.offered`), by kind. A place counts for those around it too (`paths`: code → its path)."""
    found: dict[str, Tally] = defaultdict(Tally)
    for row in rows:
        code = row["code"]
        codes: set[str] = {ALL, code}
        if row["kind"] == "place":
            codes |= set(paths.get(code, ()))
        found[row["kind"]].add(codes, row)
    return found


def counted(targets: Iterable[Target], tally: Tally, others: Iterable[str] = ()) -> list[dict[str, Any]]:
    """One line for each target, then for what nobody wanted and is there (`others`, counted as events)."""
    lines = [_counted(each["code"], each["measure"], tally, each["wanted"]) for each in targets]
    known = {line["code"] for line in lines}
    return lines + [_counted(code, Measure.EVENTS, tally, None) for code in others if code not in known]


def _counted(code: str, measure: Measure, tally: Tally, wanted: int | None) -> dict[str, Any]:
    sums = tally.of(code, measure)
    gap = None if wanted is None else _rounded(sums.sure - wanted)
    return {"code": code, "measure": measure, "wanted": wanted, **_stages(sums), "gap": gap}


def shares(targets: Iterable[Target], tally: Tally, others: Iterable[str] = ()) -> list[dict[str, Any]]:
    """One line for each place's target, then for places nobody planned, in sessions. Shares are of all that takes place on site."""
    lines = [_share(each["code"], each["measure"], tally, each["min_percent"], each["max_percent"]) for each in targets]
    known = {line["code"] for line in lines}
    return lines + [_share(code, Measure.SESSIONS, tally, None, None) for code in others if code not in known]


def _share(code: str, measure: Measure, tally: Tally, least: int | None, most: int | None) -> dict[str, Any]:
    sums, whole = tally.of(code, measure), tally.of(ALL, measure)
    percent = _percent(sums.sure, whole.sure)
    return {
        **{"code": code, "measure": measure, "min_percent": least, "max_percent": most},
        **_stages(sums),
        "held_percent": _percent(sums.held, whole.held),
        "percent": percent,
        "gap_points": points(percent, least, most),
    }


def points(percent: float | None, least: int | None, most: int | None) -> float | None:
    """How far out of its bounds a share is."""
    if percent is None or least is None or most is None:
        return None
    if percent < least:
        return _rounded(percent - least)
    return _rounded(max(0.0, percent - most))


def _percent(part: float, whole: float) -> float | None:
    return _rounded(100 * part / whole) if whole else None


def _stages(sums: Sums) -> dict[str, float]:
    return {"held": _rounded(sums.held), "planned": _rounded(sums.planned), "tentative": _rounded(sums.tentative)}


def _rounded(value: float) -> float:
    return round(value, 1) + 0.0  # no minus zero


def rows_of(wish: PlanWrite) -> list[dict[str, Any]]:
    """The targets as they are stored."""
    rows = [_target(TargetKind.FORMAT, each.format.value, each.measure, wanted=each.wanted) for each in wish.formats]
    for place in wish.places:
        bounds = {"min_percent": place.min_percent, "max_percent": place.max_percent}
        rows.append(_target(TargetKind.PLACE, place.territory_code, Measure(place.measure.value), **bounds))
    rows += [_target(TargetKind.TERRITORY, each.territory_code, each.measure, wanted=each.wanted) for each in wish.territories]
    return [{**row, "position": position} for position, row in enumerate(rows)]


def _target(kind: TargetKind, code: str, measure: Measure, **said: int) -> dict[str, Any]:
    nothing = {"wanted": None, "min_percent": None, "max_percent": None}
    return {"kind": kind, "code": code, "measure": measure, **nothing, **said}


def twice(rows: Iterable[Target]) -> list[tuple[TargetKind, str]]:
    """What two targets are about."""
    seen: set[tuple[Any, ...]] = set()
    found = []
    for row in rows:
        key = (row["kind"], row["code"], row["measure"])
        if key in seen:
            found.append((row["kind"], row["code"]))
        seen.add(key)
    return found


def above_hundred(places: Iterable[PlaceTarget], paths: Mapping[str, Sequence[str]]) -> list[ShareMeasure]:
    """Measures whose smallest shares cannot all be kept; a place inside another one that is named is in its share."""
    found = []
    named = list(places)
    for measure in ShareMeasure:
        least = {each.territory_code: each.min_percent for each in named if each.measure is measure}
        if sum(_least(code, least, paths) for code in _outermost(least, paths)) > 100:
            found.append(measure)
    return found


def _outermost(codes: Iterable[str], paths: Mapping[str, Sequence[str]]) -> list[str]:
    known = set(codes)
    return [code for code in known if not known & (set(paths.get(code, ())) - {code})]


def _least(code: str, least: Mapping[str, int], paths: Mapping[str, Sequence[str]]) -> int:
    """What a place and those inside it ask for together: their parts may ask for more than the whole."""
    inside = {each: share for each, share in least.items() if each != code and code in paths.get(each, ())}
    return max(least[code], sum(_least(each, inside, paths) for each in _outermost(inside, paths)))
