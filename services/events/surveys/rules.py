"""What a survey asks by default, where it stands, and what its answers come to. Pure functions."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.common.cells import lines
from services.common.clock import in_paris, today_in_paris
from services.common.texts import fold

from .schemas import ChoiceCount, QuestionKind, QuestionResult, SurveyState

#: Under so many answers, a text could be its author's for who knows who came.
FEWEST_FOR_TEXTS = 3
_MOST_STEPS = 20

DEFAULT_FORM: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "Votre avis sur cette rencontre",
    "properties": {
        "rating": {
            "type": "integer",
            "minimum": 1,
            "maximum": 5,
            "title": "Dans l'ensemble, êtes-vous satisfait ? (1 : pas du tout, 5 : tout à fait)",
        },
        "useful": {
            "title": "Cette rencontre vous est-elle utile dans votre action ?",
            "oneOf": [
                {"const": "yes", "title": "Oui"},
                {"const": "partly", "title": "En partie"},
                {"const": "no", "title": "Non"},
            ],
        },
        "change": {"type": "string", "maxLength": 2000, "title": "Que faudrait-il changer ou ajouter ?"},
    },
    "required": ["rating", "useful"],
    "additionalProperties": False,
}


def state(survey: Mapping[str, Any], now: datetime) -> SurveyState:
    """Open until the end of `closes_on` in Paris, unless it was closed before."""
    if survey["opened_at"] is None:
        return SurveyState.PREPARED
    over = survey["closed_at"] is not None or (survey["closes_on"] is not None and today_in_paris(now) > survey["closes_on"])
    return SurveyState.CLOSED if over else SurveyState.OPEN


def last_day(opened_at: datetime, days: int) -> date:
    return in_paris(opened_at).date() + timedelta(days=days)


def invited(seated: Sequence[Mapping[str, Any]], already: set[Any]) -> list[Mapping[str, Any]]:
    """Who is still to be written to, each person once, however many of the event's sessions they have a seat at.

    A person is a name at an address: colleagues registered under one address are several. `already` holds ids of attendees.
    """
    known = {_person(row) for row in seated if row["id"] in already}
    found = []
    for row in sorted(seated, key=lambda each: str(each["id"])):
        if row["id"] in already or _person(row) in known:
            continue
        known.add(_person(row))
        found.append(row)
    return found


def _person(row: Mapping[str, Any]) -> tuple[str, str]:
    return fold(f"{row['given_name']} {row['family_name']}"), (row["email"] or row["contact_email"]).lower()


def share(answered: int, invited_count: int) -> float | None:
    return round(answered / invited_count, 4) if invited_count else None


def results(form: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> list[QuestionResult]:
    """One result for each question of the form, in its order."""
    return [
        _result(
            name, question if isinstance(question, dict) else {}, [each[name] for each in answers if name in each], len(answers)
        )
        for name, question in form.get("properties", {}).items()
    ]


def _result(name: str, question: Mapping[str, Any], given: list[Any], answers: int) -> QuestionResult:
    title = str(question.get("title", name))
    steps = _steps(question)
    if steps is not None:
        numbers = [each for each in given if isinstance(each, int | float) and not isinstance(each, bool)]
        mean = round(sum(numbers) / len(numbers), 2) if numbers else None
        counts = _counted(numbers, [(step, str(step)) for step in steps])
        return QuestionResult(name=name, title=title, kind=QuestionKind.RATING, count=len(numbers), mean=mean, counts=counts)
    if (choices := _choices(question)) is not None:
        return QuestionResult(name=name, title=title, kind=QuestionKind.CHOICE, count=len(given), counts=_counted(given, choices))
    if question.get("type") == "array" and (choices := _choices(question.get("items") or {})) is not None:
        several = [each for chosen in given if isinstance(chosen, list) for each in chosen]
        return QuestionResult(
            name=name, title=title, kind=QuestionKind.CHOICES, count=len(given), counts=_counted(several, choices)
        )
    texts = sorted((_text(each) for each in given if _text(each).strip()), key=fold)
    withheld = 0 < answers < FEWEST_FOR_TEXTS
    return QuestionResult(
        name=name,
        title=title,
        kind=QuestionKind.TEXT,
        count=len(texts),
        texts=[] if withheld else texts,
        texts_withheld=withheld,
    )


def _steps(question: Mapping[str, Any]) -> range | None:
    low, high = question.get("minimum"), question.get("maximum")
    if question.get("type") != "integer" or not isinstance(low, int) or not isinstance(high, int):
        return None
    return range(low, high + 1) if 0 < high - low < _MOST_STEPS else None


def _choices(question: Any) -> list[tuple[Any, str]] | None:
    """Values and labels: `oneOf`/`anyOf` of constants, `enum`, or yes and no."""
    if not isinstance(question, dict):
        return None
    for word in ("oneOf", "anyOf"):
        listed = question.get(word)
        if isinstance(listed, list) and listed and all(isinstance(each, dict) and "const" in each for each in listed):
            return [(each["const"], str(each.get("title", each["const"]))) for each in listed]
    if isinstance(question.get("enum"), list):
        return [(each, str(each)) for each in question["enum"]]
    return [(True, "Oui"), (False, "Non")] if question.get("type") == "boolean" else None


def _counted(given: Iterable[Any], choices: Sequence[tuple[Any, str]]) -> list[ChoiceCount]:
    found = Counter(json.dumps(each, sort_keys=True) for each in given)
    return [ChoiceCount(value=value, label=label, count=found[json.dumps(value, sort_keys=True)]) for value, label in choices]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def table(form: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    """A line for each answer, a column for each question; texts are left out while they are withheld (CSV, `;`, UTF-8 with BOM)."""
    questions = {name: each if isinstance(each, dict) else {} for name, each in form.get("properties", {}).items()}
    yield "\ufeff".encode() + lines([[each.get("title", name) for name, each in questions.items()]])
    kinds = {each.name: each.kind for each in results(form, [])}
    withheld = len(answers) < FEWEST_FOR_TEXTS
    for answer in answers:
        cells = []
        for name, question in questions.items():
            hidden = withheld and kinds[name] is QuestionKind.TEXT
            cells.append("" if hidden or name not in answer else _cell(question, answer[name]))
        yield lines([cells])


def _cell(question: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return " | ".join(str(_cell(question.get("items") or {}, each)) for each in value)
    labels = {json.dumps(known, sort_keys=True): label for known, label in _choices(question) or ()}
    if (label := labels.get(json.dumps(value, sort_keys=True))) is not None:
        return label
    return value if isinstance(value, int | float) else _text(value)
