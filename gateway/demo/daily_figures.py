"""The figures of what people do around dossiers and in sessions, from what the API answers and nothing else. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class DailyAnswers:
    """What was read back. `papers` say whether their file is a PDF (`is_pdf`); `reminders` counts mails."""

    change_requests: Sequence[Json]
    renewals: Sequence[Json]
    papers: Sequence[Json]
    deports: Sequence[Json]
    collaborators: Sequence[Json]
    scenarios: Sequence[Json]
    reminders: int


def answered(requests: Sequence[Json]) -> int:
    return sum(request["status"] == "answered" for request in requests)


def renewed(dossiers: Sequence[Json]) -> int:
    """Submitted dossiers that name the one they renew."""
    return sum(dossier["renews_id"] is not None and dossier["submitted_at"] is not None for dossier in dossiers)


def signed_minutes(papers: Sequence[Json]) -> int:
    """Editions of minutes that were signed and can be read."""
    return sum(paper["kind"] == "minutes" and paper["edition"] is not None and paper["is_pdf"] for paper in papers)


def standing(deports: Sequence[Json]) -> int:
    """Those that were not withdrawn."""
    return sum(deport["withdrawn_at"] is None for deport in deports)


def at_work(collaborators: Sequence[Json]) -> int:
    return sum(each["status"] == "active" for each in collaborators)


def daily_summary(answers: DailyAnswers) -> dict[str, int]:
    """For the last line of the demonstration."""
    return {
        "changes_requested": answered(answers.change_requests),
        "renewals": renewed(answers.renewals),
        "minutes": signed_minutes(answers.papers),
        "deports": standing(answers.deports),
        "collaborators": at_work(answers.collaborators),
        "scenarios": len(answers.scenarios),
        "reminders": answers.reminders,
    }


_WORDS = {
    "changes_requested": "aucun complément demandé n’a eu sa réponse",
    "renewals": "aucun dossier n’a été renouvelé",
    "minutes": "aucun procès-verbal signé ne se lit",
    "deports": "aucun déport n’est inscrit",
    "collaborators": "personne n’écrit un dossier avec son porteur",
    "scenarios": "aucun scénario n’est calculé",
    "reminders": "aucun rappel n’est parti",
}


def daily_faults(answers: DailyAnswers) -> list[str]:
    """What did not happen, or only by half, in words."""
    said = daily_summary(answers)
    wrong = [words for name, words in _WORDS.items() if not said[name]]
    waiting = len(answers.change_requests) - said["changes_requested"]
    if waiting:
        wrong.append(f"{waiting} compléments demandés sans réponse")
    unread = sum(not paper["is_pdf"] for paper in answers.papers)
    if unread:
        wrong.append(f"{unread} ordres du jour ou procès-verbaux ne se lisent pas")
    return wrong
