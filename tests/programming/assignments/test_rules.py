"""Laws of sharing out, and of the statistics of scores."""

from dataclasses import replace
from statistics import fmean
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.programming.assignments import calibration_rules as statistics
from services.programming.assignments import rules
from services.programming.assignments.calibration_rules import Scored
from services.programming.assignments.rules import Candidate, Situation
from services.programming.assignments.schemas import Again, AssignmentRule, ShareOutcome

PEOPLE = [UUID(int=i) for i in range(1, 7)]
DOSSIERS = [UUID(int=100 + i) for i in range(30)]
people = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=6, unique=True)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    return [
        Candidate(
            review_id=UUID(int=1000 + i),
            dossier_id=DOSSIERS[i],
            asked_cents=draw(st.integers(1, 1_000)),
            status=draw(st.sampled_from(["to_review", "to_review", "in_progress", "completed"])),
            nature=draw(st.sampled_from(["action", "fonctionnement"])),
            objective_codes=draw(st.lists(st.sampled_from("123"), max_size=2)),
            qpv_codes=draw(st.lists(st.sampled_from(["QP011002", "QP011001"]), max_size=2)),
            assignee_id=draw(st.sampled_from([None, *PEOPLE])),
            assigned_by_rule=draw(st.booleans()),
            reader_ids=tuple(draw(st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True))),
        )
        for i in range(draw(st.integers(0, 6)))
    ]


@st.composite
def written(draw: st.DrawFn) -> list[AssignmentRule]:
    return [
        AssignmentRule(
            label="Règle",
            objective_codes=draw(st.lists(st.sampled_from("123"), max_size=2)),
            outside_qpv=draw(st.booleans()),
            natures=draw(st.sampled_from([[], ["action"]])),
            from_cents=draw(st.sampled_from([None, 300])),
            instructor_ids=draw(people),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    return Situation(
        conflicts=draw(st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(DOSSIERS)), max_size=8)),
        members=draw(st.none() | st.frozensets(st.sampled_from(PEOPLE))),
        readings=draw(st.integers(1, 3)),
        again=draw(st.sampled_from(Again)),
        loads=draw(st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 5))),
    )


@given(candidates(), written(), situations())
def test_nobody_gets_what_they_may_not_and_the_first_rule_that_fits_decides(
    reviews: list[Candidate], ordered: list[AssignmentRule], known: Situation
) -> None:
    shares = rules.share_out(reviews, ordered, known)
    assert [share.review_id for share in shares] == [review.review_id for review in reviews]
    for review, share in zip(reviews, shares, strict=True):
        new = {share.assignee_id, *share.reader_ids} - {review.assignee_id, *review.reader_ids, None}
        assert not any((person, review.dossier_id) in known.conflicts for person in new)
        assert known.members is None or new <= set(known.members)
        if share.rule is not None:
            assert rules.fits(ordered[share.rule - 1], review)
            assert not any(rules.fits(rule, review) for rule in ordered[: share.rule - 1])
            assert new <= set(ordered[share.rule - 1].instructor_ids)
        if review.status == "completed":
            assert (share.outcome, share.assignee_id, new) == (ShareOutcome.COMPLETED, review.assignee_id, set())
        if share.outcome is ShareOutcome.KEPT:
            assert (share.assignee_id, share.reader_ids) == (review.assignee_id, review.reader_ids)


def _by_rule(review: Candidate, share: rules.Share) -> bool:
    """What a hand gave stays a hand's while it keeps its instructor, even where readers join."""
    return review.assigned_by_rule or share.assignee_id != review.assignee_id


@given(candidates(), written(), situations())
def test_run_twice_the_second_changes_nothing(reviews: list[Candidate], ordered: list[AssignmentRule], known: Situation) -> None:
    first = rules.share_out(reviews, ordered, known)
    moves = {ShareOutcome.ASSIGNED, ShareOutcome.REASSIGNED}
    after = [
        replace(review, assignee_id=share.assignee_id, reader_ids=share.reader_ids, assigned_by_rule=_by_rule(review, share))
        if share.outcome in moves
        else review
        for review, share in zip(reviews, first, strict=True)
    ]
    second = rules.share_out(after, ordered, known)
    assert [share for share in second if share.outcome in moves] == []


@given(people, st.integers(0, 30), st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 3)))
def test_a_pool_shares_evenly_by_load(pool: list[UUID], count: int, loads: dict[UUID, int]) -> None:
    reviews = [Candidate(UUID(int=1000 + i), DOSSIERS[i % 30], 100) for i in range(count)]
    shares = rules.share_out(reviews, [AssignmentRule(label="Tous", instructor_ids=pool)], Situation(loads=loads))
    after = {person: loads.get(person, 0) + sum(share.assignee_id == person for share in shares) for person in pool}
    received = {person for person in pool if after[person] > loads.get(person, 0)}
    # Nobody who was given something ends with more than one above the least loaded.
    assert all(after[person] <= min(after.values()) + 1 for person in received)


