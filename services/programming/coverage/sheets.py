"""The matrix as a table for spreadsheets: CSV (UTF-8, comma, as SCDL files are) and XLSX (one sheet per layer). Euros."""

import io
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.common.cells import HEAD, lines, put, workbook
from services.common.clock import in_paris

from .schemas import STAGE_LABELS, Cell, MatrixRead, Stage, Totals

_OUTSIDE = "Hors QPV"
_SOURCE = "Canevas, programmation du contrat de ville"


def _euros(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"


def _granted_by(totals: Totals) -> dict[UUID, int]:
    return {one.funder_id: one.granted_cents for one in totals.funders}


def as_csv(matrix: MatrixRead) -> bytes:
    """One line per cell; amounts in euros with a point, empty where they are not yet to be read."""
    objectives = {objective.code: objective.title for objective in matrix.objectives}
    qpvs = {qpv.code: qpv for qpv in matrix.qpvs}
    figures = ("actions", "porteurs", "publics", "montantDemande", "montantPropose", "montantVote")
    funders = [f"vote_{funder.short_name}" for funder in matrix.funders]
    rows: list[Sequence[Any]] = [("objectif", "libelleObjectif", "qpv", "nomQPV", "population", "couvert", *figures, *funders)]
    for cell in matrix.cells:
        qpv = qpvs.get(cell.qpv_code or "")
        at_stage = getattr(cell, matrix.stage.value)
        granted = _granted_by(cell)
        place = [cell.objective_code, objectives[cell.objective_code], cell.qpv_code or "", qpv.name if qpv else _OUTSIDE]
        amounts = [stage.amount_cents if stage else None for stage in (cell.asked, cell.proposed, cell.granted)]
        rows.append(
            [
                *place,
                qpv.population if qpv and qpv.population is not None else "",
                "true" if cell.covered else "false",
                at_stage.actions,
                at_stage.holders,
                at_stage.publics,
                *map(_euros, amounts),
                *(_euros(granted.get(funder.id, 0)) for funder in matrix.funders),
            ]
        )
    return lines(rows, delimiter=",")


class _Book:
    """A workbook being written: text is always text, money is formatted, each sheet says what it is and of when."""

    def __init__(self, matrix: MatrixRead) -> None:
        self.out = io.BytesIO()
        self.book = workbook(self.out)
        self.book.set_properties({"title": matrix.title, "comments": _SOURCE, "created": matrix.computed_at.replace(tzinfo=None)})
        add = self.book.add_format
        self.title = add({"bold": True, "font_size": 14})
        self.note = add({"font_color": "#444444", "italic": True})
        self.head = add({**HEAD, "border": 1})
        self.text = add({"text_wrap": True, "valign": "top", "border": 1})
        self.money = add({"num_format": '#,##0.00\\ "€"', "border": 1, "valign": "top"})
        self.bare = add({"num_format": '#,##0.00\\ "€"', "border": 1, "valign": "top", "pattern": 4, "fg_color": "#999999"})
        self.number = add({"num_format": "#,##0", "border": 1, "valign": "top"})
        self.sum = add({"num_format": '#,##0.00\\ "€"', "border": 1, "bold": True, "top": 2})
        self.count = add({"num_format": "#,##0", "border": 1, "bold": True, "top": 2})
        self.total = add({"bold": True, "border": 1, "top": 2})
        self._matrix = matrix

    def sheet(self, name: str, heads: Sequence[str], widths: Sequence[int], *, told: str) -> Any:
        """A sheet with its title, date, source and frozen header; the first free row is 5."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, self._matrix.title, self.title)
        day = in_paris(self._matrix.computed_at)
        scenario = f" Scénario « {self._matrix.scenario.title} »." if self._matrix.scenario else ""
        sheet.write_string(1, 0, f"{told}{scenario}", self.note)
        sheet.write_string(2, 0, f"Source : {_SOURCE}, au {day:%d/%m/%Y à %H:%M}.", self.note)
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.write_string(4, column, head, self.head)
            sheet.set_column(column, column, width)
        sheet.freeze_panes(5, 2)
        sheet.set_landscape()
        sheet.repeat_rows(4)
        sheet.fit_to_pages(1, 0)
        return sheet

    def done(self) -> bytes:
        self.book.close()
        return self.out.getvalue()


def as_xlsx(matrix: MatrixRead) -> bytes:
    """Sheets: what is granted (proposed and asked, for who may read them), actions, funders, droit commun, TFPB, what is bare."""
    book = _Book(matrix)
    for stage in reversed(Stage):
        if getattr(matrix.total, stage.value) is not None:
            _grid(book, matrix, STAGE_LABELS[stage], stage.value, "amount_cents", f"Euros, {STAGE_LABELS[stage].lower()}.")
    told = "Nombre d'actions : une action compte dans chacune de ses cellules, une seule fois dans chaque total."
    _grid(book, matrix, "Actions", matrix.stage.value, "actions", told)
    _funders(book, matrix)
    _beside(book, matrix)
    _bare(book, matrix)
    return book.done()


def _grid(book: _Book, matrix: MatrixRead, name: str, stage: str, figure: str, told: str) -> None:
    money = figure == "amount_cents"
    one, whole = (book.money, book.sum) if money else (book.number, book.count)
    columns = [f"{qpv.name} ({qpv.code})" for qpv in matrix.qpvs]
    sheet = book.sheet(
        name, ["Objectif", "Intitulé", *columns, _OUTSIDE, "Total"], [10, 44, *[16] * len(columns), 16, 18], told=told
    )

    def value(totals: Totals) -> float:
        amount: int = getattr(getattr(totals, stage), figure)
        return amount / 100 if money else amount

    width = len(matrix.qpvs) + 1
    row = 5
    for i, objective in enumerate(matrix.objectives):
        sheet.write_string(row, 0, objective.code, book.text)
        sheet.write_string(row, 1, objective.title, book.text)
        for column, cell in enumerate(matrix.cells[i * width : (i + 1) * width]):
            bare = money and cell.qpv_code is not None and not getattr(cell, stage).actions
            sheet.write_number(row, 2 + column, value(cell), book.bare if bare else one)
        sheet.write_number(row, 2 + width, value(matrix.by_objective[i]), whole)
        row += 1
    sheet.write_string(row, 0, "Total", book.total)
    sheet.write_string(row, 1, "", book.total)
    for column, total in enumerate([*matrix.by_qpv, matrix.total]):
        sheet.write_number(row, 2 + column, value(total), whole)


def _rows(sheet: Any, book: _Book, rows: Iterable[Sequence[Any]]) -> None:
    """Text as text, `float` as euros, `int` as a number."""
    for number, row in enumerate(rows, 5):
        for column, value in enumerate(row):
            looks = book.money if isinstance(value, float) else book.number if isinstance(value, int) else book.text
            put(sheet, number, column, value, looks)


def _name(matrix: MatrixRead, cell: Cell) -> tuple[str, str, str, str]:
    objective = next(o.title for o in matrix.objectives if o.code == cell.objective_code)
    qpv = next((q.name for q in matrix.qpvs if q.code == cell.qpv_code), _OUTSIDE)
    return cell.objective_code, objective, cell.qpv_code or "", qpv


def _funders(book: _Book, matrix: MatrixRead) -> None:
    heads = ["Objectif", "Intitulé", "QPV", "Nom du QPV", "Financeur", "Demandé", "Proposé", "Voté"]
    sheet = book.sheet("Financeurs", heads, [10, 44, 12, 30, 24, 16, 16, 16], told="Euros par cellule et par financeur.")
    names = {funder.id: funder.short_name for funder in matrix.funders}
    _rows(
        sheet,
        book,
        (
            (
                *_name(matrix, cell),
                names.get(one.funder_id, str(one.funder_id)),
                *(None if cents is None else cents / 100 for cents in (one.asked_cents, one.proposed_cents, one.granted_cents)),
            )
            for cell in matrix.cells
            for one in cell.funders
        ),
    )


def _beside(book: _Book, matrix: MatrixRead) -> None:
    objectives = {objective.code: objective.title for objective in matrix.objectives}
    qpvs = {qpv.code: qpv.name for qpv in matrix.qpvs}
    heads = ["Objectif", "Intitulé", "QPV", "Nom du QPV", "Mesures", "Montant", "ETP (centièmes)"]
    told = "Droit commun : à côté des subventions, jamais additionné avec elles."
    sheet = book.sheet("Droit commun", heads, [10, 44, 12, 30, 10, 16, 16], told=told)
    _rows(
        sheet,
        book,
        (
            (
                cell.objective_code or "",
                objectives.get(cell.objective_code or "", "Tous les objectifs"),
                cell.qpv_code or "",
                qpvs.get(cell.qpv_code or "", "Tout le territoire"),
                cell.measures,
                cell.amount_cents / 100,
                cell.staff_hundredths,
            )
            for cell in matrix.droit_commun.cells
        ),
    )
    heads = ["QPV", "Nom du QPV", "Bailleurs", "Abattement", "Actions en contrepartie"]
    sheet = book.sheet(
        "TFPB", heads, [12, 44, 10, 18, 24], told="Contreparties de l'abattement de TFPB : suivies, jamais des subventions."
    )
    _rows(
        sheet,
        book,
        (
            (one.qpv_code, qpvs.get(one.qpv_code, one.qpv_code), one.landlords, one.abatement_cents / 100, one.actions_cents / 100)
            for one in matrix.tfpb.qpvs
        ),
    )


def _bare(book: _Book, matrix: MatrixRead) -> None:
    objectives = {objective.code: objective.title for objective in matrix.objectives}
    qpvs = {qpv.code: qpv for qpv in matrix.qpvs}
    heads = ["Objectif", "Intitulé", "QPV", "Nom du QPV", "Population"]
    told = f"Cellules où rien n'est {STAGE_LABELS[matrix.stage].lower()}."
    sheet = book.sheet("Non couvertes", heads, [10, 44, 12, 44, 12], told=told)
    _rows(
        sheet,
        book,
        (
            (
                place.objective_code,
                objectives[place.objective_code],
                place.qpv_code,
                qpvs[place.qpv_code].name,
                qpvs[place.qpv_code].population,
            )
            for place in matrix.uncovered
        ),
    )
