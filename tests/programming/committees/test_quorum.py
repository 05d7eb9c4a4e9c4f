"""The quorum for one dossier, and the advice: laws that hold whatever the table."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.programming.committees.models import AdviceResult, VoteChoice
from services.programming.committees.rules import OutOfRoom, advice, quorum, tally

ORGANISATIONS = [UUID(int=n) for n in range(1, 6)]
ATTENDEES = st.lists(
    st.fixed_dictionaries(
        {
            "organisation_id": st.sampled_from([str(o) for o in ORGANISATIONS]),
            "person": st.sampled_from(["", "Camille", "Sacha"]),
            "account_id": st.sampled_from([None, str(UUID(int=91)), str(UUID(int=92))]),
            "voting": st.booleans(),
            "presence": st.sampled_from(["present", "represented", "excused"]),
        }
    ),
    max_size=12,
)
OUTS = st.lists(
    st.builds(
        OutOfRoom, st.sampled_from(ORGANISATIONS), st.sampled_from([None, UUID(int=91)]), st.sampled_from(["Camille", "sacha "])
    ),
    max_size=4,
)


@given(ATTENDEES, OUTS, st.integers(0, 100))
def test_who_stepped_out_is_on_neither_side_and_nobody_else_moves(
    attendance: list[dict[str, object]], outs: list[OutOfRoom], percent: int
) -> None:
    without = quorum(attendance, [], percent=percent)
    found = quorum(attendance, outs, percent=percent)
    assert found.present <= found.members <= without.members
    gone = without.members - found.members
    assert gone == without.present - found.present
    assert gone <= {out.organisation_id for out in outs}
    assert quorum(attendance, outs, percent=percent, voted=gone) == without


@given(ATTENDEES)
def test_a_quorum_asks_for_somebody_and_more_of_them_the_higher_it_is(attendance: list[dict[str, object]]) -> None:
    reached = [quorum(attendance, [], percent=percent).reached for percent in (0, 50, 100)]
    assert reached == sorted(reached, reverse=True)
    assert reached[0] == bool(quorum(attendance, [], percent=0).present)


@given(st.lists(st.sampled_from(list(VoteChoice)), max_size=20))
def test_the_advice_is_the_majority_s_and_abstentions_weigh_nothing(votes: list[VoteChoice]) -> None:
    pro, con, abstained = tally(votes)
    assert pro + con + abstained == len(votes)
    assert advice(pro, con) is advice(*tally([v for v in votes if v is not VoteChoice.ABSTAIN])[:2])
    opposite = {AdviceResult.FAVOURABLE: AdviceResult.UNFAVOURABLE, AdviceResult.UNFAVOURABLE: AdviceResult.FAVOURABLE}
    assert advice(con, pro) is opposite.get(advice(pro, con), AdviceResult.SPLIT)
