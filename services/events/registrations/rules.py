"""Who gets which seat. Pure functions over what the database holds.

A party is seated whole or not at all. Somebody takes first a seat of a share they belong to, then one open to all; when that choice matters
to the others of the party, seats are moved between them until all sit or nothing more can be done (augmenting paths, as in a bipartite
matching). Nobody overtakes a party of the waiting list that could use the same seats, until the event is near enough.
"""

import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

#: Without letters and digits people mistake for one another (Crockford's base 32, without U).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """Eight characters somebody can read out."""
    return "".join(ALPHABET[drawn % len(ALPHABET)] for drawn in secrets.token_bytes(8))


def new_key() -> str:
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Pool:
    """Seats of one mode; `free` None is as many as come. A share is for some audiences or territories."""

    id: UUID
    mode: str
    free: int | None
    is_share: bool = False
    audiences: frozenset[str] = frozenset()
    territory_codes: frozenset[str] = frozenset()

    def is_for(self, person: "Person") -> bool:
        if self.mode != person.mode:
            return False
        return not self.is_share or person.audience in self.audiences or not self.territory_codes.isdisjoint(person.territories)


@dataclass(frozen=True)
class Person:
    """What decides of somebody's seat."""

    mode: str
    audience: str
    territories: frozenset[str] = frozenset()


def seats_for(party: Sequence[Person], pools: Sequence[Pool]) -> list[UUID] | None:
    """A pool for each person of the party, in their order; None when they cannot all sit."""
    held = _best(party, pools)
    return None if None in held else [each for each in held if each is not None]


def minus(pools: Sequence[Pool], taken: Iterable[UUID | None]) -> list[Pool]:
    """The pools once these seats are taken (None takes nothing)."""
    counts: dict[UUID, int] = {}
    for pool_id in taken:
        if pool_id is not None:
            counts[pool_id] = counts.get(pool_id, 0) + 1
    return [
        pool if pool.free is None or pool.id not in counts else replace(pool, free=pool.free - counts[pool.id]) for pool in pools
    ]


@dataclass
class Served:
    """Who of the waiting list is offered which seats, in order, and the seats that a newcomer may then take."""

    offers: dict[UUID, list[UUID]] = field(default_factory=dict)
    left: list[Pool] = field(default_factory=list)


def serve(
    waiting: Mapping[UUID, Sequence[Person]],
    pools: Sequence[Pool],
    *,
    overtaking: bool,
    unready: Container[UUID] = frozenset(),
) -> Served:
    """Offer what is free to a waiting list given in the order of its ranks.

    A party that does not fit, or is `unready` (its e-mail is not confirmed), keeps the seats it could use for itself unless
    `overtaking`: then those behind it, and newcomers, may pass.
    """
    served = Served(left=list(pools))
    for registration_id, party in waiting.items():
        if all(pool.free is not None and pool.free <= 0 for pool in served.left):
            break
        held = _best(party, served.left)
        whole = [each for each in held if each is not None]
        if len(whole) == len(party) and registration_id not in unready:
            served.offers[registration_id] = whole
            served.left = minus(served.left, whole)
        elif not overtaking:
            served.left = minus(served.left, whole)
    return served


def may_overtake(starts_at: datetime | None, overtaking_hours: int, now: datetime) -> bool:
    """Whether the event is near enough for groups that do not fit to let others pass."""
    return starts_at is not None and now >= starts_at - timedelta(hours=overtaking_hours)


def offer_ends(now: datetime, offer_hours: int, *ends: datetime | None) -> datetime:
    """When an offer made now ends: after its hours, and never after any of these instants (registrations over, the beginning)."""
    return min([now + timedelta(hours=offer_hours), *(each for each in ends if each is not None)])


def _best(party: Sequence[Person], pools: Sequence[Pool]) -> list[UUID | None]:
    """A seat for as many of the party as possible: None for those who have none.

    Shares first, then every pool: augmenting a matching keeps the seats it already uses, so that as many as possible sit in
    shares and seats open to all are left to those who have no share.
    """
    by_id = {pool.id: pool for pool in pools}
    held: list[UUID | None] = [None] * len(party)
    for only_shares in (True, False):
        liked = [[pool.id for pool in pools if pool.is_for(person) and (pool.is_share or not only_shares)] for person in party]
        for position in range(len(party)):
            if held[position] is None and liked[position]:
                _seat(position, liked, by_id, held, set())
    return held


def _seat(
    position: int, liked: Sequence[Sequence[UUID]], pools: Mapping[UUID, Pool], held: list[UUID | None], seen: set[UUID]
) -> bool:
    """Seat one person, moving others of the party when needed."""
    for pool_id in liked[position]:
        if pool_id in seen:
            continue
        seen.add(pool_id)
        sitting = [other for other, pool in enumerate(held) if pool == pool_id]
        free = pools[pool_id].free
        if free is None or len(sitting) < free or any(_seat(other, liked, pools, held, seen) for other in sitting):
            held[position] = pool_id
            return True
    return False
