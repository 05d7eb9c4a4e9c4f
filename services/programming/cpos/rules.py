"""The rules of a CPO: its years, what a draft must hold, the budget of a year, what conditions a tranche. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from services.common.language import Text, euros
from services.common.problems import FieldError
from services.common.shares import split

from ..dossiers.rules import months_after
from .models import CpoStatus, TrancheState, YearlyReportStatus
from .schemas import CpoYearBudget, SplitWrite, TrancheStatus, TrancheWrite

#: Where a budget that no longer balances says so: what is still to be found.
_TO_BE_FOUND = {"account": "758", "label": "Reste à trouver"}


@dataclass(frozen=True)
class Year:
    """One year of an agreement, named for the calendar year it starts in."""

    year: int
    first: date
    last: date


def years_of(starts_on: date, count: int) -> list[Year]:
    """Twelve months each, one after the other without a day lost: 29 February has no anniversary, the 28th stands for it."""
    firsts = [months_after(starts_on, 12 * i) for i in range(count + 1)]
    return [Year(first.year, first, after - timedelta(days=1)) for first, after in pairwise(firsts)]


def status_at(stored: CpoStatus, starts_on: date, ends_on: date, today: date) -> CpoStatus:
    """What was signed is in force from its first day and ended after its last, whether or not somebody has said so."""
    if stored not in {CpoStatus.SIGNED, CpoStatus.IN_FORCE}:
        return stored
    if today > ends_on:
        return CpoStatus.ENDED
    return CpoStatus.IN_FORCE if today >= starts_on else stored


def current_year(starts_on: date, count: int, today: date) -> int:
    """The agreement's year under way: the first before it starts, beyond the last once it has ended."""
    years = years_of(starts_on, count)
    return next((year.year for year in years if today <= year.last), years[-1].year + 1)


# A draft


@dataclass(frozen=True)
class Plan:
    """A draft as its rules see it."""

    title: str
    contact: Mapping[str, Any]
    starts_on: date
    years: int
    funder_ids: Sequence[UUID]
    tranches: Sequence[TrancheWrite]
    splits: Sequence[SplitWrite]
    total_cents: int | None
    budgets: Sequence[CpoYearBudget]
    objective_codes: Sequence[str]
    transversal_codes: Sequence[str]
    qpv_codes: Sequence[str]


@dataclass(frozen=True)
class Frame:
    """What the contract allows."""

    starts_on: date
    ends_on: date
    objective_codes: frozenset[str]
    transversal_codes: frozenset[str]
    qpv_codes: frozenset[str]


def tranches_of(plan: Plan) -> list[TrancheWrite]:
    """The tranches, those of a split included: shared to the cent, what is given always adds up to what there was."""
    years = [year.year for year in years_of(plan.starts_on, plan.years)]
    made = list(plan.tranches)
    for one in plan.splits:
        parts = split(one.total_cents, one.weights or [1] * len(years))
        made += [
            TrancheWrite(funder_id=one.funder_id, year=year, budget_line=one.budget_line, amount_cents=cents)
            for year, cents in zip(years, parts, strict=False)
            if cents
        ]
    return [tranche.model_copy(update={"firm": tranche.firm or tranche.year == years[0]}) for tranche in made]


def plan_errors(plan: Plan, frame: Frame) -> list[FieldError]:
    """Everything that keeps this draft from being an agreement."""
    return [*_identity_errors(plan, frame), *_code_errors(plan, frame), *_money_errors(plan), *_budget_errors(plan)]


def _missing(pointer: str, fr: str, en: str) -> FieldError:
    return FieldError(pointer, Text(fr, en), "missing")


def _identity_errors(plan: Plan, frame: Frame) -> list[FieldError]:
    errors = []
    if not plan.title.strip():
        errors.append(_missing("/title", "Donnez un intitulé.", "Give a title."))
    if not plan.contact.get("full_name"):
        errors.append(_missing("/contact/full_name", "Nommez la personne à contacter.", "Name the person to contact."))
    if not plan.contact.get("email"):
        errors.append(_missing("/contact/email", "Donnez l'adresse e-mail de cette personne.", "Give that person's e-mail."))
    if not frame.starts_on <= plan.starts_on <= frame.ends_on:
        said = Text("La convention commence hors de la période du contrat.", "It starts outside the contract's period.")
        errors.append(FieldError("/starts_on", said, "outside_contract"))
    return errors


