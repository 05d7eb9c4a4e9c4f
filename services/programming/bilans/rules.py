"""The rules of the bilan: gaps, balance, completeness, what is justified, when to remind. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.common.language import Text, euros
from services.common.problems import FieldError

from ..dossiers.rules import months_after
from .models import BilanReviewStatus, BilanStatus
from .schemas import BilanContent, BilanIndicator, BilanReport, PublicReached, Statement

#: The form asks to explain "significant" gaps and sets no figure: one that is neither small money nor a small share is.
GAP_BP, GAP_CENTS = 1_000, 100_000

GROUPS = ("charges", "produits", "voluntary_uses", "voluntary_resources")

EDITABLE = {BilanStatus.DRAFT, BilanStatus.COMPLETION_REQUESTED}
DECIDED = {BilanReviewStatus.ACCEPTED, BilanReviewStatus.REJECTED}

Key = tuple[str, str, UUID | None]


@dataclass(frozen=True)
class Line:
    """A line of the statement. Euro cents; `planned` is 0 on a line that was not in the budget."""

    account: str
    label: str
    funder_id: UUID | None
    planned: int
    actual: int | None
    explanation: str

    @property
    def gap(self) -> int | None:
        return None if self.actual is None else self.actual - self.planned

    @property
    def gap_bp(self) -> int | None:
        return None if self.actual is None else gap_bp(self.planned, self.actual)

    @property
    def to_explain(self) -> bool:
        return self.actual is not None and to_explain(self.planned, self.actual)


def gap_bp(planned: int, actual: int) -> int | None:
    """The gap in basis points of what was planned, to the nearest, halves away from zero; None when nothing was planned."""
    if planned == 0:
        return None
    size = (2 * abs(actual - planned) * 10_000 + planned) // (2 * planned)
    return size if actual >= planned else -size


def to_explain(planned: int, actual: int) -> bool:
    gap = abs(actual - planned)
    return gap > GAP_CENTS and gap * 10_000 > GAP_BP * planned


def lines(planned: Mapping[str, Any], statement: Statement) -> dict[str, list[Line]]:
    """The statement beside the budget: the budget's lines in their order, then those nobody had planned."""
    return {group: _lines(planned.get(group, ()), getattr(statement, group)) for group in GROUPS}


def _lines(planned: Iterable[Mapping[str, Any]], actual: Iterable[Any]) -> list[Line]:
    amounts: dict[Key, int] = {}
    for line in planned:  # the same account and label written twice in a budget is one line here
        funder_id = UUID(str(line["funder_id"])) if line.get("funder_id") else None
        key = (line["account"], line["label"], funder_id)
        amounts[key] = amounts.get(key, 0) + line["amount_cents"]
    written = {key_of(line): line for line in actual}
    made = []
    for key in [*amounts, *(key for key in written if key not in amounts)]:
        told = (written[key].actual_cents, written[key].explanation) if key in written else (None, "")
        made.append(Line(*key, amounts.get(key, 0), *told))
    return made


def key_of(line: Any) -> Key:
    """What a line of the budget is found by."""
    return line.account, line.label, getattr(line, "funder_id", None)


def repeated(statement: Statement) -> list[FieldError]:
    """The same line sent twice: nobody could tell which amount counts."""
    said = Text("Cette ligne figure déjà plus haut.", "This line is already above.")
    errors = []
    for group in GROUPS:
        keys = [key_of(line) for line in getattr(statement, group)]
        errors += [FieldError(f"/statement/{group}/{i}", said, "repeated") for i, key in enumerate(keys) if key in keys[:i]]
    return errors


def reconciled(planned: Mapping[str, Any], statement: Statement) -> Statement:
    """The statement with every line of the budget in it."""
    kept = {
        group: [
            {
                "account": line.account,
                "label": line.label,
                "funder_id": line.funder_id,
                "actual_cents": line.actual,
                "explanation": line.explanation,
            }
            for line in found
        ]
        for group, found in lines(planned, statement).items()
    }
    return Statement.model_validate(kept)


def planned_of(budget: Mapping[str, Any], content: Mapping[str, Any], qpv_codes: Sequence[str]) -> dict[str, Any]:
    """What the bilan keeps of the dossier as submitted."""
    return {
        "budget": {group: budget.get(group, []) for group in GROUPS},
        "publics": content.get("publics", []),
        "need": content.get("need", ""),
        "indicators": content.get("indicators", ""),
        "territory": content.get("territory", ""),
        "qpv_codes": list(qpv_codes),
    }


def blank(planned: Mapping[str, Any]) -> BilanContent:
    """The form as it opens: what was planned is written already."""
    return BilanContent(
        statement=reconciled(planned["budget"], Statement()),
        report=BilanReport(),
        publics=[PublicReached.model_validate({"label": p["label"], "planned_count": p.get("count")}) for p in planned["publics"]],
        qpv_codes=planned["qpv_codes"],
        territory=planned["territory"],
        starts_on=None,
        ends_on=None,
    )


def total_planned(found: Iterable[Line]) -> int:
    return sum(line.planned for line in found)


def total_actual(found: Iterable[Line]) -> int:
    return sum(line.actual or 0 for line in found)


# Money


def pro_rata(granted: int, planned: int, actual: int) -> int:
    """What the accounts bear out of a grant: the funder bears its share of what was not spent, none of an overspending.

    Granted × actual ÷ planned, at most the grant. Rounded down: no cent is justified that was not spent.
    """
    return granted if actual >= planned else granted * actual // planned


# Completeness


def section_of(pointer: str) -> str:
    return pointer.split("/")[1]