def test_what_was_given_by_hand_is_left_unless_all_is_asked_again() -> None:
    pool = [AssignmentRule(label="Tous", instructor_ids=PEOPLE[:2])]
    by_hand = Candidate(UUID(int=1), DOSSIERS[0], 100, assignee_id=PEOPLE[5])
    by_rule = replace(by_hand, assigned_by_rule=True)
    for review, again, outcome in (
        (by_hand, Again.NONE, ShareOutcome.KEPT),
        (by_hand, Again.RULED, ShareOutcome.KEPT),
        (by_hand, Again.ALL, ShareOutcome.REASSIGNED),
        (by_rule, Again.NONE, ShareOutcome.KEPT),
        (by_rule, Again.RULED, ShareOutcome.REASSIGNED),
        (replace(by_rule, status="in_progress"), Again.ALL, ShareOutcome.BEGUN),
    ):
        (share,) = rules.share_out([review], pool, Situation(again=again))
        assert share.outcome is outcome, (review, again)
    (share,) = rules.share_out([by_hand], pool, Situation(members=set(PEOPLE[:2])))
    assert (share.outcome, share.assignee_id, share.departed) == (ShareOutcome.REASSIGNED, PEOPLE[0], True)
    (share,) = rules.share_out([replace(by_hand, assignee_id=None)], pool, Situation(conflicts={(p, DOSSIERS[0]) for p in PEOPLE}))
    assert (share.outcome, share.in_conflict) == (ShareOutcome.NOBODY, tuple(PEOPLE[:2]))
    (share,) = rules.share_out([replace(by_hand, assignee_id=None)], pool, Situation(readings=3))
    assert (share.reader_ids, share.missing_readers) == (tuple(PEOPLE[:2]), 1)


scored = st.lists(
    st.builds(
        Scored,
        account_id=st.sampled_from(PEOPLE),
        dossier_id=st.sampled_from(DOSSIERS[:6]),
        reference=st.just("R"),
        scores=st.dictionaries(st.sampled_from(["besoin", "budget"]), st.integers(0, 5)),
        weighted=st.none() | st.floats(0, 100),
    ),
    max_size=30,
    unique_by=lambda one: (one.account_id, one.dossier_id),
)


@given(scored)
def test_a_spread_lies_between_its_ends_and_counts_everybody(given_scores: list[Scored]) -> None:
    for code, spread in statistics.group(given_scores).items():
        values = [one.scores[code] for one in given_scores if code in one.scores]
        assert (spread["n"], spread["min"], spread["max"]) == (len(values), min(values), max(values))
        assert spread["min"] <= spread["mean"] <= spread["max"]
        assert (spread["sd"] is None) == (len(values) < 2)
    assert sum(statistics.of_person(person, given_scores)["dossiers"] for person in PEOPLE) == len(given_scores)


@given(scored, st.sampled_from(PEOPLE), st.integers(-3, 3))
def test_whoever_scores_everything_higher_is_that_much_more_lenient(given_scores: list[Scored], person: UUID, more: int) -> None:
    moved = [
        replace(one, scores={code: value + more for code, value in one.scores.items()}) if one.account_id == person else one
        for one in given_scores
    ]
    for code in ("besoin", "budget"):
        before, common = statistics.difference(person, given_scores, code)
        after, still = statistics.difference(person, moved, code)
        assert common == still
        assert (before is None) == (after is None) == (common == 0)
        if before is not None and after is not None:
            assert abs(after - before - more) < 0.011


@given(scored)
def test_between_two_people_what_one_has_more_the_other_has_less(given_scores: list[Scored]) -> None:
    pair = [one for one in given_scores if one.account_id in PEOPLE[:2]]
    first, second = (statistics.difference(person, pair, "besoin")[0] for person in PEOPLE[:2])
    assert (first is None) == (second is None)
    assert first is None or second is None or abs(first + second) < 0.011


@given(scored)
def test_disagreements_come_largest_first_and_need_two_readers(given_scores: list[Scored]) -> None:
    lines = statistics.disagreements(given_scores)
    assert [line["spread"] for line in lines] == sorted((line["spread"] for line in lines), reverse=True)
    for line in lines:
        values = [one.weighted for one in given_scores if one.dossier_id == line["dossier_id"] and one.weighted is not None]
        assert line["readers"] == len(values) >= 2
        assert min(values) <= fmean(values) <= max(values) + 1e-9
