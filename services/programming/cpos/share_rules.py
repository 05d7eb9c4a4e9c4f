"""How much of the money and of the agreements is multi-year, and what it would take to reach the target. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from uuid import UUID

#: An action granted that many years running is one that should be granted for several.
RUNNING_YEARS = 3


@dataclass(frozen=True)
class Figures:
    """Counts and euro cents."""

    agreements: int
    agreements_multi_year: int
    granted_cents: int
    multi_year_cents: int

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.agreements + other.agreements,
            self.agreements_multi_year + other.agreements_multi_year,
            self.granted_cents + other.granted_cents,
            self.multi_year_cents + other.multi_year_cents,
        )


NOTHING = Figures(0, 0, 0, 0)


def missing(part: int, whole: int, target_bp: int) -> int:
    """How much more of `whole` would have to be in `part` for its share to reach the target."""
    return max(0, -(-whole * target_bp // 10_000) - part)


def described(figures: Figures, target_bp: int) -> dict[str, int | None]:
    """The two shares, in basis points rounded down (a target is not reached by rounding), and what is missing of each."""
    return {
        "agreements": figures.agreements,
        "agreements_multi_year": figures.agreements_multi_year,
        "granted_cents": figures.granted_cents,
        "multi_year_cents": figures.multi_year_cents,
        "share_agreements_bp": _share(figures.agreements_multi_year, figures.agreements),
        "share_euros_bp": _share(figures.multi_year_cents, figures.granted_cents),
        "missing_agreements": missing(figures.agreements_multi_year, figures.agreements, target_bp),
        "missing_cents": missing(figures.multi_year_cents, figures.granted_cents, target_bp),
    }


def _share(part: int, whole: int) -> int | None:
    return part * 10_000 // whole if whole else None


@dataclass(frozen=True)
class Granted:
    """An award, as the search for candidates sees it."""

    dossier_id: UUID
    action_id: UUID
    holder_id: UUID
    holder_name: str
    title: str
    year: int
    cents: int
    under_cpo: bool


def candidates(granted: Iterable[Granted], last_year: int, in_a_cpo: AbstractSet[UUID]) -> list[dict[str, Any]]:
    """Actions granted three years running until `last_year`, none of these years under a CPO; largest first.

    The same action is told by its `action_id`, or by its holder and its title when it was filled in anew each year.
    """
    found = []
    for awards in _grouped(granted):
        years = range(last_year - RUNNING_YEARS + 1, last_year + 1)
        kept = [award for award in awards if award.year in years]
        if {award.year for award in kept} != set(years):
            continue
        if any(award.under_cpo or award.action_id in in_a_cpo for award in kept):
            continue
        kept.sort(key=lambda award: (award.year, award.dossier_id))
        last = kept[-1]
        found.append(
            {
                "action_id": last.action_id,
                "holder_id": last.holder_id,
                "holder_name": last.holder_name,
                "title": last.title,
                "years": list(years),
                "dossier_ids": list(dict.fromkeys(award.dossier_id for award in kept)),
                "granted_cents": sum(award.cents for award in kept if award.year == last_year),
            }
        )
    return sorted(found, key=lambda one: (-one["granted_cents"], one["title"]))


def _grouped(granted: Iterable[Granted]) -> list[list[Granted]]:
    """Awards of the same action: linked by an `action_id` or by holder and title, however the links follow one another."""
    group_of: dict[Any, int] = {}
    groups: dict[int, list[Granted]] = defaultdict(list)
    for number, award in enumerate(granted):
        keys = [award.action_id, (award.holder_id, " ".join(award.title.casefold().split()))]
        linked = sorted({group_of[key] for key in keys if key in group_of}) or [number]
        home = linked[0]
        groups[home].append(award)
        for other in linked[1:]:
            groups[home] += groups.pop(other)
            group_of.update({key: home for key, group in group_of.items() if group == other})
        group_of.update(dict.fromkeys(keys, home))
    return list(groups.values())


def totals(rows: Sequence[Mapping[str, Any]]) -> tuple[Figures, dict[UUID, Figures]]:
    """The whole, and each funder's part, from aggregated rows."""
    by_funder = {
        row["funder_id"]: Figures(row["agreements"], row["agreements_multi_year"], row["granted_cents"], row["multi_year_cents"])
        for row in rows
    }
    return sum(by_funder.values(), NOTHING), by_funder
