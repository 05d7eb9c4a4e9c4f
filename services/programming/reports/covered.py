"""What a programme covers, as the annual report draws it: the matrix, the multi-year share, what partners do beside. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.common.language import euros

from ..coverage.records import QUALIFICATION_LABELS, Qualification
from ..coverage.schemas import MatrixRead, Totals
from ..cpos.money_schemas import MultiYearFigures, MultiYearShare
from . import rules

#: Neighbourhoods across one table.
_COLUMNS = 9
_OUTSIDE = "Hors QPV"


def places(matrix: MatrixRead) -> list[tuple[str, str]]:
    """(code, name) of each QPV, then what is outside them ("")."""
    return [*((qpv.code, rules.printable(qpv.name)) for qpv in matrix.qpvs), ("", _OUTSIDE)]


def coverage(matrix: MatrixRead) -> dict[str, Any]:
    """Tables of nine QPVs at most, the last with the line totals; `weight` of a cell is its share of the heaviest, which shades it.

    Codes of former frameworks and the column outside QPVs are drawn when something is granted there.
    """
    width = len(matrix.qpvs) + 1
    shown = [qpv.in_force or bool(total.granted.actions) for qpv, total in zip(matrix.qpvs, matrix.by_qpv, strict=False)]
    columns = [i for i, kept in enumerate([*shown, matrix.by_qpv[-1].granted.actions > 0]) if kept]
    lines = [i for i, o in enumerate(matrix.objectives) if o.in_force or matrix.by_objective[i].granted.actions]
    heaviest = max((cell.granted.amount_cents for cell in matrix.cells), default=0)
    names = places(matrix)
    chunks = [columns[i : i + _COLUMNS] for i in range(0, len(columns), _COLUMNS)]
    due = sum(objective.in_force for objective in matrix.objectives) * sum(qpv.in_force for qpv in matrix.qpvs)
    return {
        "known": bool(matrix.campaigns),
        "empty": not matrix.total.granted.actions,
        "total": euros(matrix.total.granted.amount_cents),
        "actions": matrix.total.granted.actions,
        "bare": len(matrix.uncovered),
        "due": due,
        "uncovered": [
            f"{o.code}. {rules.cut(o.title, 120)}"
            for o, total in zip(matrix.objectives, matrix.by_objective, strict=True)
            if o.in_force and not total.granted.actions
        ],
        "tables": [
            {
                "qpvs": [*(rules.cut(names[i][1], 60) for i in chunk), *(["Ensemble"] if chunk is chunks[-1] else [])],
                "rows": [
                    {
                        "objective": _objective(matrix.objectives[row].code, matrix.objectives[row].title),
                        "cells": [_cell(matrix.cells[row * width + i], heaviest) for i in chunk],
                        "total": _cell(matrix.by_objective[row], 0) if chunk is chunks[-1] else None,
                    }
                    for row in lines
                ],
                "totals": [
                    *(_cell(matrix.by_qpv[i], 0) for i in chunk),
                    *([_cell(matrix.total, 0)] if chunk is chunks[-1] else []),
                ],
            }
            for chunk in chunks
        ],
    }


def _objective(code: str, title: str) -> str:
    return rules.cut(f"{code}. {title}" if code else title, 90)


def _cell(totals: Totals, heaviest: int) -> dict[str, Any]:
    cents = totals.granted.amount_cents
    amount = euros(_whole(cents)) if totals.granted.actions else ""
    return {"actions": totals.granted.actions, "amount": amount, "weight": round(cents / heaviest, 3) if heaviest else 0}


def _whole(cents: int) -> int:
    """To the euro, half up: shares of a grant are told without their cents."""
    return (cents + 50) // 100 * 100


def multi_year(call: str, share: MultiYearShare, names: Mapping[UUID, str]) -> dict[str, Any]:
    """The share of one call, by agreements and by euros, of each funder and in all, with what is missing to the target."""
    rows = [_share(rules.printable(names.get(one.funder_id, "–")), one) for one in share.by_funder]
    return {
        "call": rules.printable(call),
        "known": share.agreements > 0,
        "rows": [*rows, _share("Ensemble", share)],
        "target": _basis_points(share.target_bp),
        "missing_agreements": share.missing_agreements,
        "missing": euros(share.missing_cents) if share.missing_cents else "",
    }


def _share(funder: str, figures: MultiYearFigures) -> dict[str, str]:
    return {
        "funder": funder,
        "agreements": str(figures.agreements),
        "agreements_multi_year": str(figures.agreements_multi_year),
        "of_agreements": _basis_points(figures.share_agreements_bp),
        "granted": euros(figures.granted_cents),
        "multi_year": euros(figures.multi_year_cents),
        "of_euros": _basis_points(figures.share_euros_bp),
    }


def _basis_points(share: int | None) -> str:
    return "–" if share is None else rules.percent(share, 10_000)


def beside(matrix: MatrixRead, leads: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Droit commun, TFPB counterparts, the cap outside QPVs, signatories taking part and action leads."""
    names = dict(places(matrix))
    return {
        "droit_commun": _droit_commun(matrix, names),
        "tfpb": {
            "known": bool(matrix.tfpb.qpvs),
            "rows": [
                [names.get(q.qpv_code, q.qpv_code), str(q.landlords), euros(q.abatement_cents), euros(q.actions_cents)]
                for q in matrix.tfpb.qpvs
            ],
            "abatement": euros(matrix.tfpb.abatement_cents),
            "actions": euros(matrix.tfpb.actions_cents),
            "share": rules.percent(matrix.tfpb.actions_cents, matrix.tfpb.abatement_cents),
        },
        "outside": _outside(matrix),
        "signatories": _signatories(matrix),
        "leads": _leads(leads, names),
    }


