"""The form of a campaign: when each question is asked. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.common import questions
from services.common.language import Text
from services.common.problems import FieldError


def unknown_questions(asked_when: Iterable[str], form: dict[str, Any], at: str) -> list[FieldError]:
    """Conditions on questions that the form does not ask."""
    said = Text("Le questionnaire ne pose pas cette question.", "The form does not ask this question.")
    known = questions.declared(form)
    return [
        FieldError(f"{at}/{key.replace('~', '~0').replace('/', '~1')}", said, "unknown_question")
        for key in asked_when
        if key not in known
    ]


def unknown_choices(asked_when: Mapping[str, Any], lines: Sequence[tuple[UUID, str]], at: str) -> list[FieldError]:
    """Conditions that name a funder or a budget line that is not in the campaign."""
    funders, codes = {str(funder_id) for funder_id, _ in lines}, {code for _, code in lines}
    funder = Text("Ce financeur ne participe pas à la campagne.", "This funder takes no part in the campaign.")
    line = Text("Cette ligne budgétaire n'est pas dans la campagne.", "This budget line is not in the campaign.")
    errors = []
    for key, when in asked_when.items():
        for i, one in enumerate(when.get("funder_ids", ())):
            if str(one) not in funders:
                errors.append(FieldError(f"{at}/{key}/funder_ids/{i}", funder, "unknown_funder"))
        for i, code in enumerate(when.get("budget_lines", ())):
            if code not in codes:
                errors.append(FieldError(f"{at}/{key}/budget_lines/{i}", line, "unknown_budget_line"))
    return errors


def not_asked(asked_when: Mapping[str, Any], nature: str | None, requests: Sequence[tuple[UUID, str]]) -> frozenset[str]:
    """Questions that this choice of nature, funders and budget lines does not lead to; `requests`: (funder, line) of each."""
    return frozenset(key for key, when in asked_when.items() if not _chosen(when, nature, requests))


def _chosen(when: Mapping[str, Any], nature: str | None, requests: Sequence[tuple[UUID, str]]) -> bool:
    funders, lines = when.get("funder_ids") or (), when.get("budget_lines") or ()
    if when.get("natures") and nature not in when["natures"]:
        return False
    if not funders and not lines:
        return True
    return any((not funders or str(funder_id) in funders) and (not lines or code in lines) for funder_id, code in requests)
