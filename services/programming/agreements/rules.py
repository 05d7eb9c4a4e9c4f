"""When an agreement is due, what covers what, and what an amendment may do. Pure: no database, no clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from uuid import UUID

from services.common.language import Text, euros
from services.common.problems import FieldError

from .models import AgreementStatus


@dataclass(frozen=True)
class Grant:
    """An award, as these rules see it. `agreed`: a signed text covers it."""

    award_id: UUID
    granted_cents: int
    under_cpo: bool = False
    agreed: bool = False


def required(grants: Collection[Grant], in_kind_cents: int, above_cents: int) -> bool:
    """Above the yearly threshold, cash and in kind together, whatever the projects (loi n° 2000-321, art. 10 ; décret n° 2001-495).

    A multi-year agreement is an agreement: when all of the year's grants belong to one, nothing more is to be signed.
    """
    total = sum(grant.granted_cents for grant in grants) + in_kind_cents
    return total > above_cents and any(not grant.under_cpo for grant in grants)


def status(before: AgreementStatus, *, required: bool, added: bool, terminated: bool) -> AgreementStatus:
    """Where the agreement is once the grants are counted anew. `added`: a grant was just notified; `terminated`: once it was.

    A text on its way or in force stays so whatever the total; after a termination only a new grant opens it again.
    """
    if before in {AgreementStatus.NOT_DUE, AgreementStatus.DUE}:
        below = AgreementStatus.TERMINATED if terminated else AgreementStatus.NOT_DUE
        return AgreementStatus.DUE if required else below
    if before is AgreementStatus.TERMINATED and required and added:
        return AgreementStatus.DUE
    return before


@dataclass(frozen=True)
class Cover:
    """What the texts say: awards in the text being signed, and the aid in kind of the last text."""

    open_award_ids: frozenset[UUID] = frozenset()
    in_kind_cents: int | None = None


def text_due(status: AgreementStatus, grants: Iterable[Grant], in_kind_cents: int, cover: Cover) -> bool:
    """Whether the funder has something to write: the agreement itself, or an amendment for what no text holds."""
    if status is AgreementStatus.DUE:
        return True
    if status not in {AgreementStatus.DRAFTED, AgreementStatus.SIGNED}:
        return False
    bare = (g for g in grants if not g.under_cpo and not g.agreed and g.award_id not in cover.open_award_ids)
    return any(bare) or in_kind_cents != cover.in_kind_cents


def needs_agreement(status: AgreementStatus, grant: Grant, *, required: bool) -> bool:
    """Whether nothing may be committed on this grant before it is agreed on: above the threshold, or in a year already agreed."""
    return not grant.under_cpo and not grant.agreed and (required or status is AgreementStatus.SIGNED)


#: Below the threshold and nothing in force: the grants are free of any agreement.
FREE = {AgreementStatus.NOT_DUE, AgreementStatus.DRAFTED}


# Amendments


@dataclass(frozen=True)
class Line:
    """What an amendment wants of one award."""

    award_id: UUID
    granted_cents: int


class Fault(Enum):
    """Why a change of a grant is refused."""

    BELOW_PAID = "below_paid"
    JUSTIFIED = "already_justified"
    ABOVE_ASKED = "above_asked"
    ABOVE_ENVELOPE = "above_envelope"


@dataclass(frozen=True)
class Change:
    """A line that changes a grant, with what bounds it. `envelope` names the budget line that gives or takes back."""

    award_id: UUID
    pointer: str
    before_cents: int
    granted_cents: int
    held_cents: int
    asked_cents: int
    justified: bool
    envelope: tuple[UUID, str]

    @property
    def delta_cents(self) -> int:
        return self.granted_cents - self.before_cents


def line_errors(lines: Sequence[Line], grants: Sequence[Grant], *, in_kind_changed: bool) -> list[FieldError]:
    """An amendment names awards of the agreement, each once, and says something new."""
    known = {grant.award_id: grant for grant in grants}
    errors: list[FieldError] = []
    seen: set[UUID] = set()
    for i, line in enumerate(lines):
        grant, at = known.get(line.award_id), f"/lines/{i}/award_id"
        if grant is None:
            said = Text("Cette subvention n'est pas de cette convention.", "This grant is not of this agreement.")
            errors.append(FieldError(at, said, "unknown_award"))
        elif grant.under_cpo:
            said = Text(
                "Cette subvention relève d'une convention pluriannuelle : elle s'y amende.",
                "This grant belongs to a multi-year agreement: it is amended there.",
            )
            errors.append(FieldError(at, said, "under_cpo"))
        elif line.award_id in seen:
            said = Text("Cette subvention est déjà plus haut.", "This grant is already above.")
            errors.append(FieldError(at, said, "repeated"))
        elif grant.agreed and grant.granted_cents == line.granted_cents:
            said = Text("Ce montant est déjà celui de la convention.", "This amount is the agreement's already.")
            errors.append(FieldError(f"/lines/{i}/granted_cents", said, "unchanged"))
        seen.add(line.award_id)
    if not lines and not in_kind_changed:
        errors.append(FieldError("/lines", Text("L'avenant ne change rien.", "The amendment changes nothing."), "empty"))
    return errors


def change_faults(changes: Sequence[Change], left: Mapping[tuple[UUID, str], int]) -> dict[Fault, list[FieldError]]:
    """What forbids these changes: what is paid, what was asked, what is left of each envelope once all lines are counted."""
    faults: dict[Fault, list[FieldError]] = {}

    def refuse(fault: Fault, change: Change, said: Text) -> None:
        faults.setdefault(fault, []).append(FieldError(change.pointer, said, fault.value))

    for change in changes:
        if change.justified:
            refuse(Fault.JUSTIFIED, change, Text("Le bilan est déjà accepté.", "The bilan is already accepted."))
        elif change.granted_cents < change.held_cents:
            held = euros(change.held_cents)
            refuse(Fault.BELOW_PAID, change, Text(f"{held} sont déjà payés.", f"{held} are already paid."))
        elif change.granted_cents > change.asked_cents:
            asked = euros(change.asked_cents)
            refuse(Fault.ABOVE_ASKED, change, Text(f"Le dossier demande {asked}.", f"The dossier asks for {asked}."))
    for envelope, left_cents in left.items():
        drawn = [change for change in changes if change.envelope == envelope]
        if sum(change.delta_cents for change in drawn) > left_cents:
            said = Text(f"Il reste {euros(left_cents)} sur l'enveloppe.", f"{euros(left_cents)} are left of the envelope.")
            for change in drawn:
                if change.delta_cents > 0:
                    refuse(Fault.ABOVE_ENVELOPE, change, said)
    return faults


def in_order(changes: Iterable[Change]) -> list[Change]:
    """How grants are set anew: by envelope, so that two amendments never wait for each other; in each, what is given back
    comes before what is taken, so that an envelope is never exceeded on the way."""
    return sorted(changes, key=lambda change: (change.envelope, change.delta_cents, change.award_id))


# Signatures


def signature_errors(signed_on: date, *, drafted_on: date, today: date) -> list[FieldError]:
    """One signs between the day of the draft and today."""
    if signed_on > today:
        return [FieldError("/signed_on", Text("Cette date est à venir.", "This day is still to come."), "future")]
    if signed_on < drafted_on:
        said = Text(f"Le texte est du {drafted_on:%d/%m/%Y}.", f"The text is of {drafted_on:%d/%m/%Y}.")
        return [FieldError("/signed_on", said, "before_draft")]
    return []
