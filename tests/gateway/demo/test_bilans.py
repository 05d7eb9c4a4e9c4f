"""The bilans holders write are ones the platform takes: balanced, explained, complete."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from gateway.demo.carcassonne import CONTRACT, DossierPlan, dossiers
from gateway.demo.data.bilans import bilan_of, spent_bp
from services.programming.bilans import rules
from services.programming.bilans.schemas import BilanContent

PLANS = dossiers()
GROUPS = {
    "charges": "charges",
    "produits": "produits",
    "voluntary_uses": "voluntary_charges",
    "voluntary_resources": "voluntary_produits",
}
QPVS = frozenset(qpv.code for qpv in CONTRACT.qpvs)


def funder_id(key: str | None) -> str | None:
    return str(uuid5(NAMESPACE_DNS, key)) if key else None


def opened(plan: DossierPlan) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the platform knows was planned, and the form as it opens it."""
    budget = {
        group: [
            {"account": e.account, "label": e.label, "amount_cents": e.amount_cents, "funder_id": funder_id(e.funder_key)}
            for e in getattr(plan.budget, ours)
        ]
        for group, ours in GROUPS.items()
    }
    content = {"publics": [{"label": public.label, "count": public.count} for public in plan.publics]}
    planned = rules.planned_of(budget, content, plan.qpv_codes)
    blank = rules.blank(planned).model_dump(mode="json")
    lines = {
        group: [
            {"account": e["account"], "label": e["label"], "funder_id": e["funder_id"], "planned_cents": e["amount_cents"]}
            for e in budget[group]
        ]
        for group in GROUPS
    }
    statement = {**lines, "totals": {"planned_charges_cents": plan.budget.total_cents}}
    return planned, {**blank, "statement": statement}


def granted(plan: DossierPlan, share: float) -> dict[str, int]:
    return {str(funder_id(r.funder_key)): int(r.amount_cents * share) for r in plan.requests}


def test_every_bilan_may_be_submitted_whatever_was_granted() -> None:
    for plan in PLANS:
        for share in (0.0, 0.37, 1.0):
            planned, form = opened(plan)
            written = bilan_of(plan, form, granted(plan, share))
            content = BilanContent.model_validate({**form, **written})
            assert rules.completeness(content, planned["budget"], known_qpvs=QPVS, today=date(2028, 1, 10)) == []


def test_grants_are_told_to_the_cent_and_the_accounts_cover_them() -> None:
    for plan in PLANS:
        _, form = opened(plan)
        given = granted(plan, 1.0)
        statement = bilan_of(plan, form, given)["statement"]
        told = {line["funder_id"]: line["actual_cents"] for line in statement["produits"] if "funder_id" in line}
        assert told == given
        assert sum(line["actual_cents"] for line in statement["charges"]) >= sum(given.values()) - len(statement["charges"])
        assert all(line["actual_cents"] >= -len(statement["charges"]) for line in statement["produits"])


def test_most_spend_nearly_all_and_a_few_four_fifths() -> None:
    shares = Counter(spent_bp(plan.key) for plan in PLANS)
    assert 2 <= shares[8_000] <= 12
    assert all(share == 8_000 or 9_500 <= share <= 10_000 for share in shares)
    assert len(shares) > 4