def _code_errors(plan: Plan, frame: Frame) -> list[FieldError]:
    errors = []
    if not plan.objective_codes:
        errors.append(_missing("/objective_codes", "Choisissez au moins un objectif du contrat.", "Choose an objective at least."))
    for field, codes, known in (
        ("objective_codes", plan.objective_codes, frame.objective_codes),
        ("transversal_codes", plan.transversal_codes, frame.transversal_codes),
        ("qpv_codes", plan.qpv_codes, frame.qpv_codes),
    ):
        said = Text("Ce code n'est pas dans le contrat.", "This code is not in the contract.")
        errors += [FieldError(f"/{field}/{i}", said, "unknown_code") for i, code in enumerate(codes) if code not in known]
    return errors


def _money_errors(plan: Plan) -> list[FieldError]:
    errors = []
    repeated = Text("Ce financeur est nommé deux fois.", "This funder is named twice.")
    for i, funder_id in enumerate(plan.funder_ids):
        if funder_id in plan.funder_ids[:i]:
            errors.append(FieldError(f"/funders/{i}/funder_id", repeated, "repeated"))
    for i, one in enumerate(plan.splits):
        if one.weights and (len(one.weights) != plan.years or not any(one.weights)):
            said = Text(f"Donnez {plan.years} poids, non tous nuls.", f"Give {plan.years} weights, not all zero.")
            errors.append(FieldError(f"/splits/{i}/weights", said, "weights"))
    if errors:
        return errors
    tranches = tranches_of(plan)
    errors += _tranche_errors(plan, tranches)
    total = sum(tranche.amount_cents for tranche in tranches)
    if plan.total_cents is not None and plan.total_cents != total:
        said = Text(
            f"Les tranches font {euros(total)}, pas {euros(plan.total_cents)}.",
            f"The tranches add up to {euros(total)}, not {euros(plan.total_cents)}.",
        )
        errors.append(FieldError("/total_cents", said, "total_differs"))
    return errors


def _tranche_errors(plan: Plan, tranches: Sequence[TrancheWrite]) -> list[FieldError]:
    errors = []
    years = [year.year for year in years_of(plan.starts_on, plan.years)]
    seen: set[tuple[UUID, int]] = set()
    for i, tranche in enumerate(tranches):
        if tranche.year not in years:
            said = Text("Cette année n'est pas dans la convention.", "This year is not in the agreement.")
            errors.append(FieldError(f"/tranches/{i}/year", said, "outside_years"))
        if tranche.funder_id not in plan.funder_ids:
            said = Text("Ce financeur n'est pas partie à la convention.", "This funder is no party to the agreement.")
            errors.append(FieldError(f"/tranches/{i}/funder_id", said, "unknown_funder"))
        if (tranche.funder_id, tranche.year) in seen:
            said = Text("Un financeur apporte une seule tranche par an.", "A funder brings one tranche a year.")
            errors.append(FieldError(f"/tranches/{i}", said, "repeated"))
        seen.add((tranche.funder_id, tranche.year))
    bringing = {tranche.funder_id for tranche in tranches}
    said = Text("Ce financeur n'apporte rien.", "This funder brings nothing.")
    errors += [FieldError(f"/funders/{i}", said, "brings_nothing") for i, one in enumerate(plan.funder_ids) if one not in bringing]
    if years[0] not in {tranche.year for tranche in tranches}:
        said = Text("La première année, ferme, n'a pas de tranche.", "The first year, which is firm, has no tranche.")
        errors.append(FieldError("/tranches", said, "no_first_year"))
    return errors


