"""The PDF of a bilan as it was submitted."""

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import pdf
from services.common.clock import in_paris
from services.common.jobs import job
from services.common.language import day_in_words, euros
from services.common.resources import Resources

from ..campaigns import service as campaigns
from . import repository, rules
from .models import Bilan, BilanSubmission
from .schemas import BilanContent

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "bilan.typ"

_TITLES = {
    "charges": "Charges",
    "produits": "Produits",
    "voluntary_uses": "Emplois des contributions volontaires (86)",
    "voluntary_resources": "Contributions volontaires (87)",
}
_PARTS = {
    "done": "Ce qui a été réalisé",
    "participation": "Participation des habitants",
    "evaluation": "Évaluation au regard des indicateurs",
    "difficulties": "Difficultés rencontrées",
    "partners": "Partenaires",
    "next_steps": "Suites",
}


@job("programming:write_bilan")
async def write_document(session: AsyncSession, resources: Resources, submission_id: str) -> None:
    """Make the PDF and keep it. Run twice, it is written once."""
    submission = await repository.submission(session, UUID(submission_id))
    if submission is None or submission.document_key is not None:
        return
    bilan = await repository.get(session, submission.bilan_id)
    if bilan is None:
        return
    campaign = await campaigns.get(session, bilan.campaign_id)
    funders = [review.funder_name for review in await repository.reviews(session, bilan.id)]
    data = document(bilan, submission, campaign_title=campaign.title, funders=funders)
    stored = await resources.files.write(f"bilan-{submission.id.hex}", await pdf.render(_TEMPLATE, data))
    submission.document_size, submission.document_sha256 = stored.size, stored.sha256
    submission.document_key = stored.key


def document(bilan: Bilan, submission: BilanSubmission, *, campaign_title: str, funders: list[str]) -> dict[str, Any]:
    """Data of `letters/bilan.typ`: every amount and date already in words people read."""
    kept = submission.snapshot
    content = BilanContent.model_validate(kept["content"])
    found = rules.lines(kept["planned"]["budget"], content.statement)
    arrived = in_paris(submission.submitted_at)
    return {
        "title": f"Bilan – {bilan.reference}",
        "reference": bilan.reference,
        "action": bilan.title,
        "holder": bilan.holder_name,
        "campaign": campaign_title,
        "funders": ", ".join(funders),
        "number": submission.number,
        "exercise": f"du {day_in_words(bilan.exercise_starts_on)} au {day_in_words(bilan.exercise_ends_on)}",
        "held": _held(content),
        "territory": content.territory,
        "qpvs": ", ".join(content.qpv_codes),
        "parts": [
            {"title": said, "text": text} for name, said in _PARTS.items() if (text := getattr(content.report, name).strip())
        ],
        "publics": [
            {
                "label": public.label,
                "numbers": [
                    _number(getattr(public, n)) for n in ("planned_count", "actual_count", "women", "men", "qpv_residents")
                ],
            }
            for public in content.publics
        ],
        "indicators": [indicator.model_dump() for indicator in content.indicators],
        "groups": [_group(_TITLES[name], lines) for name, lines in found.items() if lines],
        "attachments": [attachment["name"] for attachment in kept["attachments"]],
        "submitted": f"{day_in_words(arrived.date())} à {arrived:%H:%M}",
        "due": day_in_words(submission.due_on),
        "signatory": submission.signatory_name,
        "function": submission.signatory_function,
    }


def _held(content: BilanContent) -> str:
    if content.starts_on is None or content.ends_on is None:
        return ""
    return f"du {day_in_words(content.starts_on)} au {day_in_words(content.ends_on)}"


def _number(count: int | None) -> str:
    return "–" if count is None else str(count)


def _group(title: str, lines: list[rules.Line]) -> dict[str, Any]:
    planned, actual = rules.total_planned(lines), rules.total_actual(lines)
    return {
        "title": title,
        "lines": [
            {
                "account": line.account,
                "label": line.label,
                "explanation": line.explanation,
                **_amounts(line.planned, line.actual or 0),
            }
            for line in lines
        ],
        "total": _amounts(planned, actual),
    }


def _amounts(planned: int, actual: int) -> dict[str, str]:
    share = rules.gap_bp(planned, actual)
    percent = "–" if share is None else f"{share / 100:+.1f} %".replace(".", ",").replace("-", "−")
    gap = actual - planned
    sign = "+" if gap > 0 else "−" if gap < 0 else ""
    return {"planned": euros(planned), "actual": euros(actual), "gap": f"{sign}{euros(abs(gap))}", "percent": percent}
