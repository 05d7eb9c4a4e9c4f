"""From rows of figures to a matrix, and what follows from it: uncovered cells, the cap outside QPVs, differences. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.common.shares import split

from .schemas import (
    Cell,
    CoveredObjective,
    CoveredQpv,
    DroitCommunCell,
    DroitCommunLayer,
    Figures,
    FunderCoverage,
    ObjectiveTotals,
    OutsideQpv,
    Place,
    QpvTotals,
    Stage,
    TfpbLayer,
    TfpbQpv,
    Totals,
)

RULES = (
    "L'argent d'un dossier qui nomme plusieurs objectifs ou plusieurs QPV est partagé à parts égales entre ses couples "
    "objectif × QPV ; les centimes qui restent vont aux premiers, dans l'ordre où le dossier les nomme. La somme des cellules "
    "égale la somme des dossiers, au centime.",
    "Un dossier compte une action dans chacune de ses cellules, et une seule dans chaque total : les actions et les porteurs des "
    "cellules ne s'additionnent pas.",
    "Les publics sont les effectifs annoncés par les dossiers, additionnés sans dédoublonnage.",
    "Comptent les dossiers déposés qui ne sont ni irrecevables ni retirés.",
    "Le droit commun et les contreparties de TFPB sont montrés à côté et ne s'ajoutent jamais aux subventions.",
)
_STAGES = tuple(Stage)
Key = tuple[str | None, str | None]


@dataclass
class Sums:
    """A cell or a total being put together: counts by stage, then cents by funder and stage."""

    counts: Mapping[str, Any] | None = None
    funders: dict[UUID, list[int]] = field(default_factory=dict)
    paid: list[int] = field(default_factory=lambda: [0, 0, 0])

    def add(self, funder_id: UUID, cents: Sequence[int]) -> None:
        known = self.funders.setdefault(funder_id, [0, 0, 0])
        for i, amount in enumerate(cents):
            known[i] += amount
            self.paid[i] += amount

    def actions(self, stage: Stage) -> int:
        return int(self.counts[f"actions_{stage.value}"]) if self.counts else 0

    def shown(self, live: bool) -> dict[str, Any]:
        """Values of `Totals`: asked and proposed are left out unless everything may be read."""
        kept = _STAGES if live else (Stage.GRANTED,)
        figures = {stage.value: self._figures(stage) for stage in kept}
        funders = [
            FunderCoverage(
                funder_id=funder_id,
                asked_cents=asked if live else None,
                proposed_cents=proposed if live else None,
                granted_cents=granted,
            )
            for funder_id, (asked, proposed, granted) in self.funders.items()
            if live or granted
        ]
        return {"asked": None, "proposed": None, **figures, "funders": funders}

    def _figures(self, stage: Stage) -> Figures:
        amount = self.paid[_STAGES.index(stage)]
        if self.counts is None:
            return Figures(amount_cents=amount)
        holders, people = self.counts[f"holders_{stage.value}"], self.counts[f"people_{stage.value}"]
        return Figures(actions=self.actions(stage), holders=holders, publics=people or 0, amount_cents=amount)


def gather(rows: Iterable[Mapping[str, Any]]) -> dict[Key, Sums]:
    """Rows of `dossiers.overview.matrix` by cell; a total's key has None for what it adds up ("" is no QPV)."""
    sums: dict[Key, Sums] = {}
    for row in rows:
        objective, qpv = row["objective"], row["qpv"]
        if row["kind"] != "money":
            sums.setdefault((objective, qpv), Sums()).counts = row
            continue
        cents = (row["cents_asked"], row["cents_proposed"], row["cents_granted"])
        for key in ((objective, qpv), (objective, None), (None, qpv), (None, None)):
            sums.setdefault(key, Sums()).add(row["funder_id"], cents)
    return sums


@dataclass(frozen=True)
class Axes:
    """The lines and columns of a matrix, in order; the column without QPV comes last."""

    objectives: Sequence[CoveredObjective]
    qpvs: Sequence[CoveredQpv]

    @property
    def columns(self) -> list[str]:
        return [*(qpv.code for qpv in self.qpvs), ""]


@dataclass(frozen=True)
class Table:
    cells: list[Cell]
    by_objective: list[ObjectiveTotals]
    by_qpv: list[QpvTotals]
    total: Totals
    uncovered: list[Place]


