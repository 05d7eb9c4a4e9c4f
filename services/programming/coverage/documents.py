"""The matrix as a document: which format is wanted, and the bytes of each. Made in a thread: it may be large."""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

from services.common import pdf
from services.common.language import euros

from . import heatmap, sheets
from .schemas import Format, MatrixRead

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "coverage.typ"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.XLSX: _XLSX,
    Format.SVG: "image/svg+xml",
    Format.PDF: "application/pdf",
}
BINARY = (_XLSX, "application/pdf")
TEXT = ("text/csv", "image/svg+xml")


class Made(NamedTuple):
    content: bytes
    media_type: str
    #: The name to save it under; none for JSON.
    name: str = ""


def wanted(asked: str | None, accept: str) -> Format:
    """`?format=` first, then the best known type of `Accept` (RFC 9110 §12.5.1); JSON for anything else."""
    if asked is not None:
        return Format(asked)
    known = {media: kind for kind, media in MEDIA.items()} | {"*/*": Format.JSON}
    best, weight = Format.JSON, 0.0
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_number(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if media in known and quality > weight:
            best, weight = known[media], quality
    return best


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


async def write(matrix: MatrixRead, kind: Format) -> Made:
    name = f"couverture-{matrix.computed_at:%Y-%m-%d}.{kind.value}"
    if kind is Format.JSON:
        return Made(matrix.model_dump_json().encode(), MEDIA[kind])
    if kind is Format.PDF:
        return Made(await pdf.render(_TEMPLATE, as_data(matrix)), MEDIA[kind], name)
    made = {Format.CSV: sheets.as_csv, Format.XLSX: sheets.as_xlsx, Format.SVG: heatmap.as_svg}[kind]
    return Made(await asyncio.to_thread(made, matrix), MEDIA[kind], name)


def as_data(matrix: MatrixRead) -> dict[str, Any]:
    """What `letters/coverage.typ` reads: texts ready to print, colours chosen."""
    stage = matrix.stage.value
    colours = heatmap.shades([getattr(cell, stage).amount_cents for cell in matrix.cells])
    width = len(matrix.qpvs) + 1
    cells = []
    for cell, colour in zip(matrix.cells, colours, strict=True):
        figures = getattr(cell, stage)
        bare = not figures.actions and cell.qpv_code is not None
        cells.append(
            {
                "amount": heatmap.short_euros(figures.amount_cents) if figures.actions else "",
                "actions": figures.actions,
                "bare": bare,
                "fill": colour,
                "ink": heatmap.ink(colour),
            }
        )

    def total(totals: Any) -> dict[str, Any]:
        figures = getattr(totals, stage)
        return {"amount": heatmap.short_euros(figures.amount_cents), "actions": figures.actions}

    rows = [
        {
            "code": objective.code,
            "title": objective.title,
            "cells": cells[i * width : (i + 1) * width],
            "total": total(matrix.by_objective[i]),
        }
        for i, objective in enumerate(matrix.objectives)
    ]
    objectives = {objective.code: f"{objective.code} – {objective.title}" for objective in matrix.objectives}
    qpvs = {qpv.code: qpv.name for qpv in matrix.qpvs}
    return {
        "title": matrix.title,
        "subtitle": heatmap.subtitle(matrix),
        "qpvs": [{"name": qpv.name, "population": qpv.population} for qpv in matrix.qpvs],
        "rows": rows,
        "totals": [total(one) for one in [*matrix.by_qpv, matrix.total]],
        "shades": list(heatmap.SHADES),
        "uncovered": [f"{objectives[p.objective_code]} : {qpvs[p.qpv_code]}" for p in matrix.uncovered],
        "outside": _outside(matrix),
        "droit_commun": f"{matrix.droit_commun.measures} mesure{'s' if matrix.droit_commun.measures > 1 else ''}, {euros(matrix.droit_commun.amount_cents)}",
        "tfpb": f"{euros(matrix.tfpb.abatement_cents)} d'abattement, {euros(matrix.tfpb.actions_cents)} d'actions",
        "rules": matrix.rules,
    }


def _outside(matrix: MatrixRead) -> str:
    cap = matrix.outside_qpv
    if cap is None:
        return ""
    said = f"{euros(cap.used_cents)} accordés hors QPV sur un plafond de {euros(cap.cap_cents)}"
    return f"{said} : plafond dépassé" if cap.breached else said
