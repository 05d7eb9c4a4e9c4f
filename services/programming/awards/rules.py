"""The life of an award's money. Pure: no database, no clock.

Laws: granted ≥ committed ≥ paid − repaid ≥ 0, and what is to repay is what was paid beyond what is justified.
"""

from dataclasses import dataclass, replace
from enum import Enum

from ..dossiers.schemas import RequestStatus


@dataclass(frozen=True)
class Money:
    """Euro cents. `justified` is None until a bilan is accepted."""

    granted: int
    committed: int = 0
    paid: int = 0
    repaid: int = 0
    justified: int | None = None

    @property
    def held(self) -> int:
        """What the holder has of it."""
        return self.paid - self.repaid

    @property
    def to_repay(self) -> int:
        """What was paid beyond what the accepted bilan bears out (loi n° 2000-321, art. 10: unspent money goes back)."""
        return 0 if self.justified is None else max(0, self.held - self.justified)

    @property
    def settled(self) -> bool:
        """The holder has exactly what its accepted bilan bears out: nothing left to pay, nothing to repay."""
        return self.justified is not None and self.held == self.justified

    @property
    def left_to_commit(self) -> int:
        return self.granted - self.committed

    @property
    def left_to_pay(self) -> int:
        """Of what is committed; once the bilan is accepted, no more than it bears out."""
        payable = self.committed if self.justified is None else min(self.committed, self.justified)
        return max(0, payable - self.held)


class Breach(Enum):
    """Why an act on an award's money is refused."""

    NOTHING = "nothing"
    ABOVE_GRANT = "above_grant"
    ABOVE_COMMITMENT = "above_commitment"
    ABOVE_PAID = "above_paid"
    BELOW_PAID = "below_paid"
    ALREADY_JUSTIFIED = "already_justified"


class Refused(Exception):
    """The act breaks a law of the money; `limit_cents` is what would have been possible."""

    def __init__(self, breach: Breach, limit_cents: int = 0) -> None:
        super().__init__(breach.value)
        self.breach, self.limit_cents = breach, limit_cents


def _something(cents: int) -> None:
    if cents <= 0:
        raise Refused(Breach.NOTHING)


def commit_funds(money: Money, cents: int) -> Money:
    """The funder sets `cents` more aside for this award (engagement comptable)."""
    _something(cents)
    if cents > money.left_to_commit:
        raise Refused(Breach.ABOVE_GRANT, money.left_to_commit)
    return replace(money, committed=money.committed + cents)


def pay(money: Money, cents: int) -> Money:
    """Money leaves the funder: never beyond what is committed, nor beyond an accepted bilan."""
    _something(cents)
    if cents > money.left_to_pay:
        raise Refused(Breach.ABOVE_COMMITMENT, money.left_to_pay)
    return replace(money, paid=money.paid + cents)


def repay(money: Money, cents: int) -> Money:
    """Money comes back from the holder."""
    _something(cents)
    if cents > money.held:
        raise Refused(Breach.ABOVE_PAID, money.held)
    return replace(money, repaid=money.repaid + cents)


def amend(money: Money, granted: int) -> Money:
    """An amendment sets the grant anew; a commitment above it comes down with it, never below what is paid."""
    if money.justified is not None:
        raise Refused(Breach.ALREADY_JUSTIFIED)
    if granted < max(money.held, 0):
        raise Refused(Breach.BELOW_PAID, money.held)
    return replace(money, granted=granted, committed=min(money.committed, granted))


def justify(money: Money, cents: int) -> Money:
    """The funder accepts the bilan, which bears out `cents` of the grant; a later decision replaces it."""
    if not 0 <= cents <= money.granted:
        raise Refused(Breach.ABOVE_GRANT, money.granted)
    return replace(money, justified=cents)


def status(money: Money, *, agreed: bool) -> RequestStatus:
    """Where the award is, from its money."""
    if money.justified is not None:
        if money.to_repay:
            return RequestStatus.TO_REPAY
        if not money.left_to_pay:
            return RequestStatus.JUSTIFIED
    if money.paid:
        return RequestStatus.PARTLY_PAID if money.held < money.granted else RequestStatus.PAID
    if money.committed:
        return RequestStatus.COMMITTED
    return RequestStatus.AGREED if agreed else RequestStatus.NOTIFIED
