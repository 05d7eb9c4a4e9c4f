"""Which actions are worth an agreement over several years, and what it says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .funders import FUNDERS
from .model import DossierPlan
from .words import french

CPOS = 6
#: How many of them are followed into their second year.
FOLLOWED = 2
YEARS = (2028, 2029, 2030)
_FEWEST_FUNDERS = 2
_NAMES = {funder.key: funder.name for funder in FUNDERS}
#: One more person in ten each year.
_GROWTH = 10
INDICATOR = "participants"


@dataclass(frozen=True)
class Granted:
    """What one funder granted a dossier on one of its budget lines."""

    plan: DossierPlan
    funder_key: str
    budget_line: str
    cents: int


def chosen(grants: Sequence[Granted]) -> list[list[Granted]]:
    """The best granted actions, by two funders at least, one per holder; the same for the same grants."""
    by_dossier: dict[str, list[Granted]] = {}
    for grant in grants:
        by_dossier.setdefault(grant.plan.key, []).append(grant)
    worthy = [own for own in by_dossier.values() if len(own) >= _FEWEST_FUNDERS and own[0].plan.nature == "action"]
    worthy.sort(key=lambda own: (-sum(grant.cents for grant in own), own[0].plan.key))
    found: dict[str, list[Granted]] = {}
    for own in worthy:
        found.setdefault(own[0].plan.holder_key, own)
    return list(found.values())[:CPOS]


def agreement(own: Sequence[Granted], organisations: Mapping[str, str]) -> dict[str, object]:
    """What the contract's team writes, beyond what the dossier says already. The same money each year: the first is firm."""
    plan = own[0].plan
    reached = sum(public.count for public in plan.publics)
    targets = [{"year": year, "value": reached + reached * rank // _GROWTH} for rank, year in enumerate(YEARS)]
    return {
        "starts_on": f"{YEARS[0]}-01-01",
        "years": len(YEARS),
        "description": plan.description,
        "objectives": [
            {
                "label": french("Tenir l’action trois ans : une équipe stable, des habitants associés."),
                "objective_code": plan.objective_codes[0],
            }
        ],
        "indicators": [{"code": INDICATOR, "label": "Personnes touchées", "unit": "personnes", "targets": targets}],
        "funders": [{"funder_id": organisations[each.funder_key], "name": _NAMES[each.funder_key]} for each in own],
        "tranches": [
            {
                "funder_id": organisations[each.funder_key],
                "year": year,
                "budget_line": each.budget_line,
                "amount_cents": each.cents,
                "firm": year == YEARS[0],
            }
            for each in own
            for year in YEARS
        ],
        "total_cents": sum(each.cents for each in own) * len(YEARS),
    }


def yearly_report(cpo: Mapping[str, object], planned_charges_cents: int, target: float) -> dict[str, object]:
    """What the holder tells of a year of its agreement."""
    return {
        "summary": french(f"« {cpo['title']} » a été tenue toute l’année, avec l’équipe prévue."),
        "objectives": [
            {"label": "Tenir l’action trois ans", "reached": "L’équipe est en place et le conseil des habitants se réunit."}
        ],
        "indicators": [{"code": INDICATOR, "actual": target, "comment": "Relevé des présences."}],
        "charges_cents": planned_charges_cents,
        "produits_cents": planned_charges_cents,
    }