def completeness(content: BilanContent, planned: Mapping[str, Any], *, known_qpvs: frozenset[str], today: date) -> list[FieldError]:
    """Everything that stands between the bilan and its submission, in the order of the form."""
    return [
        *_report_errors(content.report),
        *_public_errors(content.publics),
        *_indicator_errors(content.indicators),
        *_date_errors(content.starts_on, content.ends_on, today),
        *_place_errors(content, known_qpvs),
        *statement_errors(lines(planned, content.statement)),
    ]


def _missing(pointer: str, fr: str, en: str) -> FieldError:
    return FieldError(pointer, Text(fr, en), "missing")


def _report_errors(report: BilanReport) -> list[FieldError]:
    wanted = {
        "done": Text("Décrivez ce qui a été réalisé.", "Describe what was done."),
        "participation": Text("Dites comment les habitants ont pris part.", "Say how inhabitants took part."),
        "evaluation": Text("Dites ce que montrent les indicateurs.", "Say what the indicators show."),
    }
    return [FieldError(f"/report/{name}", said, "missing") for name, said in wanted.items() if not getattr(report, name).strip()]


def _public_errors(publics: Sequence[PublicReached]) -> list[FieldError]:
    if not publics:
        return [_missing("/publics", "Dites quels publics ont été touchés.", "Say which publics were reached.")]
    errors = []
    above = Text("Ce nombre dépasse celui des personnes touchées.", "This number is above that of people reached.")
    for i, public in enumerate(publics):
        if public.actual_count is None:
            errors.append(
                _missing(f"/publics/{i}/actual_count", "Combien de personnes touchées ?", "How many people were reached?")
            )
            continue
        if (public.women or 0) + (public.men or 0) > public.actual_count:
            errors.append(FieldError(f"/publics/{i}/women", above, "above_actual"))
        if (public.qpv_residents or 0) > public.actual_count:
            errors.append(FieldError(f"/publics/{i}/qpv_residents", above, "above_actual"))
    return errors


def _indicator_errors(indicators: Sequence[BilanIndicator]) -> list[FieldError]:
    return [
        _missing(f"/indicators/{i}/actual", "Donnez le résultat de cet indicateur.", "Give the result of this indicator.")
        for i, indicator in enumerate(indicators)
        if not indicator.actual.strip()
    ]


def _date_errors(starts_on: date | None, ends_on: date | None, today: date) -> list[FieldError]:
    if starts_on is None or ends_on is None:
        pointer = "/starts_on" if starts_on is None else "/ends_on"
        return [_missing(pointer, "Donnez les dates réelles de l'action.", "Give the days it was really held.")]
    if ends_on < starts_on:
        return [FieldError("/ends_on", Text("La fin précède le début.", "It ends before it starts."), "ends_before_start")]
    if ends_on > today:
        said = Text("Un bilan se dépose une fois l'action finie.", "A bilan is submitted once the action is over.")
        return [FieldError("/ends_on", said, "not_over")]
    return []


def _place_errors(content: BilanContent, known: frozenset[str]) -> list[FieldError]:
    if not content.qpv_codes and not content.territory.strip():
        return [_missing("/qpv_codes", "Dites où l'action s'est tenue.", "Say where it was held.")]
    said = Text("Ce code n'est pas dans le contrat.", "This code is not in the contract.")
    return [FieldError(f"/qpv_codes/{i}", said, "unknown_code") for i, code in enumerate(content.qpv_codes) if code not in known]


def statement_errors(found: Mapping[str, Sequence[Line]]) -> list[FieldError]:
    """Each line told, each large gap explained; charges equal produits and 86 equals 87 in what was really done."""
    errors = []
    for group in GROUPS:
        for i, line in enumerate(found[group]):
            where = f"/statement/{group}/{i}"
            if line.actual is None:
                errors.append(
                    _missing(
                        f"{where}/actual_cents", "Donnez le montant réel, 0 s'il n'y a rien.", "Give the real amount, 0 if none."
                    )
                )
            elif line.to_explain and not line.explanation.strip():
                gap = euros(abs(line.actual - line.planned))
                said = Text(f"Expliquez cet écart de {gap} avec le prévu.", f"Explain this gap of {gap} with what was planned.")
                errors.append(FieldError(f"{where}/explanation", said, "gap_unexplained"))
    charges, produits, uses, resources = (total_actual(found[group]) for group in GROUPS)
    if charges != produits:
        said = Text(
            f"Les totaux réels diffèrent : {euros(charges)} de charges, {euros(produits)} de produits.",
            f"Real totals differ: {euros(charges)} of charges, {euros(produits)} of produits.",
        )
        errors.append(FieldError("/statement", said, "unbalanced"))
    if uses != resources:
        said = Text(
            f"Les contributions volontaires diffèrent : {euros(uses)} en 86, {euros(resources)} en 87.",
            f"Voluntary contributions differ: {euros(uses)} in 86, {euros(resources)} in 87.",
        )
        errors.append(FieldError("/statement/voluntary_uses", said, "voluntary_unbalanced"))
    return errors


# Life


def status_of(reviews: Sequence[BilanReviewStatus]) -> BilanStatus:
    """A submitted bilan is with its holder as long as one funder waits for a completion, instructed once all have decided."""
    if BilanReviewStatus.COMPLETION_REQUESTED in reviews:
        return BilanStatus.COMPLETION_REQUESTED
    return BilanStatus.INSTRUCTED if all(status in DECIDED for status in reviews) else BilanStatus.SUBMITTED


def step_reached(due_on: date, today: date) -> int | None:
    """The last reminder that is due: months from the due day (-3, -1, 0, then 1, 2, … while overdue); None before the first."""
    if today < due_on:
        return next((step for step in (-1, -3) if today >= months_after(due_on, step)), None)
    months = (today.year - due_on.year) * 12 + today.month - due_on.month
    return months if today >= months_after(due_on, months) else months - 1
