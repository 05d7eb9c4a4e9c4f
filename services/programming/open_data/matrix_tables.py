"""What is published of a campaign's coverage: figures by objective × QPV, as JSON and CSV. Pure.

The same coverage gives the same bytes: a version is made of what changed, not of the hour. Nothing in it is a person's.
"""

from ..coverage.schemas import Figures, FunderFigures, MatrixRead, Totals
from . import rules
from .schemas import GrantedBy, PublishedCell, PublishedFigures, PublishedMatrix

COLUMNS = (
    *("objectif", "intituleObjectif", "qpv", "nomQPV", "population", "couvert"),
    *("actions", "porteurs", "publics", "montantVote", "annee"),
)
_OUTSIDE = "Hors QPV"


def published(matrix: MatrixRead, *, campaign: str, contract: str, year: int) -> PublishedMatrix:
    """The figures of what is granted; what is asked and proposed is nobody's to publish."""
    return PublishedMatrix(
        campaign_id=matrix.id,
        campaign=campaign,
        contract=contract,
        year=year,
        objectives=matrix.objectives,
        qpvs=matrix.qpvs,
        funders=sorted(matrix.funders, key=lambda funder: funder.id),
        cells=[
            PublishedCell(
                objective_code=cell.objective_code,
                qpv_code=cell.qpv_code,
                covered=cell.covered,
                **_figures(cell.granted),
                funders=_granted_by(cell.funders),
            )
            for cell in matrix.cells
        ],
        total=_total(matrix.total),
        uncovered=matrix.uncovered,
        droit_commun=matrix.droit_commun,
        tfpb=matrix.tfpb,
        rules=matrix.rules,
    )


def _total(total: Totals) -> PublishedFigures:
    return PublishedFigures(**_figures(total.granted), funders=_granted_by(total.funders))


def _figures(granted: Figures) -> dict[str, int]:
    return {
        "actions": granted.actions,
        "holders": granted.holders,
        "publics": granted.publics,
        "granted_cents": granted.amount_cents,
    }


def _granted_by(funders: list[FunderFigures]) -> list[GrantedBy]:
    found = [GrantedBy(funder_id=one.funder_id, granted_cents=one.granted_cents) for one in funders if one.granted_cents]
    return sorted(found, key=lambda one: one.funder_id)


def as_json(made: PublishedMatrix) -> bytes:
    return made.model_dump_json(indent=1).encode()


def as_csv(made: PublishedMatrix) -> bytes:
    """A line per cell, the empty ones included: euros with a decimal point; no QPV is an empty code."""
    objectives = {objective.code: objective.title for objective in made.objectives}
    qpvs = {qpv.code: qpv for qpv in made.qpvs}
    rows = []
    for cell in made.cells:
        qpv = qpvs.get(cell.qpv_code or "")
        population = qpv.population if qpv else None
        place = (cell.objective_code, objectives[cell.objective_code], cell.qpv_code or "", qpv.name if qpv else _OUTSIDE)
        rows.append(
            (
                *map(rules.one_line, place),
                "" if population is None else str(population),
                "oui" if cell.covered else "non",
                *(str(number) for number in (cell.actions, cell.holders, cell.publics)),
                rules.in_euros(cell.granted_cents),
                str(made.year),
            )
        )
    return (",".join(COLUMNS) + "\n").encode() + rules.csv_lines(rows)
