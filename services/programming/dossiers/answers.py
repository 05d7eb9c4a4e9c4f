"""Answers to a campaign's own questions: what a draft may keep, what a submission holds, and how they are read."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.common import questions
from services.common.forms import errors_in, label_of
from services.common.language import Language, Text
from services.common.problems import FieldError

from ..campaigns import form_rules
from .models import Dossier, FundingRequest

if TYPE_CHECKING:
    from ..campaigns.models import Campaign

_MOST_BYTES = 200_000
#: Faults that no further typing mends: a draft does not take them. The others are told, and refused at the submission.
_REFUSED = frozenset(("type", "maxLength", "maxItems", "enum", "oneOf", "oneOfNotValid", "too_deep"))


@dataclass(frozen=True)
class Form:
    """One version of a campaign's form; `number` 0 asks nothing."""

    number: int = 0
    schema: Mapping[str, Any] | None = None
    asked_when: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Judged:
    """Answers under a form, for the nature and funders the dossier chose."""

    form: Form
    answers: Mapping[str, Any]
    hidden: frozenset[str]
    #: Questions asked: key → description.
    asked: Mapping[str, dict[str, Any]]

    @property
    def kept(self) -> dict[str, Any]:
        """What a submission holds."""
        return {key: value for key, value in self.answers.items() if key in self.asked}

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """(pointer, title) of each answer kept in the draft whose question is no longer asked."""
        titles = _titles(self.form)
        return [(f"/answers/{key}", titles.get(key, key)) for key in self.answers if key not in self.asked]


def current(campaign: "Campaign") -> Form:
    return Form(campaign.form_number, campaign.form, campaign.asked_when) if campaign.form is not None else Form()


def version(row: Mapping[str, Any] | None) -> Form:
    return Form(row["number"], row["form"], row["asked_when"]) if row else Form()


def judge(form: Form, dossier: Dossier, requests: Sequence[FundingRequest], sent: Mapping[str, Any] | None = None) -> Judged:
    """Which questions are asked of this dossier, as it stands or as it was `sent`."""
    given = dossier.answers if sent is None else sent.get("answers") or {}
    if form.schema is None:
        return Judged(form, given, frozenset(), {})
    nature = dossier.nature.value if dossier.nature else None
    if sent is not None:
        nature = sent.get("nature")
    chosen = [(request.funder_id, request.budget_line) for request in requests]
    hidden = form_rules.not_asked(form.asked_when or {}, nature, chosen)
    return Judged(form, given, hidden, questions.asked_of(dict(form.schema), given, hidden))


def faults(judged: Judged) -> list[FieldError]:
    """What a submission would refuse in the answers, said with the question's title. Codes are `answer_…`."""
    if judged.form.schema is None:
        return []
    form = dict(judged.form.schema)
    return [
        FieldError(error.pointer, _with_title(error, judged), f"answer_{error.code}")
        for error in errors_in(form, judged.kept, "/answers")
        if not (error.code == "required" and _key(error) in judged.hidden)
    ]


def refusals(judged: Judged, sent: Collection[str], known: Collection[str]) -> list[FieldError]:
    """What a draft does not take of the answers just sent; `known`: questions of any version, since a tab may be behind a notice."""
    said = Text("Cette question n'est pas posée par la campagne.", "The campaign does not ask this question.")
    errors = [FieldError(f"/answers/{_escaped(key)}", said, "answer_unknown") for key in sent if key not in known]
    refused = {f"answer_{code}" for code in _REFUSED}
    errors += [error for error in faults(judged) if error.code in refused and _key(error) in sent]
    if len(json.dumps(judged.answers)) > _MOST_BYTES:
        errors.append(
            FieldError("/answers", Text("Les réponses sont trop longues.", "The answers are too long."), "answer_too_long")
        )
    return errors


def told(judged: Judged, language: Language) -> list[dict[str, Any]]:
    """Every question asked, then the answers left out, with their labels."""
    form = dict(judged.form.schema or {})
    written = questions.declared(form) if form else {}
    found = faults(judged)
    lines = []
    for key in [*judged.asked, *(key for key in judged.answers if key not in judged.asked)]:
        question = judged.asked.get(key) or (written[key][0][1] if key in written else {})
        answer = judged.answers.get(key)
        lines.append(
            {
                "key": key,
                "title": label_of(key, question),
                "description": question.get("description"),
                "asked": key in judged.asked,
                "answer": answer,
                "said": questions.answer_said(form, question, answer),
                "warnings": [
                    error.detail.to(language) for error in found if _key(error) == key and error.code != "answer_required"
                ],
            }
        )
    return lines


def _titles(form: Form) -> dict[str, str]:
    written = questions.declared(dict(form.schema)) if form.schema else {}
    return {key: next((title for _, each in found if (title := label_of(key, each)) != key), key) for key, found in written.items()}


def _with_title(error: FieldError, judged: Judged) -> Text:
    key = _key(error)
    if key is None:
        return error.detail
    question = judged.asked.get(key, {})
    detail = error.detail
    choices = [each["title"] for each in question.get("oneOf", ()) if isinstance(each, dict) and each.get("title")]
    if error.code in {"oneOf", "oneOfNotValid"} and choices:
        listed = ", ".join(choices[:20])
        detail = Text(f"Choisissez l'une des réponses proposées : {listed}.", f"Choose one of the answers offered: {listed}.")
    title = label_of(key, question)
    return Text(f"« {title} » : {detail.fr}", f"“{title}”: {detail.en}")


def _key(error: FieldError) -> str | None:
    """The question an error is about."""
    parts = error.pointer.split("/")
    return parts[2].replace("~1", "/").replace("~0", "~") if len(parts) > 2 else None


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
