"""The figures of the money, once everything is played: from what the API answers and nothing else. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from .clock import PARIS
from .publications import Published

Json = Mapping[str, Any]
_WHOLE_BP = 10_000


@dataclass(frozen=True)
class MoneyAnswers:
    """What was read back at the end.

    `awards`, `bilans`: of the campaign that was lived; `funders` in its own order. `cpos`: each agreement with its money.
    `imports`: the reports of each payment file, sent twice. `envelopes`: the budget lines of both campaigns.
    """

    funders: Sequence[Json]
    awards: Sequence[Json]
    bilans: Sequence[Json]
    dossiers: Sequence[Json]
    cpos: Sequence[tuple[Json, Json]]
    multi_year: Json
    published: Sequence[Published]
    imports: Sequence[tuple[Json, Json]]
    envelopes: Sequence[Json]


@dataclass(frozen=True)
class MoneyRow:
    """One funder's money, in cents; `median_days` from the notification to the first payment."""

    name: str
    granted_cents: int
    committed_cents: int
    paid_cents: int
    repaid_cents: int
    justified_cents: int
    to_repay_cents: int
    median_days: float | None
    within_clock: int
    awards: int


def money_rows(read: MoneyAnswers) -> list[MoneyRow]:
    """In the funders' own order."""
    return [
        _row(funder, [award for award in read.awards if award["funder_id"] == funder["organisation_id"]]) for funder in read.funders
    ]


def _row(funder: Json, own: Sequence[Json]) -> MoneyRow:
    days = [waited for award in own if (waited := _days_to_payment(award)) is not None]
    return MoneyRow(
        name=funder["short_name"],
        granted_cents=total(own, "granted_cents"),
        committed_cents=total(own, "committed_cents"),
        paid_cents=total(own, "paid_cents"),
        repaid_cents=total(own, "repaid_cents"),
        justified_cents=total(own, "justified_cents"),
        to_repay_cents=total(own, "to_repay_cents"),
        median_days=median(days) if days else None,
        within_clock=sum(bool(award["first_paid_on"] and award["first_paid_on"] <= award["pay_before_on"]) for award in own),
        awards=len(own),
    )


def median_days(read: MoneyAnswers) -> float | None:
    """Every funder together."""
    days = [waited for award in read.awards if (waited := _days_to_payment(award)) is not None]
    return median(days) if days else None


def _days_to_payment(award: Json) -> int | None:
    if award["first_paid_on"] is None:
        return None
    notified = datetime.fromisoformat(award["notified_at"]).astimezone(PARIS).date()
    return (date.fromisoformat(award["first_paid_on"]) - notified).days


def total(rows: Iterable[Json], name: str) -> int:
    return sum(row[name] or 0 for row in rows)


def in_force(read: MoneyAnswers) -> list[tuple[Json, Json]]:
    """Agreements that bind somebody today, with their money."""
    return [(cpo, money) for cpo, money in read.cpos if cpo["status"] in {"signed", "in_force"}]


def money_summary(read: MoneyAnswers) -> dict[str, float]:
    """What the last line of the demonstration says of the money. `multi_year_share_euros` is a share of 1."""
    return {
        "paid_cents": total(read.awards, "paid_cents"),
        "justified_cents": total(read.awards, "justified_cents"),
        "cpos": len(in_force(read)),
        "multi_year_share_euros": (read.multi_year["share_euros_bp"] or 0) / _WHOLE_BP,
        "scdl_rows": sum(each.rows for each in read.published),
        "scdl_errors": sum(len(each.errors) for each in read.published),
    }


def money_faults(read: MoneyAnswers) -> list[str]:
    """What is not as it should be, in words; empty when all went well."""
    open_bilans = sum(bilan["status"] != "instructed" for bilan in read.bilans)
    not_closed = sum(dossier["status"] != "closed" for dossier in read.dossiers if _is_granted(dossier, read.awards))
    wrong_rows = sum(abs(each.awards - each.rows) for each in read.published)
    errors = [error for each in read.published for error in each.errors]
    left = sum(cpo["status"] not in {"signed", "in_force"} for cpo, _ in read.cpos)
    counts = {
        "subventions engagées au-delà de ce qui est accordé": _broken(read.awards, "committed_cents", "granted_cents"),
        "subventions payées au-delà de ce qui est engagé": _held_beyond(read.awards, "committed_cents"),
        "subventions payées au-delà de ce qui est accordé": _held_beyond(read.awards, "granted_cents"),
        "subventions qui ne sont pas engagées et payées": sum(not (a["committed_cents"] and a["paid_cents"]) for a in read.awards),
        "subventions sans bilan accepté": sum(award["justified_cents"] is None for award in read.awards),
        "bilans non instruits": open_bilans,
        "dossiers financés qui ne sont pas clos": not_closed,
        "lignes d’un fichier de paiements en erreur": sum(first["errors"] + again["errors"] for first, again in read.imports),
        "paiements doublés par un fichier renvoyé": sum(again["imported"] for _, again in read.imports),
        "enveloppes dépassées, toutes campagnes": sum(line["granted_cents"] > line["amount_cents"] for line in read.envelopes),
        "conventions pluriannuelles sans toutes leurs signatures": left,
        f"erreurs dans les données publiées ({'; '.join(errors[:3])})": len(errors),
        "subventions qui manquent aux données publiées, ou y sont de trop": wrong_rows,
    }
    return [f"{count} {what}" for what, count in counts.items() if count]


def _broken(awards: Iterable[Json], name: str, limit: str) -> int:
    return sum(award[name] > award[limit] for award in awards)


def _held_beyond(awards: Iterable[Json], limit: str) -> int:
    return sum(award["paid_cents"] - award["repaid_cents"] > award[limit] for award in awards)


def _is_granted(dossier: Json, awards: Iterable[Json]) -> bool:
    return any(award["dossier_id"] == dossier["id"] for award in awards)
