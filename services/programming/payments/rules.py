"""The rules of a schedule, of what is asked for, and of a payment's day. Pure: no database, no clock.

Laws: instalments add up to the grant to the cent, before and after any payment, repayment or amendment; what is paid covers them
in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.common.language import Text, day_in_words, euros
from services.common.problems import FieldError
from services.common.shares import split

from .schemas import Condition, InstalmentKind, InstalmentWrite

WHOLE_BP = 10_000
_RANK = {InstalmentKind.ADVANCE: 0, InstalmentKind.INTERIM: 1, InstalmentKind.BALANCE: 2}


def amounts(granted: int, wishes: Sequence[InstalmentWrite]) -> list[int]:
    """What each instalment is worth. Shares are shared out by largest remainder: the cents always add up to the grant."""
    if all(wish.share_bp is not None for wish in wishes):
        return split(granted, [wish.share_bp or 0 for wish in wishes])
    return [wish.amount_cents or 0 for wish in wishes]


def schedule_errors(granted: int, wishes: Sequence[InstalmentWrite]) -> list[FieldError]:
    """What keeps this schedule from being the award's. Shares written in rounded hundredths of a percent may miss the whole by
    one hundredth each (3333 + 3333 + 3333)."""
    shared = [wish.share_bp for wish in wishes if wish.share_bp is not None]
    if shared and len(shared) < len(wishes):
        said = Text("Donnez des parts partout, ou des montants partout.", "Give shares everywhere, or amounts everywhere.")
        return [FieldError("/instalments", said, "mixed")]
    return [*_sum_errors(granted, wishes, shared), *_order_errors(wishes), *_empty_errors(granted, wishes)]


def _sum_errors(granted: int, wishes: Sequence[InstalmentWrite], shared: Sequence[int]) -> list[FieldError]:
    if shared:
        if abs(sum(shared) - WHOLE_BP) < len(shared):
            return []
        percent = f"{sum(shared) / 100:.2f}".replace(".", ",")
        said = Text(f"Les parts font {percent} % au lieu de 100 %.", f"Shares add up to {sum(shared) / 100:.2f}% rather than 100%.")
        return [FieldError("/instalments", said, "shares_do_not_add_up")]
    gap = granted - sum(amounts(granted, wishes))
    if gap == 0:
        return []
    missing = Text(f"Il manque {euros(gap)}", f"{euros(gap)} are missing")
    beyond = Text(f"Il y a {euros(-gap)} de trop", f"There are {euros(-gap)} too much")
    side = missing if gap > 0 else beyond
    said = Text(f"{side.fr} pour faire {euros(granted)}.", f"{side.en} to make {euros(granted)}.")
    return [FieldError("/instalments", said, "amounts_do_not_add_up")]


def _order_errors(wishes: Sequence[InstalmentWrite]) -> list[FieldError]:
    errors = []
    for i, wish in enumerate(wishes):
        if i and _RANK[wish.kind] < _RANK[wishes[i - 1].kind]:
            said = Text(
                "Avances, puis acomptes, puis solde : cette échéance vient trop tard.",
                "Advances, then interim payments, then the balance: this instalment comes too late.",
            )
            errors.append(FieldError(f"/instalments/{i}/kind", said, "out_of_order"))
        if i and wish.kind is wishes[i - 1].kind is InstalmentKind.BALANCE:
            said = Text("Il n'y a qu'un solde.", "There is one balance only.")
            errors.append(FieldError(f"/instalments/{i}/kind", said, "two_balances"))
        if wish.condition is Condition.DATE and wish.due_on is None:
            said = Text("Une échéance à date porte sa date.", "A dated instalment has its date.")
            errors.append(FieldError(f"/instalments/{i}/due_on", said, "date_missing"))
    return errors


def _empty_errors(granted: int, wishes: Sequence[InstalmentWrite]) -> list[FieldError]:
    said = Text("Cette part ne vaut pas un centime.", "This share is worth less than a cent.")
    return [
        FieldError(f"/instalments/{i}", said, "worth_nothing") for i, cents in enumerate(amounts(granted, wishes)) if cents <= 0
    ]


def covered(parts: Sequence[int], held: int) -> list[int]:
    """How much of each instalment `held` covers, in their order."""
    left, found = held, []
    for part in parts:
        taken = min(part, max(left, 0))
        found.append(taken)
        left -= taken
    return found


def share_again(parts: Sequence[int], held: int, granted: int) -> list[int]:
    """The instalments of an amended grant: what is paid stays, what is not is shared out again in the same proportions.

    When all was paid, what an amendment adds goes to the last instalment.
    """
    paid = covered(parts, held)
    unpaid = [part - done for part, done in zip(parts, paid, strict=True)]
    weights = unpaid if any(unpaid) else [0] * (len(parts) - 1) + [1]
    rest = split(max(0, granted - sum(paid)), weights)
    return [done + more for done, more in zip(paid, rest, strict=True)]


def first_uncovered(parts: Sequence[int], amount: int) -> int | None:
    """Number (from 1) of the first instalment that `amount` does not cover, or None."""
    for number, (part, done) in enumerate(zip(parts, covered(parts, amount), strict=True), 1):
        if done < part:
            return number
    return None


@dataclass(frozen=True)
class Facts:
    """What conditions are judged on."""

    today: date
    agreed: bool
    bilan_submitted: bool
    bilan_accepted: bool
    account_confirmed: bool = True


def condition_met(condition: Condition, due_on: date | None, facts: Facts) -> bool:
    match condition:
        case Condition.AGREEMENT_SIGNED:
            return facts.agreed
        case Condition.BILAN_SUBMITTED:
            return facts.bilan_submitted or facts.bilan_accepted
        case Condition.BILAN_ACCEPTED:
            return facts.bilan_accepted
        case Condition.DATE:
            return due_on is not None and facts.today >= due_on
        case Condition.NONE:
            return True


def missing(condition: Condition, due_on: date | None, facts: Facts) -> list[FieldError]:
    """What keeps the holder from asking for an instalment, said so that they know what to do."""
    errors = []
    if not condition_met(condition, due_on, facts):
        day = day_in_words(due_on) if due_on else ""
        said = {
            Condition.AGREEMENT_SIGNED: Text(
                "La convention n'est pas encore signée des deux parties.", "The agreement is not signed by both parties yet."
            ),
            Condition.BILAN_SUBMITTED: Text("Le bilan n'est pas encore déposé.", "The bilan is not submitted yet."),
            Condition.BILAN_ACCEPTED: Text("Le bilan n'est pas encore accepté par le financeur.", "The bilan is not accepted yet."),
            Condition.DATE: Text(
                f"Cette échéance se demande à partir du {day}.", f"This instalment is asked for from {due_on} on."
            ),
        }[condition]
        errors.append(FieldError("/instalment", said, condition.value))
    if not facts.account_confirmed:
        said = Text(
            "Aucun compte bancaire confirmé : proposez un IBAN, puis faites-le confirmer par une seconde personne.",
            "No confirmed bank account: propose an IBAN, then have it confirmed by a second person.",
        )
        errors.append(FieldError("", said, "bank_account_confirmed"))
    return errors


def day_errors(pointer: str, day: date, *, not_before: date | None, today: date, floor: Text) -> list[FieldError]:
    """A payment is dated between `not_before` (named by `floor`) and today."""
    if day > today:
        said = Text("Cette date est dans l'avenir.", "This day is in the future.")
        return [FieldError(pointer, said, "in_the_future")]
    if not_before is not None and day < not_before:
        said = Text(
            f"Cette date précède {floor.fr} ({day_in_words(not_before)}).", f"This day is before {floor.en} ({not_before})."
        )
        return [FieldError(pointer, said, "too_early")]
    return []