def _droit_commun(matrix: MatrixRead, names: Mapping[str, str]) -> dict[str, Any]:
    """By objective and by QPV: means are shared over the couples a measure names, so each table adds up to the whole."""
    layer = matrix.droit_commun
    objectives = {objective.code: _objective(objective.code, objective.title) for objective in matrix.objectives}
    by_objective: dict[str | None, list[int]] = {code: [0, 0] for code in [*objectives, None]}
    by_qpv: dict[str | None, list[int]] = {code: [0, 0] for code in [*(qpv.code for qpv in matrix.qpvs), None]}
    for cell in layer.cells:
        for sums, code in ((by_objective, cell.objective_code), (by_qpv, cell.qpv_code)):
            known = sums.setdefault(code, [0, 0])
            known[0], known[1] = known[0] + cell.amount_cents, known[1] + cell.staff_hundredths

    def lines(sums: Mapping[str | None, list[int]], said: Mapping[str, str], everywhere: str) -> list[list[str]]:
        return [
            [everywhere if code is None else said.get(code, code), euros(_whole(cents)), _staff(staff)]
            for code, (cents, staff) in sums.items()
            if cents or staff
        ]

    return {
        "measures": layer.measures,
        "amount": euros(layer.amount_cents),
        "staff": _staff(layer.staff_hundredths),
        "by_objective": lines(by_objective, objectives, "Tous les objectifs"),
        "by_qpv": lines(by_qpv, names, "Tout le territoire"),
    }


def _staff(hundredths: int) -> str:
    """Full-time equivalents: `1,5`."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole:,}".replace(",", "\u202f") + (f",{rest:02d}".rstrip("0") if rest else "")


def _outside(matrix: MatrixRead) -> dict[str, Any]:
    cap = matrix.outside_qpv
    if cap is None:
        return {"known": False}
    return {
        "known": True,
        "used": euros(cap.used_cents),
        "share": rules.percent(cap.used_cents, cap.envelope_cents),
        "cap_share": _basis_points(cap.cap_bp),
        "envelope": euros(cap.envelope_cents),
        "cap": euros(cap.cap_cents),
        "left": euros(abs(cap.left_cents)),
        "breached": cap.breached,
    }


def _signatories(matrix: MatrixRead) -> dict[str, Any]:
    found = matrix.signatories

    def named(taking_part: bool) -> list[str]:
        return [rules.cut(one.name, 120) for one in found.signatories if one.takes_part is taking_part]

    return {"signed": found.signed, "taking_part": found.taking_part, "funding": named(True), "others": named(False)}


def _leads(leads: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, Any]:
    """Leads by objective, with what covers each and how many are covered in each way."""
    ordered = sorted(leads, key=lambda lead: rules.natural(lead["objective_code"]))
    counts = dict.fromkeys(Qualification, 0)
    rows = []
    for lead in ordered:
        counts[lead["qualification"]] += 1
        rows.append(
            {
                "objective": lead["objective_code"],
                "title": rules.cut(lead["title"], 160),
                "qpvs": rules.some([names.get(code, code) for code in lead["qpv_codes"]], 2) or "Tout le territoire",
                "qualification": QUALIFICATION_LABELS[lead["qualification"]],
                "covered": lead["qualification"] is not Qualification.NOT_COVERED,
                "answers": _answers(lead),
            }
        )
    return {"rows": rows, "counts": [{"label": QUALIFICATION_LABELS[each], "value": str(n)} for each, n in counts.items()]}


def _answers(lead: Mapping[str, Any]) -> str:
    said = []
    if lead["dossiers"]:
        number = f"{lead['dossiers']} action" + ("s" if lead["dossiers"] > 1 else "")
        said.append(f"{number}, {euros(lead['granted_cents'])}")
    if lead["measures"]:
        said.append(f"{lead['measures']} mesure" + ("s" if lead["measures"] > 1 else ""))
    return " ; ".join(said) or "–"
