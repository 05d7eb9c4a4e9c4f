"""The figures of a campaign, from what the API answers and nothing else. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
Cell = tuple[str, str]
#: Every answer is notified, and it may have gone on from there.
_NOTIFIED = {"notified", "running", "report_due", "report_submitted", "closed"}
_EURO = 100


@dataclass(frozen=True)
class FunderRow:
    """What one funder was asked, proposed, granted, has left; median days from submission to its answer."""

    name: str
    asked_cents: int
    proposed_cents: int
    granted_cents: int
    envelope_cents: int
    median_days: float | None
    within_promise: int
    notified: int

    @property
    def left_cents(self) -> int:
        return self.envelope_cents - self.granted_cents


@dataclass(frozen=True)
class Coverage:
    """Granted dossiers and euros by (objective, QPV). A cell nobody granted anything in is uncovered."""

    objectives: tuple[str, ...]
    qpvs: tuple[str, ...]
    actions: Mapping[Cell, int]
    cents: Mapping[Cell, int]

    @property
    def uncovered(self) -> list[Cell]:
        return [(o, q) for o in self.objectives for q in self.qpvs if not self.actions.get((o, q))]


@dataclass(frozen=True)
class Answers:
    """What was read back: the campaign, every dossier whole, funders with their envelopes, delays."""

    campaign: Json
    dossiers: Sequence[Json]
    funders: Sequence[Json]
    delays: Sequence[Json]


def spread(amount: int, parts: int) -> list[int]:
    """`amount` in `parts` equal whole parts; what does not divide goes one by one to the first (largest remainder)."""
    if parts < 1 or amount < 0:
        raise ValueError("a positive amount is spread over one part or more")
    share, rest = divmod(amount, parts)
    return [share + (rank < rest) for rank in range(parts)]


def granted_cents(dossier: Json) -> int:
    return sum(request["granted_cents"] or 0 for request in dossier["requests"])


def coverage(answers: Answers) -> Coverage:
    """A dossier counts in every cell it names; its euros are spread over them in equal whole euros."""
    actions: Counter[Cell] = Counter()
    cents: Counter[Cell] = Counter()
    for dossier in answers.dossiers:
        granted = granted_cents(dossier)
        cells = [(o, q) for o in dossier["objective_codes"] for q in dossier["qpv_codes"]]
        if granted and cells:
            actions.update(cells)
            for cell, euros in zip(cells, spread(granted // _EURO, len(cells)), strict=True):
                cents[cell] += euros * _EURO
    return Coverage(tuple(answers.campaign["objective_codes"]), tuple(answers.campaign["qpv_codes"]), actions, cents)


def funder_rows(answers: Answers) -> list[FunderRow]:
    """In the funders' own order."""
    delays = {line["funder_id"]: line for line in answers.delays}
    requests = [request for dossier in answers.dossiers for request in dossier["requests"] if dossier["submitted_at"]]
    return [_row(funder, requests, delays.get(funder["organisation_id"])) for funder in answers.funders]


def _row(funder: Json, requests: Iterable[Json], delays: Json | None) -> FunderRow:
    own = [request for request in requests if request["funder_id"] == funder["organisation_id"]]
    return FunderRow(
        name=funder["short_name"],
        asked_cents=sum(request["amount_cents"] for request in own),
        proposed_cents=sum(request["proposed_cents"] or 0 for request in own),
        granted_cents=sum(line["granted_cents"] for line in funder["budget_lines"]),
        envelope_cents=sum(line["amount_cents"] for line in funder["budget_lines"]),
        median_days=delays["median_days_to_notification"] if delays else None,
        within_promise=delays["notified_within_promise"] if delays else 0,
        notified=delays["notified"] if delays else 0,
    )


def summary(answers: Answers, http_errors: int) -> dict[str, int]:
    """The last line of the demonstration."""
    lines = [line for funder in answers.funders for line in funder["budget_lines"]]
    return {
        "dossiers": len(answers.dossiers),
        "submitted": sum(dossier["submitted_at"] is not None for dossier in answers.dossiers),
        "notified": sum(dossier["status"] in _NOTIFIED for dossier in answers.dossiers),
        "granted_cents": sum(granted_cents(dossier) for dossier in answers.dossiers),
        "envelope_overruns": sum(line["granted_cents"] > line["amount_cents"] for line in lines),
        "uncovered_cells": len(coverage(answers).uncovered),
        "http_errors": http_errors,
    }


def faults(answers: Answers, said: Mapping[str, int], wanted: int) -> list[str]:
    """What is not as it should be, in words; empty when the campaign went well."""
    drawn = sum(line["granted_cents"] for funder in answers.funders for line in funder["budget_lines"])
    checks = {
        f"{said['http_errors']} réponses inattendues de l’API": said["http_errors"] == 0,
        f"{said['envelope_overruns']} enveloppes dépassées": said["envelope_overruns"] == 0,
        f"{said['submitted']} dossiers déposés sur {wanted}": said["submitted"] == wanted,
        f"{said['notified']} dossiers notifiés sur {wanted}": said["notified"] == wanted,
        "les enveloppes et les dossiers ne disent pas le même montant accordé": drawn == said["granted_cents"],
    }
    return [said_so for said_so, holds in checks.items() if not holds]
