"""Which actions get an agreement over several years, and that its money holds together."""

from gateway.demo.carcassonne import FUNDERS, HOLDERS, dossiers
from gateway.demo.data.cpos import CPOS, YEARS, Granted, agreement, chosen

PLANS = dossiers()
GRANTS = [Granted(plan, r.funder_key, r.budget_line_key, r.amount_cents) for plan in PLANS for r in plan.requests]
ORGANISATIONS = {key: f"id-{key}" for key in [*(funder.key for funder in FUNDERS), *(holder.key for holder in HOLDERS)]}


def test_the_best_granted_actions_of_different_holders_are_chosen() -> None:
    found = chosen(GRANTS)
    assert len(found) == CPOS
    assert len({own[0].plan.holder_key for own in found}) == CPOS
    for own in found:
        assert len(own) >= 2
        assert {grant.plan for grant in own} == {own[0].plan}
        assert own[0].plan.nature == "action"
    totals = [sum(grant.cents for grant in own) for own in found]
    assert totals == sorted(totals, reverse=True)
    assert chosen(GRANTS) == found


def test_an_action_of_one_funder_gets_none() -> None:
    assert chosen(GRANTS[:1]) == chosen([]) == []


def test_tranches_are_the_grants_each_year_and_only_the_first_is_firm() -> None:
    for own in chosen(GRANTS):
        said = agreement(own, ORGANISATIONS)
        tranches = said["tranches"]
        assert isinstance(tranches, list)
        assert sum(tranche["amount_cents"] for tranche in tranches) == said["total_cents"]
        assert {tranche["year"] for tranche in tranches if tranche["firm"]} == {YEARS[0]}
        assert {tranche["year"] for tranche in tranches} == set(YEARS)
        assert len({(tranche["funder_id"], tranche["year"]) for tranche in tranches}) == len(tranches) == 3 * len(own)