def table(sums: Mapping[Key, Sums], axes: Axes, stage: Stage, *, live: bool) -> Table:
    """The whole matrix, dense. A cell in force is also covered by what was done under its QPV's former code."""
    empty = Sums()
    cells, uncovered = [], []
    former = {qpv.code: [old.code for old in axes.qpvs if old.succeeded_by == qpv.code] for qpv in axes.qpvs}
    for objective in axes.objectives:
        for qpv in axes.columns:
            found = sums.get((objective.code, qpv), empty)
            covered = found.actions(stage) > 0
            cells.append(Cell(objective_code=objective.code, qpv_code=qpv or None, covered=covered, **found.shown(live)))
        for column in axes.qpvs if objective.in_force else ():
            codes = [column.code, *former[column.code]]
            if column.in_force and not any(sums.get((objective.code, code), empty).actions(stage) for code in codes):
                uncovered.append(Place(objective_code=objective.code, qpv_code=column.code))
    return Table(
        cells,
        [ObjectiveTotals(objective_code=o.code, **sums.get((o.code, None), empty).shown(live)) for o in axes.objectives],
        [QpvTotals(qpv_code=code or None, **sums.get((None, code), empty).shown(live)) for code in axes.columns],
        Totals(**sums.get((None, None), empty).shown(live)),
        uncovered,
    )


def droit_commun(measures: Iterable[Mapping[str, Any]]) -> DroitCommunLayer:
    """A measure's means are shared over its couples as a dossier's money is; null stands for all objectives, or all QPVs."""
    cells: dict[tuple[str | None, str | None], list[int]] = {}
    number = amounts = people = 0
    for measure in measures:
        couples = [(o, q) for o in measure["objective_codes"] or [None] for q in measure["qpv_codes"] or [None]]
        cents, staff = measure["amount_cents"] or 0, measure["staff_hundredths"] or 0
        number, amounts, people = number + 1, amounts + cents, people + staff
        equal = [1] * len(couples)
        for couple, euro, person in zip(couples, split(cents, equal), split(staff, equal), strict=True):
            known = cells.setdefault(couple, [0, 0, 0])
            known[0], known[1], known[2] = known[0] + 1, known[1] + euro, known[2] + person
    shown = [
        DroitCommunCell(objective_code=o, qpv_code=q, measures=n, amount_cents=cents, staff_hundredths=staff)
        for (o, q), (n, cents, staff) in sorted(cells.items(), key=lambda one: (one[0][0] or "", one[0][1] or ""))
    ]
    return DroitCommunLayer(cells=shown, measures=number, amount_cents=amounts, staff_hundredths=people)


def tfpb(counterparts: Iterable[Mapping[str, Any]]) -> TfpbLayer:
    qpvs: dict[str, tuple[set[str], list[int]]] = {}
    for one in counterparts:
        landlords, cents = qpvs.setdefault(one["qpv_code"], (set(), [0, 0]))
        landlords.add(one["landlord"])
        cents[0] += one["abatement_cents"]
        cents[1] += sum(action["amount_cents"] for action in one["actions"])
    shown = [
        TfpbQpv(qpv_code=code, landlords=len(landlords), abatement_cents=cents[0], actions_cents=cents[1])
        for code, (landlords, cents) in sorted(qpvs.items())
    ]
    return TfpbLayer(
        qpvs=shown, abatement_cents=sum(q.abatement_cents for q in shown), actions_cents=sum(q.actions_cents for q in shown)
    )


def outside_qpv(lines: Iterable[Mapping[str, Any]], used: Iterable[Mapping[str, Any]], cap_bp: int) -> OutsideQpv | None:
    """Against the cap; None when no budget line counts. The cap is rounded down: one never passes it by rounding."""
    counted = {(line["campaign_id"], line["funder_id"], line["code"]): line["amount_cents"] for line in lines if line["counted"]}
    if not counted:
        return None
    kept = [row for row in used if (row["campaign_id"], row["funder_id"], row["budget_line"]) in counted]
    envelope = sum(counted.values())
    cap, granted = envelope * cap_bp // 10_000, sum(row["granted_cents"] for row in kept)
    return OutsideQpv(
        cap_bp=cap_bp,
        envelope_cents=envelope,
        cap_cents=cap,
        proposed_cents=sum(row["proposed_cents"] for row in kept),
        used_cents=granted,
        left_cents=cap - granted,
        breached=granted > cap,
    )


def moved(before: Iterable[Place], after: Iterable[Place]) -> tuple[list[Place], list[Place]]:
    """(newly covered, newly uncovered) between two lists of uncovered cells."""
    old = {(place.objective_code, place.qpv_code): place for place in before}
    new = {(place.objective_code, place.qpv_code): place for place in after}
    return [old[key] for key in old if key not in new], [new[key] for key in new if key not in old]
