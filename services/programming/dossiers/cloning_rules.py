"""Last year's dossier as this year's draft: what follows, what moves, what cannot. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.common.language import Text, euros

from .rules import months_after

#: Texts and choices that follow as they were sent. The sworn statement is never one of them.
_FOLLOW = ("title", "nature", "multi_year", "content", "contact")
_DATES = ("starts_on", "ends_on", "exercise_starts_on")


@dataclass(frozen=True)
class Target:
    """What the new campaign takes."""

    year: int
    qpv_codes: frozenset[str]
    #: Former code → codes of today, when the contract's neighbourhoods changed generation.
    successors: Mapping[str, Sequence[str]]
    objective_codes: frozenset[str]
    transversal_codes: frozenset[str]
    lines: frozenset[tuple[UUID, str]]
    #: Kinds of documents that the holder's permanent file provided.
    provided: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Note:
    """What was not simply copied, and why."""

    pointer: str
    code: str
    said: Text
    before: Any = None
    after: Any = None

    def kept(self) -> dict[str, Any]:
        return {
            "pointer": self.pointer,
            "code": self.code,
            "before": self.before,
            "after": self.after,
            "fr": self.said.fr,
            "en": self.said.en,
        }


@dataclass
class Clone:
    """The fields of the draft, as `DossierUpdate` takes them, and what has to be said of them."""

    fields: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def clone(sent: Mapping[str, Any], former_year: int, target: Target) -> Clone:
    """The draft that a dossier as submitted (`sent`, a snapshot) becomes in a campaign of `target.year`."""
    made = Clone({name: sent[name] for name in _FOLLOW if sent.get(name) is not None})
    _move_dates(made, sent, target.year - former_year)
    _map_qpvs(made, sent, target)
    _keep_codes(made, sent, "objective_codes", target.objective_codes)
    _keep_codes(made, sent, "transversal_codes", target.transversal_codes)
    _keep_requests(made, sent, target)
    for i, piece in enumerate(sent.get("attachments") or ()):
        if piece["kind"] in target.provided:
            continue
        said = Text(
            f"« {piece['name']} » n'est pas recopiée : joignez-la de nouveau, ou gardez-la dans votre dossier permanent.",
            f"“{piece['name']}” is not copied: attach it again, or keep it in your permanent file.",
        )
        made.notes.append(Note(f"/attachments/{i}", "attachment_not_copied", said, before=piece["kind"]))
    return made


def _move_dates(made: Clone, sent: Mapping[str, Any], years: int) -> None:
    for name in _DATES:
        if not sent.get(name):
            continue
        before = date.fromisoformat(sent[name])
        after = months_after(before, 12 * years)
        made.fields[name] = after.isoformat()
        if after != before:
            said = Text(
                f"Déplacé du {before:%d/%m/%Y} au {after:%d/%m/%Y} : à vérifier.",
                f"Moved from {before:%d/%m/%Y} to {after:%d/%m/%Y}: to be checked.",
            )
            made.notes.append(Note(f"/{name}", "date_moved", said, before.isoformat(), after.isoformat()))


def _map_qpvs(made: Clone, sent: Mapping[str, Any], target: Target) -> None:
    found: list[str] = []
    for i, code in enumerate(sent.get("qpv_codes") or ()):
        if code in target.qpv_codes:
            found.append(code)
            continue
        today = [one for one in target.successors.get(code, ()) if one in target.qpv_codes]
        found += today
        if today:
            said = Text(
                f"{code} porte désormais {_listed(today, 'le code', 'les codes')}.",
                f"{code} now has {_listed(today, 'the code', 'the codes')}.",
            )
            made.notes.append(Note(f"/qpv_codes/{i}", "qpv_succeeded", said, code, today))
        else:
            said = Text(f"{code} n'est plus dans le contrat.", f"{code} is not in the contract any more.")
            made.notes.append(Note(f"/qpv_codes/{i}", "qpv_gone", said, code))
    made.fields["qpv_codes"] = list(dict.fromkeys(found))


def _listed(codes: Sequence[str], one: str, several: str) -> str:
    return f"{one if len(codes) == 1 else several} {', '.join(codes)}"


def _keep_codes(made: Clone, sent: Mapping[str, Any], name: str, known: frozenset[str]) -> None:
    codes = sent.get(name) or []
    made.fields[name] = [code for code in codes if code in known]
    for i, code in enumerate(codes):
        if code not in known:
            said = Text(f"L'objectif {code} n'est plus dans la campagne.", f"Objective {code} is not in the campaign any more.")
            made.notes.append(Note(f"/{name}/{i}", "objective_gone", said, code))


def _keep_requests(made: Clone, sent: Mapping[str, Any], target: Target) -> None:
    """Requests to funders and lines that still take part; what went goes from the budget as well, which is to balance again."""
    asked = sent.get("requests") or []
    kept = [one for one in asked if (UUID(one["funder_id"]), one["budget_line"]) in target.lines]
    made.fields["requests"] = kept
    for i, one in enumerate(asked):
        if one not in kept:
            said = Text(
                f"Ce financeur ou sa ligne {one['budget_line']} n'est plus dans la campagne : {euros(one['amount_cents'])} à redemander ailleurs.",
                f"This funder or its line {one['budget_line']} is not in the campaign any more: {euros(one['amount_cents'])} to ask elsewhere.",
            )
            made.notes.append(Note(f"/requests/{i}", "request_gone", said, one))
    funders = {one["funder_id"] for one in kept}
    budget = dict(sent.get("budget") or {})
    produits = budget.get("produits") or []
    for i, line in enumerate(produits):
        if line.get("funder_id") and line["funder_id"] not in funders:
            said = Text(
                f"Ligne « {line['label']} » ({euros(line['amount_cents'])}) retirée : ce financeur n'est plus sollicité.",
                f"Line “{line['label']}” ({euros(line['amount_cents'])}) taken out: this funder is not asked any more.",
            )
            made.notes.append(Note(f"/budget/produits/{i}", "budget_line_gone", said, line))
    budget["produits"] = [line for line in produits if not line.get("funder_id") or line["funder_id"] in funders]
    made.fields["budget"] = budget
