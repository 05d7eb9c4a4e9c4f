"""The funders' charter as law: what each clause refuses, and whom to ask instead."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.campaigns.rules import Ask, Line, alternatives, refusals
from services.programming.campaigns.schemas import Nature
from tests.programming.dossiers.drafts import CAF, REGION, STATE, line
from tests.programming.laws import law

KINDS = ["association", "company", "person"]
OBJECTIVES = ["1", "2", "8"]
natures = st.sampled_from(Nature)
lines = st.builds(
    lambda funder, kinds, cap, share, objectives, holders, qpv: line(
        funder,
        natures=tuple(sorted(nature.value for nature in kinds)),
        cap_cents=cap,
        max_share_bp=share,
        excluded_objective_codes=frozenset(objectives),
        excluded_holder_kinds=frozenset(holders),
        qpv_required=qpv,
    ),
    st.sampled_from([STATE, CAF, REGION]),
    st.sets(natures, min_size=1),
    st.none() | st.integers(1, 10**6),
    st.none() | st.integers(1, 10_000),
    st.sets(st.sampled_from(OBJECTIVES)),
    st.sets(st.sampled_from(KINDS)),
    st.booleans(),
)
asks = st.builds(
    Ask,
    st.none() | natures,
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(OBJECTIVES), unique=True),
    st.none() | st.lists(st.just("QP011002"), max_size=1),
    st.none() | st.integers(1, 2 * 10**6),
    st.none() | st.integers(1, 4 * 10**6),
)


def clauses(rule: Line, ask: Ask) -> list[str]:
    return [refusal.clause for refusal in refusals(rule, ask)]


def action(**known: object) -> Ask:
    return Ask(Nature.ACTION, "association", **known)  # type: ignore[arg-type]


@law
@given(rule=lines, ask=asks)
def test_each_clause_refuses_exactly_what_it_says(rule: Line, ask: Ask) -> None:
    over_share = (
        rule.max_share_bp is not None
        and ask.amount_cents is not None
        and ask.charges_cents is not None
        and ask.amount_cents / ask.charges_cents > rule.max_share_bp / 10_000
    )
    expected = {
        "nature": ask.nature is not None and ask.nature.value not in rule.natures,
        "holder_kind": ask.holder_kind in rule.excluded_holder_kinds,
        "objective": not rule.excluded_objective_codes.isdisjoint(ask.objective_codes),
        "qpv": rule.qpv_required and ask.qpv_codes == [],
        "cap": rule.cap_cents is not None and ask.amount_cents is not None and ask.amount_cents > rule.cap_cents,
        "share": over_share,
    }
    assert set(clauses(rule, ask)) == {clause for clause, refused in expected.items() if refused}


@law
@given(rules=st.lists(lines, max_size=5), ask=asks)
def test_the_alternatives_are_the_lines_that_accept_whatever_the_amount(rules: Sequence[Line], ask: Ask) -> None:
    offered = alternatives(rules, ask)
    by_amount = {"cap", "share"}
    assert all(set(clauses(rule, ask)) <= by_amount for rule in offered)
    assert all(set(clauses(rule, ask)) - by_amount for rule in rules if rule not in offered)


@law
@given(rule=lines, ask=asks)
def test_the_more_is_said_the_more_may_be_refused_never_the_less(rule: Line, ask: Ask) -> None:
    vague = Ask(None, ask.holder_kind)
    assert set(clauses(rule, vague)) <= set(clauses(rule, ask))


@pytest.mark.parametrize(("amount", "refused"), [(800_000, False), (800_001, True)])
def test_the_cap_itself_may_be_asked(amount: int, refused: bool) -> None:
    assert ("cap" in clauses(line(cap_cents=800_000), action(amount_cents=amount))) is refused


@pytest.mark.parametrize(
    ("amount", "charges", "refused"),
    [(800_000, 1_000_000, False), (800_001, 1_000_000, True), (799_999, 1_000_000, False), (8, 10, False), (81, 101, True)],
)
def test_the_share_itself_may_be_asked_to_the_cent(amount: int, charges: int, refused: bool) -> None:
    ask = action(amount_cents=amount, charges_cents=charges)
    assert ("share" in clauses(line(max_share_bp=8_000), ask)) is refused


def test_a_refusal_names_the_funder_the_line_and_the_clause_in_both_languages() -> None:
    (refusal,) = refusals(line(max_share_bp=6_650), action(amount_cents=900, charges_cents=1_000))
    assert refusal.said.fr == "État (Actions) finance au plus 66,5\N{NO-BREAK SPACE}% des charges."
    assert refusal.said.en == "État (Actions) funds at most 66.5% of the charges."


def test_excluded_objectives_are_all_named_in_order() -> None:
    rule = line(excluded_objective_codes=frozenset({"8", "2", "1"}))
    (refusal,) = refusals(rule, action(objective_codes=["8", "2"]))
    assert refusal.said.fr == "État (Actions) exclut l'objectif 2, 8."
