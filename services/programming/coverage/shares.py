"""How a scenario shares a funder's money out: the same cut for all, or by score until it ends. Pure, in whole euros."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Claim:
    """One request: what it would be granted at most, in cents, its funder's score (0 to 100) and the line it draws on."""

    request_id: UUID
    budget_line: str
    cents: int
    score: float | None
    reference: str


def cut(claims: Sequence[Claim], percent: float) -> dict[UUID, int]:
    """The same percentage off everybody, rounded down to the euro."""
    return {claim.request_id: _euros(round(claim.cents * (100 - percent) / 100, 6)) for claim in claims}


def within(claims: Sequence[Claim], total_cents: int) -> dict[UUID, int]:
    """Everybody cut alike until all of it is `total_cents`; euros left by rounding go to the largest remainders."""
    wanted = sum(claim.cents for claim in claims)
    if wanted <= total_cents:
        return {claim.request_id: _euros(claim.cents) for claim in claims}
    exact = {claim.request_id: (claim.cents * total_cents) // wanted for claim in claims}
    shared = {request_id: _euros(cents) for request_id, cents in exact.items()}
    spare = (_euros(total_cents) - sum(shared.values())) // 100
    limits = {claim.request_id: claim.cents for claim in claims}
    for request_id in sorted(exact, key=lambda one: (-(exact[one] % 100), str(one))):
        if spare and shared[request_id] + 100 <= limits[request_id]:
            shared[request_id], spare = shared[request_id] + 100, spare - 1
    return shared


def by_score(claims: Sequence[Claim], purses: Mapping[str, int]) -> dict[UUID, int]:
    """The best scored first, in full while its line's purse lasts; the one it ends on takes what is left. Unscored ones come last."""
    left = {code: _euros(cents) for code, cents in purses.items()}
    shared = {}
    for claim in sorted(claims, key=_rank):
        granted = min(_euros(claim.cents), left.get(claim.budget_line, 0))
        shared[claim.request_id] = granted
        left[claim.budget_line] = left.get(claim.budget_line, 0) - granted
    return shared


def by_score_over_all(claims: Sequence[Claim], total_cents: int) -> dict[UUID, int]:
    """`by_score` with one purse for all lines together."""
    one = [Claim(claim.request_id, "", claim.cents, claim.score, claim.reference) for claim in claims]
    return by_score(one, {"": total_cents})


def _rank(claim: Claim) -> tuple[bool, float, str, str]:
    return claim.score is None, -(claim.score or 0.0), claim.reference, str(claim.request_id)


def _euros(cents: float) -> int:
    return int(cents) // 100 * 100
