"""When an agreement is due, and what an amendment may do, whatever the grants."""

from datetime import date
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.agreements import rules
from services.programming.agreements.rules import Change, Cover, Fault, Grant, Line
from services.programming.agreements.schemas import AgreementStatus
from tests.programming.laws import law

ABOVE = 2_300_000
CENTS = st.integers(0, 3_000_000)
GRANTS = st.lists(
    st.builds(Grant, st.uuids(), CENTS, under_cpo=st.booleans(), agreed=st.booleans()), max_size=8, unique_by=lambda g: g.award_id
)


@law
@given(GRANTS, CENTS)
def test_an_agreement_is_required_strictly_above_the_threshold_unless_multi_year_ones_cover_all(
    grants: list[Grant], in_kind: int
) -> None:
    needed = rules.required(grants, in_kind, ABOVE)
    total = sum(grant.granted_cents for grant in grants) + in_kind
    assert needed == (total >= ABOVE + 1 and not all(grant.under_cpo for grant in grants))
    for grant in grants:
        assert not (grant.under_cpo and rules.needs_agreement(AgreementStatus.DUE, grant, required=True))


@law
@given(st.sampled_from(AgreementStatus), st.booleans(), st.booleans(), st.booleans())
def test_counting_anew_neither_signs_nor_undoes_a_signature(
    before: AgreementStatus, required: bool, added: bool, terminated: bool
) -> None:
    after = rules.status(before, required=required, added=added, terminated=terminated)
    if before in {AgreementStatus.DRAFTED, AgreementStatus.SIGNED}:
        assert after is before
    else:
        assert after is not AgreementStatus.SIGNED
        assert after is not AgreementStatus.DRAFTED
    if after is AgreementStatus.DUE:
        assert required


@law
@given(GRANTS, st.booleans())
def test_a_signed_year_waits_for_an_amendment_as_long_as_a_grant_is_in_no_text(grants: list[Grant], drafted: bool) -> None:
    bare = [g.award_id for g in grants if not g.under_cpo and not g.agreed]
    cover = Cover(frozenset(bare if drafted else ()), 0)
    assert rules.text_due(AgreementStatus.SIGNED, grants, 0, cover) == (bool(bare) and not drafted)
    assert rules.text_due(AgreementStatus.SIGNED, grants, 1, cover)
    assert not rules.text_due(AgreementStatus.NOT_DUE, grants, 0, Cover())


LINES = [(UUID(int=1), "p147"), (UUID(int=1), "region"), (UUID(int=2), "p147")]
CHANGES = st.lists(
    st.builds(Change, st.uuids(), st.just("/lines/0"), CENTS, CENTS, CENTS, CENTS, st.booleans(), st.sampled_from(LINES)),
    max_size=8,
    unique_by=lambda change: change.award_id,
)


@law
@given(CHANGES, st.fixed_dictionaries(dict.fromkeys(LINES, CENTS)))
def test_what_passes_keeps_every_law_of_the_money(changes: list[Change], left: dict[tuple[UUID, str], int]) -> None:
    faults = rules.change_faults(changes, left)
    lawful = all(c.held_cents <= c.granted_cents <= c.asked_cents and not c.justified for c in changes)
    within = all(sum(c.delta_cents for c in changes if c.envelope == line) <= cents for line, cents in left.items())
    assert (not faults) == (lawful and within)
    if not faults:
        remaining = dict(left)
        for change in rules.in_order(changes):
            remaining[change.envelope] -= change.delta_cents
            assert remaining[change.envelope] >= 0, "an envelope is never exceeded on the way"


@law
@given(CHANGES, st.randoms(use_true_random=False))
def test_grants_are_set_anew_in_one_order_whoever_drafts(changes: list[Change], chance: Random) -> None:
    shuffled = list(changes)
    chance.shuffle(shuffled)
    assert rules.in_order(shuffled) == rules.in_order(changes)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (Change(UUID(int=9), "/lines/0/granted_cents", 100, 49, 50, 200, False, LINES[0]), Fault.BELOW_PAID),
        (Change(UUID(int=9), "/lines/0/granted_cents", 100, 201, 50, 200, False, LINES[0]), Fault.ABOVE_ASKED),
        (Change(UUID(int=9), "/lines/0/granted_cents", 100, 151, 50, 200, False, LINES[0]), Fault.ABOVE_ENVELOPE),
        (Change(UUID(int=9), "/lines/0/granted_cents", 100, 90, 50, 200, True, LINES[0]), Fault.JUSTIFIED),
    ],
)
def test_each_fault_has_its_name_and_points_at_its_line(change: Change, fault: Fault) -> None:
    faults = rules.change_faults([change], {LINES[0]: 50})
    assert fault in faults
    assert [error.pointer for error in faults[fault]] == ["/lines/0/granted_cents"]


def test_a_line_that_only_joins_keeps_its_amount_and_one_that_changes_nothing_is_refused() -> None:
    joins, held = Grant(UUID(int=1), 100), Grant(UUID(int=2), 100, agreed=True)
    lines = [Line(UUID(int=1), 100), Line(UUID(int=2), 100)]
    errors = rules.line_errors(lines, [joins, held], in_kind_changed=False)
    assert [(error.pointer, error.code) for error in errors] == [("/lines/1/granted_cents", "unchanged")]


@pytest.mark.parametrize(
    ("signed_on", "code"),
    [(date(2027, 3, 31), "before_draft"), (date(2027, 4, 1), None), (date(2027, 4, 5), None), (date(2027, 4, 6), "future")],
)
def test_one_signs_from_the_day_of_the_draft_to_today(signed_on: date, code: str | None) -> None:
    errors = rules.signature_errors(signed_on, drafted_on=date(2027, 4, 1), today=date(2027, 4, 5))
    assert [error.code for error in errors] == ([code] if code else [])
