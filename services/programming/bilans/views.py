"""What each reader is shown of a bilan: its holder the draft, funders and the team what was last submitted."""

from typing import Any

from services.common.db import Row
from services.common.etag import etag

from ..permanent_files.rules import scan_mark
from . import rules
from .schemas import BilanContent


def tag(row: Row) -> str:
    return etag(row["version"], scan_mark(row["attachments"]))


def whole(row: Row) -> dict[str, Any]:
    """The row of `repository.ONE`, fit for its reader."""
    kept = row["content"] if row["as_holder"] else row["submitted_content"]
    content = rules.blank(row["planned"]) if kept is None else BilanContent.model_validate(kept)
    attachments = [a for a in row["attachments"] if row["as_holder"] or a["number"] <= row["number"]]
    shown = content.model_dump(exclude={"statement"})
    return {**row, **shown, "statement": _statement(row["planned"]["budget"], content), "attachments": attachments}


def _statement(planned: dict[str, Any], content: BilanContent) -> dict[str, Any]:
    found = rules.lines(planned, content.statement)
    return {
        **{group: [_line(line) for line in lines] for group, lines in found.items()},
        "totals": {
            "planned_charges_cents": rules.total_planned(found["charges"]),
            "actual_charges_cents": rules.total_actual(found["charges"]),
            "planned_produits_cents": rules.total_planned(found["produits"]),
            "actual_produits_cents": rules.total_actual(found["produits"]),
            "actual_voluntary_uses_cents": rules.total_actual(found["voluntary_uses"]),
            "actual_voluntary_resources_cents": rules.total_actual(found["voluntary_resources"]),
        },
    }


def _line(line: rules.Line) -> dict[str, Any]:
    return {
        "account": line.account,
        "label": line.label,
        "funder_id": line.funder_id,
        "planned_cents": line.planned,
        "actual_cents": line.actual,
        "gap_cents": line.gap,
        "gap_bp": line.gap_bp,
        "to_explain": line.to_explain,
        "explanation": line.explanation,
    }