def _budget_errors(plan: Plan) -> list[FieldError]:
    errors = []
    years = [year.year for year in years_of(plan.starts_on, plan.years)]
    for i, budget in enumerate(plan.budgets):
        if budget.year not in years or budget.year in {before.year for before in plan.budgets[:i]}:
            said = Text("Une année de la convention, une seule fois.", "A year of the agreement, once.")
            errors.append(FieldError(f"/budgets/{i}/year", said, "outside_years"))
        said = Text("Les tranches des financeurs s'ajoutent d'elles-mêmes.", "The funders' tranches are added by themselves.")
        errors += [
            FieldError(f"/budgets/{i}/produits/{j}/funder_id", said, "tranche_line")
            for j, line in enumerate(budget.produits)
            if line.funder_id is not None
        ]
    return errors


# A year


def budget_of(budgets: Sequence[CpoYearBudget], year: int) -> CpoYearBudget:
    """The year's own budget, or the first's carried over; empty when there is none."""
    given = {budget.year: budget for budget in budgets}
    carried = given.get(year) or (given[min(given)] if given else CpoYearBudget(year=year))
    return carried.model_copy(update={"year": year})


def dossier_budget(budget: Mapping[str, Any], tranches: Iterable[tuple[UUID, str, int]]) -> dict[str, Any]:
    """The dossier's budget of a year: its own lines, one line 74 per confirmed tranche (funder, name, cents), and what is missing.

    What the charges still need is written as such (account 758): a budget that is not covered says so instead of being out of
    balance.
    """
    lines = {name: list(budget.get(name) or []) for name in ("charges", "produits", "voluntary_uses", "voluntary_resources")}
    lines["produits"] += [
        {"account": "74", "label": name, "amount_cents": cents, "funder_id": str(funder_id)} for funder_id, name, cents in tranches
    ]
    missing = sum_of(lines["charges"]) - sum_of(lines["produits"])
    if missing > 0:
        lines["produits"].append({**_TO_BE_FOUND, "amount_cents": missing, "funder_id": None})
    return lines


def sum_of(lines: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(line["amount_cents"]) for line in lines)


def motive(year: int, reference: str) -> str:
    """What a funder notifies a tranche with: the decision is the agreement itself."""
    return f"Tranche {year} de la convention pluriannuelle {reference}"


# A tranche and its report


def tranche_status(
    state: TrancheState, *, granted: int = 0, committed: int = 0, held: int = 0, justified: bool = False
) -> TrancheStatus:
    """Where a tranche is: what the parties did of it, then what its award's money did."""
    if state is not TrancheState.CONFIRMED:
        return TrancheStatus(state.value)
    if justified:
        return TrancheStatus.JUSTIFIED
    if granted and held >= granted:
        return TrancheStatus.PAID
    return TrancheStatus.COMMITTED if committed else TrancheStatus.CONFIRMED


def report_errors(
    summary: str, charges_cents: int | None, produits_cents: int | None, codes: Sequence[str], known: Sequence[str]
) -> list[FieldError]:
    """What a yearly report must hold before the funders read it: its words, its figures, every indicator of the agreement."""
    errors = []
    if not summary.strip():
        errors.append(_missing("/summary", "Dites ce qui a été fait.", "Say what was done."))
    if charges_cents is None:
        errors.append(_missing("/charges_cents", "Donnez les charges de l'année.", "Give the year's charges."))
    if produits_cents is None:
        errors.append(_missing("/produits_cents", "Donnez les produits de l'année.", "Give the year's produits."))
    errors += [
        _missing("/indicators", f"Renseignez l'indicateur « {code} ».", f"Give the actual value of the indicator “{code}”.")
        for code in known
        if code not in codes
    ]
    said = Text("Cet indicateur n'est pas dans la convention.", "This indicator is not in the agreement.")
    errors += [FieldError(f"/indicators/{i}/code", said, "unknown_code") for i, code in enumerate(codes) if code not in known]
    return errors


#: A report the holder may still write.
REPORT_OPEN = {YearlyReportStatus.DRAFT, YearlyReportStatus.COMPLETION_REQUESTED}
