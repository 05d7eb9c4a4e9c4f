"""Matrices of any size, with the long names of the field, for what is projected on a wall."""

import random
from datetime import UTC, datetime
from typing import Any

from services.common.ids import new_id
from services.programming.coverage import rules
from services.programming.coverage.schemas import (
    CoveredObjective,
    CoveredQpv,
    CoveringFunder,
    MatrixRead,
    ScenarioShown,
    Signatories,
    Stage,
)

_TITLES = (
    "Accompagner la réussite éducative des enfants et le soutien à la parentalité, de la petite enfance au collège",
    "Prévenir les ruptures de parcours des jeunes de 16 à 25 ans",
    "Faciliter l'accès aux droits, à la santé et à la santé mentale dans les quartiers",
    "Améliorer le cadre de vie avec les habitants (gestion urbaine et sociale de proximité)",
    "Lever les freins à l'emploi : mobilité, garde d'enfants, maîtrise de la langue",
    '=HYPERLINK("http://exemple.invalid") & <développer> l\'entrepreneuriat',
)
_QPVS = (
    "La Conte – Ozanam",
    "Saint-Jacques – Le Viguier",
    "Grazailles – La Reille",
    "Fleming – La Prade",
    "Centre-ville et faubourgs nord de l'agglomération",
)


def matrix(objectives: int, qpvs: int, *, stage: Stage = Stage.GRANTED, live: bool = True, scenario: str = "") -> MatrixRead:
    rng = random.Random(objectives * 100 + qpvs)
    axes = rules.Axes(
        [
            CoveredObjective(code=str(n + 1), title=_TITLES[n % len(_TITLES)], in_force=True)
            for n in range(objectives)
        ],
        [
            CoveredQpv(
                code=f"QP011{n:03d}", name=_QPVS[n % len(_QPVS)] + (f" {n}" if n >= len(_QPVS) else ""), population=900 + 311 * n, in_force=True,
                succeeded_by=None,
            )
            for n in range(qpvs)
        ],
    )  # fmt: skip
    funders = [CoveringFunder(id=new_id(), name=name, short_name=name) for name in ("État", "CAF", "=Région")]
    made = rules.table(rules.gather(_rows(axes, funders, rng)), axes, stage, live=live)
    measures = [{"objective_codes": ["1"], "qpv_codes": ["QP011000", "QP011001"], "amount_cents": 10_001, "staff_hundredths": 150}]
    counterparts = [
        {
            "qpv_code": "QP011000",
            "landlord": "Bailleur",
            "abatement_cents": 500_000,
            "actions": [{"label": "G", "amount_cents": 120_000}],
        }
    ]
    return MatrixRead(
        scope="campaign",
        id=new_id(),
        title="Appel à projets 2027 – Contrat de ville « Engagements quartiers 2030 » de Carcassonne Agglo",
        stage=stage,
        computed_at=datetime(2027, 3, 12, 13, 42, tzinfo=UTC),
        live=live,
        scenario=ScenarioShown(id=new_id(), title=scenario) if scenario else None,
        campaigns=[],
        objectives=list(axes.objectives),
        qpvs=list(axes.qpvs),
        funders=funders,
        cells=made.cells,
        by_objective=made.by_objective,
        by_qpv=made.by_qpv,
        total=made.total,
        uncovered=made.uncovered,
        droit_commun=rules.droit_commun(measures),
        tfpb=rules.tfpb(counterparts),
        outside_qpv=None,
        signatories=Signatories(signed=0, taking_part=0, signatories=[]),
        rules=list(rules.RULES),
    )


def _rows(axes: rules.Axes, funders: list[CoveringFunder], rng: random.Random) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def count(kind: str, objective: str | None, qpv: str | None, actions: int) -> None:
        figures = {f"{what}_{stage.value}": actions for what in ("actions", "holders", "people") for stage in Stage}
        rows.append({"kind": kind, "objective": objective, "qpv": qpv, **figures})

    for objective in axes.objectives:
        for qpv in axes.columns:
            if rng.random() < 0.3:
                continue
            count("cell", objective.code, qpv, rng.randint(1, 14))
            for funder in funders:
                cents = rng.choice((95_000, 1_250_000, 10_001, 4_800_050, 123_456_789))
                row = {"kind": "money", "objective": objective.code, "qpv": qpv, "funder_id": funder.id}
                rows.append({**row, **{f"cents_{stage.value}": cents for stage in Stage}})
        count("row", objective.code, None, 21)
    for qpv in axes.columns:
        count("column", None, qpv, 34)
    count("total", None, None, 144)
    return rows
