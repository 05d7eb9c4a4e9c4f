"""Asking again for the same action. Pure: no database, no clock."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.common.language import Text
from services.common.problems import FieldError


@dataclass(frozen=True)
class OverdueReport:
    """A dossier of the same holder whose bilan is late."""

    action_id: UUID
    title: str
    reference: str
    due_on: date


def folded(title: str) -> str:
    """A title as it is compared: letters and digits only, without case nor accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", title).casefold() if c.isalnum())


def overdue_errors(title: str, renewed_action_id: UUID | None, overdue: Sequence[OverdueReport]) -> list[FieldError]:
    """A new request for the same action is inadmissible while the bilan of a former one is late (Cerfa 15059*02).

    The same action: the one the draft renews, or one of the same title whatever its case, accents and punctuation.
    """
    wanted = folded(title)
    errors = []
    for report in overdue:
        renewed = report.action_id == renewed_action_id
        if not renewed and not (wanted and folded(report.title) == wanted):
            continue
        due = f"{report.due_on:%d/%m/%Y}"
        said = Text(
            f"Le bilan du dossier {report.reference} est attendu depuis le {due} : déposez-le pour pouvoir redemander.",
            f"The bilan of dossier {report.reference} was due on {due}: submit it, and you may ask again.",
        )
        errors.append(FieldError("/renews_id" if renewed else "/title", said, "report_overdue"))
    return errors
