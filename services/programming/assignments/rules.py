"""Who gets what: the first rule that fits, the least loaded of its people. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from .schemas import Again, AssignmentRule, ShareOutcome


@dataclass(frozen=True)
class Candidate:
    """A review, with what rules look at."""

    review_id: UUID
    dossier_id: UUID
    asked_cents: int
    status: str = "to_review"
    nature: str = "action"
    budget_line: str = ""
    objective_codes: Collection[str] = ()
    qpv_codes: Collection[str] = ()
    holder_id: UUID | None = None
    assignee_id: UUID | None = None
    assigned_by_rule: bool = False
    reader_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Share:
    """What becomes of one review. `rule` is the rank, from 1, of the rule that decided."""

    review_id: UUID
    outcome: ShareOutcome
    rule: int | None = None
    assignee_id: UUID | None = None
    reader_ids: tuple[UUID, ...] = ()
    missing_readers: int = 0
    in_conflict: tuple[UUID, ...] = ()
    departed: bool = False


@dataclass(frozen=True)
class Situation:
    """What is known besides the reviews: who is in conflict on which dossier, who is a member (None: not known), readings wanted."""

    conflicts: Collection[tuple[UUID, UUID]] = ()
    members: Collection[UUID] | None = None
    readings: int = 1
    again: Again = Again.NONE
    loads: Mapping[UUID, int] = field(default_factory=dict)


def fits(rule: AssignmentRule, one: Candidate) -> bool:
    """Every condition given holds, by any of its values."""
    return (
        (not rule.objective_codes or not set(rule.objective_codes).isdisjoint(one.objective_codes))
        and (not rule.qpv_codes or not set(rule.qpv_codes).isdisjoint(one.qpv_codes))
        and (not rule.outside_qpv or not one.qpv_codes)
        and (not rule.natures or one.nature in {nature.value for nature in rule.natures})
        and (not rule.budget_lines or one.budget_line in rule.budget_lines)
        and (not rule.holder_ids or one.holder_id in rule.holder_ids)
        and (rule.from_cents is None or one.asked_cents >= rule.from_cents)
        and (rule.to_cents is None or one.asked_cents <= rule.to_cents)
    )


def share_out(candidates: Sequence[Candidate], rules: Sequence[AssignmentRule], known: Situation) -> list[Share]:
    """One line per review, in order. The same reviews in the same situation are always shared the same way, and what was shared
    once is left as it is the second time."""
    loads = dict(known.loads)
    return [_share(one, rules, known, loads) for one in candidates]


def _share(one: Candidate, rules: Sequence[AssignmentRule], known: Situation, loads: dict[UUID, int]) -> Share:
    if one.status == "completed":
        return Share(one.review_id, ShareOutcome.COMPLETED, None, one.assignee_id, one.reader_ids)
    departed = one.assignee_id is not None and known.members is not None and one.assignee_id not in known.members
    left_alone = None if departed else _left_alone(one, known)
    if left_alone is not None:
        return Share(one.review_id, left_alone, None, one.assignee_id, one.reader_ids)
    rank, rule = next(((i, rule) for i, rule in enumerate(rules, 1) if fits(rule, one)), (None, None))
    if rule is None:
        return Share(one.review_id, ShareOutcome.NO_RULE, None, one.assignee_id, one.reader_ids, departed=departed)
    barred = tuple(each for each in rule.instructor_ids if (each, one.dossier_id) in known.conflicts)
    free = [each for each in rule.instructor_ids if each not in barred and (known.members is None or each in known.members)]
    return replace(_given(one, free, known, loads, departed=departed), rule=rank, in_conflict=barred, departed=departed)


def _left_alone(one: Candidate, known: Situation) -> ShareOutcome | None:
    """Why a review that has its people keeps them; None when it may be shared out."""
    lacking = known.readings > 1 and len(one.reader_ids) < known.readings
    if one.assignee_id is None or lacking:
        return None
    if known.again is Again.NONE or (known.again is Again.RULED and not one.assigned_by_rule):
        return ShareOutcome.KEPT
    return ShareOutcome.BEGUN if one.status != "to_review" else None


def _given(one: Candidate, free: Sequence[UUID], known: Situation, loads: dict[UUID, int], *, departed: bool) -> Share:
    before = None if departed else one.assignee_id
    stays = one.status != "to_review" or known.again is Again.NONE or (known.again is Again.RULED and not one.assigned_by_rule)
    kept = before if before is not None and (before in free or stays) else None
    pick = kept or _lightest(free, loads)
    if pick is None:
        return Share(one.review_id, ShareOutcome.NOBODY, None, one.assignee_id, one.reader_ids)
    readers = list(one.reader_ids)
    if known.readings > 1:
        for each in [pick, *sorted(free, key=lambda one: (loads.get(one, 0), free.index(one)))]:
            if each not in readers and len(readers) < known.readings and each in free:
                readers.append(each)
                loads[each] = loads.get(each, 0) + 1
    if pick != before:
        loads[pick] = loads.get(pick, 0) + 1
        if before is not None:
            loads[before] = loads.get(before, 1) - 1
    changed = pick != one.assignee_id or tuple(readers) != one.reader_ids
    outcome = ShareOutcome.UNCHANGED if not changed else ShareOutcome.REASSIGNED if one.assignee_id else ShareOutcome.ASSIGNED
    missing = max(0, known.readings - len(readers)) if known.readings > 1 else 0
    return Share(one.review_id, outcome, None, pick, tuple(readers), missing)


def _lightest(people: Sequence[UUID], loads: Mapping[UUID, int]) -> UUID | None:
    """Who has the least to do; of several, the first named."""
    return min(people, key=lambda each: loads.get(each, 0), default=None)


def without(one: Candidate, person: UUID) -> Candidate:
    """The review as it stands once the person is gone."""
    gone = one.assignee_id == person
    readers = tuple(each for each in one.reader_ids if each != person)
    return replace(one, assignee_id=None if gone else one.assignee_id, reader_ids=readers)
