"""Whether a budget line may be asked."""

from .model import CharterRule


def charter_refusals(
    rule: CharterRule,
    *,
    nature: str,
    objective_codes: tuple[str, ...],
    holder_kind: str,
    qpv_codes: tuple[str, ...],
    amount_cents: int = 0,
    budget_cents: int = 0,
) -> list[str]:
    """Names of the clauses the ask breaks: nature, objective, holder_kind, qpv, cap, share. Empty when acceptable."""
    share_cents = None if rule.max_share_bp is None else budget_cents * rule.max_share_bp // 10_000
    broken = {
        "nature": nature not in rule.natures,
        "objective": any(code in rule.excluded_objective_codes for code in objective_codes),
        "holder_kind": holder_kind in rule.excluded_holder_kinds,
        "qpv": rule.qpv_required and not qpv_codes,
        "cap": rule.cap_cents is not None and amount_cents > rule.cap_cents,
        "share": share_cents is not None and amount_cents > share_cents,
    }
    return [clause for clause, is_broken in broken.items() if is_broken]
