"""What holders tell of their action once it is over: accounts near the plan, less where something could not be held. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from .model import DossierPlan
from .words import french

Json = Mapping[str, Any]
_WHOLE_BP = 10_000
_SHORT_BP = 8_000
#: One bilan in sixteen tells of an action that was not wholly held.
_SHORT_ONE_IN = 16
#: The platform asks why beyond 10 % and 1 000 €.
_GAP_BP, _GAP_CENTS = 1_000, 100_000

_LESS_SPENT = french("Une partie des séances n’a pas pu être tenue : le poste d’animation est resté vacant un trimestre.")
_LESS_GRANTED = "Le financeur a accordé moins que ce qui était demandé."
_OWN_MEANS = french("Nos fonds propres ont suivi ce que les financeurs ont accordé.")


def spent_bp(plan_key: str) -> int:
    """The share of the planned charges really spent, in basis points: mostly 95 to 100 %, 80 % for a few."""
    drawn = crc32(f"bilan/{plan_key}".encode())
    return _SHORT_BP if drawn % _SHORT_ONE_IN == 0 else 9_500 + drawn // _SHORT_ONE_IN % 6 * 100


def bilan_of(plan: DossierPlan, bilan: Json, granted: Mapping[str, int]) -> dict[str, Any]:
    """The bilan `plan`'s holder writes on the form the platform opened (`bilan`); `granted`: cents by funder's id."""
    share = spent_bp(plan.key)
    statement = bilan["statement"]
    # What is bought with grants alone is spent: the accounts never fall below what was granted.
    planned, given = statement["totals"]["planned_charges_cents"], sum(granted.values())
    share = max(share, -(-given * _WHOLE_BP // planned))
    charges = [_line(line, line["planned_cents"] * share // _WHOLE_BP, _LESS_SPENT) for line in statement["charges"]]
    spent = sum(line["actual_cents"] for line in charges)
    reached = [_reached(public, share) for public in bilan["publics"]]
    return {
        "statement": {
            "charges": charges,
            "produits": _produits(statement["produits"], granted, spent),
            "voluntary_uses": [_line(line, line["planned_cents"], "") for line in statement["voluntary_uses"]],
            "voluntary_resources": [_line(line, line["planned_cents"], "") for line in statement["voluntary_resources"]],
        },
        "report": _report(plan, share),
        "publics": reached,
        "indicators": [
            {
                "label": "Personnes touchées",
                "planned": str(sum(public["planned_count"] or 0 for public in bilan["publics"])),
                "actual": str(sum(public["actual_count"] for public in reached)),
            }
        ],
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
    }


def _produits(lines: Sequence[Json], granted: Mapping[str, int], spent: int) -> list[dict[str, Any]]:
    """Grants as they were made; the holder's own means make up the rest, in the proportions it had planned."""
    own = [line["planned_cents"] for line in lines if not line["funder_id"]]
    rest = iter(_shared(spent - sum(granted.get(line["funder_id"], 0) for line in lines if line["funder_id"]), own))
    return [
        _line(line, granted.get(line["funder_id"], 0), _LESS_GRANTED) if line["funder_id"] else _line(line, next(rest), _OWN_MEANS)
        for line in lines
    ]


def _shared(cents: int, weights: Sequence[int]) -> list[int]:
    """`cents` in the proportions of `weights`; what does not divide goes to the last."""
    parts = [cents * weight // max(sum(weights), 1) for weight in weights]
    if parts:
        parts[-1] += cents - sum(parts)
    return parts


def _line(line: Json, actual: int, why: str) -> dict[str, Any]:
    planned = line["planned_cents"]
    gap = abs(actual - planned)
    funder = {"funder_id": line["funder_id"]} if line.get("funder_id") else {}
    explained = why if gap > _GAP_CENTS and gap * _WHOLE_BP > _GAP_BP * planned else ""
    return {"account": line["account"], "label": line["label"], "actual_cents": actual, "explanation": explained, **funder}


def _reached(public: Json, share: int) -> dict[str, Any]:
    count = (public["planned_count"] or 0) * share // _WHOLE_BP
    women = count * 54 // 100
    return {
        "label": public["label"],
        "planned_count": public["planned_count"],
        "actual_count": count,
        "women": women,
        "men": count - women,
        "qpv_residents": count * 3 // 4,
    }


def _report(plan: DossierPlan, share: int) -> dict[str, str]:
    partly = share < 9_000
    return {
        "done": french(f"« {plan.title} » s’est tenue aux dates prévues. {plan.description}"),
        "participation": "Des habitants ont préparé les séances avec l’équipe et en ont animé une partie.",
        "evaluation": french(f"{plan.indicators_text} Les relevés sont à la disposition des financeurs."),
        "difficulties": _LESS_SPENT if partly else "",
        "next_steps": "Poursuivre l’an prochain, avec les mêmes partenaires.",
    }
