"""What a session may decide. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.language import Text
from services.common.problems import FieldError

from .models import AdviceResult, CommitteeKind, CommitteeStatus, Outcome, VoteChoice
from .schemas import Presence

_OUTCOMES = {
    CommitteeKind.TECHNICAL: {Outcome.PROPOSED},
    CommitteeKind.STEERING: {Outcome.GRANTED, Outcome.ADJOURNED, Outcome.REFUSED},
}

#: A session that may still be prepared and may still decide.
OPEN = {CommitteeStatus.PLANNED, CommitteeStatus.AGENDA_SENT}


def decision_errors(kind: CommitteeKind, outcome: Outcome, amount_cents: int, motive: str) -> list[FieldError]:
    """The outcome belongs to this kind of committee, the amount follows it, and a refusal is reasoned."""
    errors = []
    if outcome not in _OUTCOMES[kind]:
        allowed = ", ".join(sorted(o.value for o in _OUTCOMES[kind]))
        said = Text(f"Ce comité ne peut dire que : {allowed}.", f"This committee may only say: {allowed}.")
        errors.append(FieldError("/outcome", said, "outcome"))
    if outcome is Outcome.GRANTED and amount_cents == 0:
        errors.append(FieldError("/amount_cents", Text("Donnez un montant.", "Give an amount."), "amount"))
    if outcome in {Outcome.ADJOURNED, Outcome.REFUSED} and amount_cents:
        errors.append(FieldError("/amount_cents", Text("Aucun montant ici.", "No amount here."), "amount"))
    if amount_cents % 100:
        errors.append(
            FieldError("/amount_cents", Text("Le montant est en euros entiers.", "The amount is in whole euros."), "whole_euros")
        )
    if outcome is Outcome.REFUSED and not motive.strip():
        errors.append(FieldError("/motive", Text("Motivez le refus.", "Give the refusal's grounds."), "missing"))
    return errors


def is_at_the_table(attendance: Iterable[Mapping[str, Any]], organisation_id: UUID) -> bool:
    """Present or represented: an absent funder does not decide."""
    here = {Presence.PRESENT.value, Presence.REPRESENTED.value}
    return any(m["organisation_id"] == str(organisation_id) and m["presence"] in here for m in attendance)


_HERE = {Presence.PRESENT.value, Presence.REPRESENTED.value}


@dataclass(frozen=True)
class OutOfRoom:
    """Somebody who stepped out on a dossier: an account, or a name where there is none."""

    organisation_id: UUID
    account_id: UUID | None
    person: str


def _is(attendee: Mapping[str, Any], out: OutOfRoom) -> bool:
    """Whether the line of the attendance is that person's; a line without any name is its organisation's, whoever speaks."""
    if attendee["organisation_id"] != str(out.organisation_id):
        return False
    account, person = attendee.get("account_id"), (attendee.get("person") or "").strip().casefold()
    if account is None and not person:
        return True
    if out.account_id is not None and account is not None:
        return bool(account == str(out.account_id))
    return bool(person) and person == out.person.strip().casefold()


@dataclass(frozen=True)
class Quorum:
    """For one dossier: organisations that may vote, and those of them that are there. Who stepped out counts on neither side."""

    members: frozenset[UUID]
    present: frozenset[UUID]
    percent: int

    @property
    def reached(self) -> bool:
        return bool(self.present) and 100 * len(self.present) >= self.percent * len(self.members)


def quorum(
    attendance: Sequence[Mapping[str, Any]], outs: Sequence[OutOfRoom], *, percent: int, voted: Collection[UUID] = ()
) -> Quorum:
    """An organisation all of whose people at the table stepped out is not counted, unless another of its people has voted."""
    members = {UUID(m["organisation_id"]) for m in attendance if m.get("voting", True)}
    here, in_room = set[UUID](), set[UUID]()
    for attendee in attendance:
        organisation = UUID(attendee["organisation_id"])
        if organisation in members and attendee["presence"] in _HERE:
            here.add(organisation)
            if not any(_is(attendee, out) for out in outs):
                in_room.add(organisation)
    away = here - in_room - set(voted)
    return Quorum(frozenset(members - away), frozenset(here - away), percent)


def tally(votes: Iterable[VoteChoice]) -> tuple[int, int, int]:
    """For, against, abstentions."""
    counted = Counter(votes)
    return counted[VoteChoice.FOR], counted[VoteChoice.AGAINST], counted[VoteChoice.ABSTAIN]


def advice(votes_for: int, votes_against: int) -> AdviceResult:
    """By the majority of the votes for or against; abstentions weigh on neither side."""
    if votes_for == votes_against:
        return AdviceResult.SPLIT
    return AdviceResult.FAVOURABLE if votes_for > votes_against else AdviceResult.UNFAVOURABLE


@dataclass(frozen=True)
class Parties:
    """For whom somebody may ask that a decision be reopened; `are_one`: the funder leads the contract."""

    funder: bool
    team: bool
    are_one: bool


def asked_by(parties: Parties, funder: UUID | None, team: UUID | None, person: UUID) -> tuple[UUID | None, UUID | None] | None:
    """Who has asked for the funder and for the team, once this person has; None when their word adds nothing.

    Two organisations are two people: who belongs to both speaks for the one that has not spoken, once.
    """
    if parties.are_one and parties.funder:
        return funder or person, team or person
    if person in {funder, team}:
        return None
    if parties.funder and funder is None:
        return person, team
    if parties.team and team is None:
        return funder, person
    return None
