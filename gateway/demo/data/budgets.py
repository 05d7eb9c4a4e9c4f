"""Budgets that balance around what is asked."""

from random import Random

from .funders import FUNDERS
from .model import Budget, BudgetEntry, FundingRequest, Holder, Lead

_FUNDER_BY_KEY = {funder.key: funder for funder in FUNDERS}
_RULES = {rule.budget_line_key: rule for funder in FUNDERS for rule in funder.charter}

# Account, label and usual share of the budget, by nature.
_CHARGES: dict[str, tuple[tuple[str, str, float], ...]] = {
    "action": (
        ("60", "Achats de fournitures et petit matériel", 0.09),
        ("61", "Locations, entretien et assurances", 0.08),
        ("62", "Intervenants, déplacements et communication", 0.20),
        ("63", "Impôts et taxes sur les salaires", 0.03),
        ("64", "Charges de personnel", 0.55),
        ("65", "Autres charges de gestion courante", 0.05),
    ),
    "fonctionnement": (
        ("60", "Achats et fluides", 0.08),
        ("61", "Loyers, entretien et assurances", 0.14),
        ("62", "Honoraires, déplacements et communication", 0.09),
        ("63", "Impôts et taxes sur les salaires", 0.04),
        ("64", "Charges de personnel", 0.60),
        ("66", "Charges financières", 0.01),
        ("68", "Dotations aux amortissements", 0.04),
    ),
    "investissement": (
        ("60", "Achats d’équipements et de matériaux", 0.36),
        ("61", "Travaux et installation", 0.44),
        ("62", "Études et maîtrise d’œuvre", 0.14),
        ("64", "Suivi de chantier", 0.06),
    ),
}
_EUROS_PER_POST = 38_000


def budget_of(rng: Random, lead: Lead, holder: Holder, requests: tuple[FundingRequest, ...]) -> Budget:
    """A balanced budget around the asks, large enough for every funder's maximum share."""
    asked = sum(request.amount_cents for request in requests) // 100
    total = _total_euros(rng, requests, asked)
    produits = [
        *_own_resources(rng, lead.nature, holder, total - asked),
        *(
            BudgetEntry("74", _FUNDER_BY_KEY[request.funder_key].short_name, request.amount_cents, request.funder_key)
            for request in requests
        ),
    ]
    volunteered = round(total * rng.uniform(0.04, 0.15) / 10) * 10
    has_volunteers = holder.kind == "association" and lead.nature != "investissement" and rng.random() < 0.6
    return Budget(
        charges=_charges(rng, lead.nature, total),
        produits=tuple(sorted(produits, key=lambda entry: entry.account)),
        voluntary_charges=_voluntary("86", volunteered) if has_volunteers else (),
        voluntary_produits=_voluntary("87", volunteered) if has_volunteers else (),
    )


def _total_euros(rng: Random, requests: tuple[FundingRequest, ...], asked: int) -> int:
    least = [asked / rng.uniform(0.62, 0.78)]
    for request in requests:
        share = _RULES[request.budget_line_key].max_share_bp
        least.append(request.amount_cents / 100 * 10_000 / share if share else 0)
    return (int(max(least)) // 10 + 1) * 10


def _split(rng: Random, euros: int, shares: list[float]) -> list[int]:
    """Whole tens of euros near the shares; what is left over goes to the largest part, so that the sum is exact."""
    drawn = [share * rng.uniform(0.75, 1.25) for share in shares]
    parts = [int(euros * share / sum(drawn)) // 10 * 10 for share in drawn]
    parts[parts.index(max(parts))] += euros - sum(parts)
    return parts


def _charges(rng: Random, nature: str, total: int) -> tuple[BudgetEntry, ...]:
    profile = _CHARGES[nature]
    parts = _split(rng, total, [share for _, _, share in profile])
    return tuple(
        BudgetEntry(account, label, euros * 100) for (account, label, _), euros in zip(profile, parts, strict=True) if euros
    )


def _own_resources(rng: Random, nature: str, holder: Holder, euros: int) -> list[BudgetEntry]:
    first = "Produits des activités" if nature == "investissement" else "Prestations et participation des usagers"
    second = "Cotisations, dons et mécénat" if holder.kind == "association" else "Fonds propres affectés à l’action"
    sales, others = _split(rng, euros, [0.4, 0.6])
    return [
        BudgetEntry("70", first, sales * 100),
        BudgetEntry("75", second, others * 100),
    ]


def _voluntary(account: str, euros: int) -> tuple[BudgetEntry, ...]:
    """Volunteers' time and lent rooms: the same figures seen as charges (86) and as resources (87)."""
    labels = {
        "86": ("Personnel bénévole", "Mise à disposition gratuite de locaux"),
        "87": ("Bénévolat", "Prestations en nature"),
    }[account]
    lent = euros // 3
    return (BudgetEntry(account, labels[0], (euros - lent) * 100), BudgetEntry(account, labels[1], lent * 100))


def means_of(budget: Budget) -> str:
    """The means text agrees with the budget: posts come from account 64."""
    staff = sum(entry.amount_cents for entry in budget.charges if entry.account == "64") // 100
    posts = max(0.1, round(staff / _EUROS_PER_POST, 1))
    noun = "postes salariés" if posts >= 2 else "poste salarié"
    volunteers = " et une équipe de bénévoles" if budget.voluntary_charges else ""
    figure = f"{posts:.1f}".replace(".", ",")
    return f"L’équipe compte l’équivalent de {figure} {noun} sur l’année{volunteers}, avec l’appui de partenaires."
