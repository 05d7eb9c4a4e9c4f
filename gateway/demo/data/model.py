"""Shapes of the demonstration data. Amounts are integer cents and always whole euros, as on the paper form."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Person:
    """Somebody who signs in or signs: `email` is always under example.org."""

    first_name: str
    last_name: str
    function: str
    email: str


@dataclass(frozen=True)
class Holder:
    """A project holder. `kind`: association | company | public_body | social_landlord; `rna` for associations only."""

    key: str
    name: str
    kind: str
    siret: str
    rna: str | None
    street: str
    postal_code: str
    city: str
    commune_code: str
    legal_representative: Person
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Lead:
    """An action lead. `publics`: (French label, head count); `season`: year | school | summer | event | works."""

    key: str
    title: str
    domain: str
    objective_codes: tuple[str, ...]
    transversal_codes: tuple[str, ...]
    qpv_codes: tuple[str, ...]
    publics: tuple[tuple[str, int], ...]
    nature: str
    season: str
    typical_cost_euros: int
    need: str
    description: str


@dataclass(frozen=True)
class Qpv:
    code: str
    name: str
    population: int
    commune_code: str


@dataclass(frozen=True)
class Contract:
    code: str
    name: str
    starts_on: date
    ends_on: date
    mid_term_review_year: int
    commune_code: str
    qpvs: tuple[Qpv, ...]


@dataclass(frozen=True)
class Objective:
    code: str
    title: str


@dataclass(frozen=True)
class Enjeu:
    code: str
    title: str
    objectives: tuple[Objective, ...]


@dataclass(frozen=True)
class Transversal:
    code: str
    title: str


@dataclass(frozen=True)
class Framework:
    enjeux: tuple[Enjeu, ...]
    transversals: tuple[Transversal, ...]

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The operational objectives of every enjeu, in order."""
        return tuple(objective for enjeu in self.enjeux for objective in enjeu.objectives)


@dataclass(frozen=True)
class BudgetLine:
    """An envelope of the year. `natures`: action | fonctionnement | investissement."""

    key: str
    label: str
    natures: tuple[str, ...]
    amount_cents: int


@dataclass(frozen=True)
class CharterRule:
    """What one budget line accepts; `max_share_bp` is basis points of the action's budget; `reason` is for holders."""

    budget_line_key: str
    natures: tuple[str, ...]
    cap_cents: int | None
    max_share_bp: int | None
    excluded_objective_codes: tuple[str, ...]
    excluded_holder_kinds: tuple[str, ...]
    qpv_required: bool
    reason: str


@dataclass(frozen=True)
class Funder:
    """A funder. `kind`: state | epci | commune | departement | region | caf | social_landlord; a rule per line."""

    key: str
    name: str
    short_name: str
    kind: str
    siret: str
    agent: Person
    signatory: Person
    payer: Person
    budget_lines: tuple[BudgetLine, ...]
    charter: tuple[CharterRule, ...]


@dataclass(frozen=True)
class Criterion:
    code: str
    label: str
    weight: int


@dataclass(frozen=True)
class Attachment:
    code: str
    label: str


@dataclass(frozen=True)
class PublicPlan:
    label: str
    count: int


@dataclass(frozen=True)
class BudgetEntry:
    """A line of the budget; `funder_key` is set on account 74 only."""

    account: str
    label: str
    amount_cents: int
    funder_key: str | None = None


@dataclass(frozen=True)
class Budget:
    """Charges 60–68 equal produits 70–75; voluntary contributions 86 equal 87 and stay below the total."""

    charges: tuple[BudgetEntry, ...]
    produits: tuple[BudgetEntry, ...]
    voluntary_charges: tuple[BudgetEntry, ...]
    voluntary_produits: tuple[BudgetEntry, ...]

    @property
    def total_cents(self) -> int:
        return sum(entry.amount_cents for entry in self.charges)


@dataclass(frozen=True)
class FundingRequest:
    funder_key: str
    budget_line_key: str
    amount_cents: int


@dataclass(frozen=True)
class DossierPlan:
    """One dossier ready to be typed in. `nature`: action | fonctionnement | investissement."""

    key: str
    holder_key: str
    lead_key: str
    title: str
    nature: str
    renewal: bool
    objective_codes: tuple[str, ...]
    transversal_codes: tuple[str, ...]
    qpv_codes: tuple[str, ...]
    publics: tuple[PublicPlan, ...]
    starts_on: date
    ends_on: date
    need: str
    description: str
    public_text: str
    territory_text: str
    means_text: str
    calendar_text: str
    indicators_text: str
    budget: Budget
    requests: tuple[FundingRequest, ...]

    @property
    def asked_cents(self) -> int:
        return sum(request.amount_cents for request in self.requests)


@dataclass(frozen=True)
class ReviewPlan:
    """A funder's review. `scores`: criterion code → 0–5; `opinion`: favourable | reserved | unfavourable."""

    scores: dict[str, int]
    opinion: str
    proposed_cents: int
    internal_comment: str
    holder_comment: str
