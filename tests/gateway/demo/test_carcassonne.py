"""What the demonstration data promises to those who play it through the API."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from stdnum import luhn

from gateway.demo.carcassonne import (
    CONTRACT,
    CRITERIA,
    FRAMEWORK,
    FUNDERS,
    HOLDERS,
    LEADS,
    QPV_BY_LETTER,
    QPVS,
    REQUIRED_ATTACHMENTS,
    BudgetEntry,
    CharterRule,
    DossierPlan,
    Person,
    attachment_pdf,
    charter_refusals,
    dossiers,
    french,
    review,
    siret,
)

FUNDER = {funder.key: funder for funder in FUNDERS}
HOLDER = {holder.key: holder for holder in HOLDERS}
LEAD = {lead.key: lead for lead in LEADS}
RULE = {rule.budget_line_key: rule for funder in FUNDERS for rule in funder.charter}
OBJECTIVES = [objective.code for objective in FRAMEWORK.objectives]
QPV_CODES = {qpv.code for qpv in QPVS}
NATURES = {"action", "fonctionnement", "investissement"}


@pytest.fixture(scope="module")
def plans() -> list[DossierPlan]:
    return dossiers()


def cents(entries: tuple[BudgetEntry, ...]) -> int:
    return sum(entry.amount_cents for entry in entries)


# ------------------------------------------------------------------------------------------------- contract, framework


def test_the_contract_covers_the_five_neighbourhoods() -> None:
    assert re.fullmatch(r"CN(0\d\d|02[AB]|97\d)\d\d[NMI]", CONTRACT.code)
    assert (CONTRACT.starts_on, CONTRACT.ends_on) == (date(2024, 1, 1), date(2030, 12, 31))
    assert CONTRACT.mid_term_review_year == 2027
    assert {qpv.code: qpv.population for qpv in CONTRACT.qpvs} == {
        "QP011002": 2_060,
        "QP011003": 1_862,
        "QP011004": 3_775,
        "QP011005": 1_050,
        "QP011006": 1_084,
    }
    assert {qpv.commune_code for qpv in QPVS} == {CONTRACT.commune_code} == {"11069"}
    assert set(QPV_BY_LETTER.values()) == QPV_CODES


def test_the_framework_has_twelve_objectives_and_three_concerns() -> None:
    assert {enjeu.code: [objective.code for objective in enjeu.objectives] for enjeu in FRAMEWORK.enjeux} == {
        "GRANDIR": ["1", "2", "3", "4"],
        "HABITER": ["5", "6", "7"],
        "TRAVAILLER": ["8", "9", "10", "11", "12"],
    }
    assert [transversal.code for transversal in FRAMEWORK.transversals] == ["climat", "mobilites", "habitants"]


# ------------------------------------------------------------------------------------------------------------- funders


def test_envelopes_total_one_million_one_hundred_thousand_euros() -> None:
    envelopes = {funder.key: sum(line.amount_cents for line in funder.budget_lines) for funder in FUNDERS}
    assert sum(envelopes.values()) == 1_100_000_00
    assert max(envelopes, key=lambda key: envelopes[key]) == "etat"


def test_there_are_seven_funders_of_seven_kinds() -> None:
    assert [funder.kind for funder in FUNDERS] == [
        "state",
        "epci",
        "commune",
        "departement",
        "region",
        "caf",
        "social_landlord",
    ]


def test_every_budget_line_has_its_one_charter_rule() -> None:
    lines = [line for funder in FUNDERS for line in funder.budget_lines]
    assert len({line.key for line in lines}) == len(lines)
    for funder in FUNDERS:
        assert [rule.budget_line_key for rule in funder.charter] == [line.key for line in funder.budget_lines]
    for line in lines:
        rule = RULE[line.key]
        assert rule.natures == line.natures
        assert set(rule.natures) <= NATURES
        assert set(rule.excluded_objective_codes) < set(OBJECTIVES)
        assert rule.reason.endswith(".")


def test_a_funder_has_one_line_per_nature() -> None:
    for funder in FUNDERS:
        natures = [nature for line in funder.budget_lines for nature in line.natures]
        assert len(natures) == len(set(natures))


def test_criteria_weigh_one_hundred() -> None:
    assert len(CRITERIA) == 5
    assert sum(criterion.weight for criterion in CRITERIA) == 100


# ------------------------------------------------------------------------------------------------------------- holders


def test_every_siret_is_valid_unique_and_made_up() -> None:
    sirets = [funder.siret for funder in FUNDERS] + [holder.siret for holder in HOLDERS]
    assert len(set(sirets)) == len(sirets)
    for number in sirets:
        assert re.fullmatch(r"0001\d{10}", number)
        assert luhn.is_valid(number)
        assert luhn.is_valid(number[:9])


def test_siret_seeds_do_not_collide() -> None:
    assert len({siret(seed) for seed in range(10_000)}) == 10_000
    for seed in (-1, 10_000):
        with pytest.raises(ValueError, match="seed"):
            siret(seed)


def test_associations_and_only_they_have_an_rna() -> None:
    for holder in HOLDERS:
        assert (holder.rna is not None) == (holder.kind == "association")
    numbers = [holder.rna for holder in HOLDERS if holder.rna]
    assert all(re.fullmatch(r"W\d[A-Z\d]\d{7}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_holders_are_about_forty_five_and_unique() -> None:
    assert 40 <= len(HOLDERS) <= 50
    assert len(HOLDER) == len({holder.name for holder in HOLDERS}) == len(HOLDERS)
    assert {holder.kind for holder in HOLDERS} == set(REQUIRED_ATTACHMENTS)
    assert {(holder.city, holder.commune_code) for holder in HOLDERS} == {("Carcassonne", "11069")}


def test_emails_stay_in_the_reserved_domain() -> None:
    people: list[Person] = [holder.legal_representative for holder in HOLDERS]
    people += [somebody for funder in FUNDERS for somebody in (funder.agent, funder.signatory, funder.payer)]
    assert len({somebody.email for somebody in people}) == len(people)
    for somebody in people:
        assert re.fullmatch(r"[a-z.-]+@[a-z-]+\.example\.org", somebody.email)


# --------------------------------------------------------------------------------------------------------------- leads


def test_leads_are_unique_and_speak_of_the_contract() -> None:
    assert 60 <= len(LEADS) <= 80
    assert len(LEAD) == len({lead.title for lead in LEADS}) == len(LEADS)
    for lead in LEADS:
        assert 1 <= len(lead.objective_codes) <= 2
        assert set(lead.objective_codes) <= set(OBJECTIVES)
        assert set(lead.transversal_codes) <= {transversal.code for transversal in FRAMEWORK.transversals}
        assert set(lead.qpv_codes) <= QPV_CODES
        assert lead.nature in NATURES
        assert any(lead.domain in holder.domains for holder in HOLDERS)


def test_what_people_read_follows_french_typography(plans: list[DossierPlan]) -> None:
    texts = [text for lead in LEADS for text in (lead.title, lead.need, lead.description)]
    texts += [holder.name for holder in HOLDERS] + [rule.reason for rule in RULE.values()]
    texts += [objective.title for objective in FRAMEWORK.objectives]
    for plan in plans:
        texts += [plan.title, plan.public_text, plan.territory_text, plan.means_text, plan.indicators_text]
        for request in plan.requests:
            given = review(plan, FUNDER[request.funder_key])
            texts += [given.internal_comment, given.holder_comment]
    for text in texts:
        assert not re.search(r"'| [:;!?»€%]|« ", text), text


def test_no_break_spaces_are_put_where_french_wants_them() -> None:
    assert french("Oui : 80 % de « tout » !") == "Oui\u00a0: 80\u00a0% de «\u00a0tout\u00a0»\u00a0!"


# ------------------------------------------------------------------------------------------------------------ dossiers


@pytest.mark.parametrize("count", [0, 1, 12, 100])
def test_the_count_is_respected(count: int) -> None:
    drawn = dossiers(count)
    assert len(drawn) == count
    assert len({plan.key for plan in drawn}) == count
    assert len({(plan.holder_key, plan.lead_key) for plan in drawn}) == count


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        dossiers(-1)


def test_the_draw_is_the_same_for_the_same_seed(plans: list[DossierPlan]) -> None:
    assert dossiers() == plans
    assert dossiers(12) == plans[:12]
    assert dossiers(seed=1) != plans


def test_twelve_dossiers_already_show_the_twelve_objectives(plans: list[DossierPlan]) -> None:
    assert {plan.objective_codes[0] for plan in plans[:12]} == set(OBJECTIVES)


@pytest.mark.parametrize("seed", [2027, 1, 2, 3])
def test_some_cells_stay_uncovered(seed: int) -> None:
    drawn = dossiers(seed=seed)
    covered = {(objective, qpv) for plan in drawn for objective in plan.objective_codes for qpv in plan.qpv_codes}
    assert 8 <= len(OBJECTIVES) * len(QPVS) - len(covered) <= 15
    assert {objective for objective, _ in covered} == set(OBJECTIVES)
    assert {qpv for _, qpv in covered} == QPV_CODES


@pytest.mark.parametrize("seed", [2027, 1, 2, 3])
def test_more_is_asked_than_there_is(seed: int) -> None:
    asked = sum(plan.asked_cents for plan in dossiers(seed=seed))
    assert 1.6 <= asked / 1_100_000_00 <= 1.9


def test_every_funder_has_to_choose(plans: list[DossierPlan]) -> None:
    asked: Counter[str] = Counter()
    for plan in plans:
        for request in plan.requests:
            asked[request.funder_key] += request.amount_cents
    for funder in FUNDERS:
        assert asked[funder.key] > sum(line.amount_cents for line in funder.budget_lines)


def test_natures_are_mostly_actions(plans: list[DossierPlan]) -> None:
    natures = Counter(plan.nature for plan in plans)
    assert 6 <= natures["fonctionnement"] <= 10
    assert 4 <= natures["investissement"] <= 7
    assert sum(natures.values()) == len(plans)


def broken_clauses(plan: DossierPlan, amount_cents: int, rule: CharterRule) -> list[str]:
    """The charter read a second time, apart from the code that draws."""
    broken = []
    if plan.nature not in rule.natures:
        broken.append("nature")
    if set(plan.objective_codes) & set(rule.excluded_objective_codes):
        broken.append("objective")
    if HOLDER[plan.holder_key].kind in rule.excluded_holder_kinds:
        broken.append("holder_kind")
    if rule.qpv_required and not plan.qpv_codes:
        broken.append("qpv")
    if rule.cap_cents is not None and amount_cents > rule.cap_cents:
        broken.append("cap")
    if rule.max_share_bp is not None and amount_cents * 10_000 > plan.budget.total_cents * rule.max_share_bp:
        broken.append("share")
    return broken


@pytest.mark.parametrize("seed", [2027, 1, 2, 3])
def test_every_request_respects_the_charter(seed: int) -> None:
    for plan in dossiers(seed=seed):
        assert 1 <= len(plan.requests) <= 4
        assert len({request.funder_key for request in plan.requests}) == len(plan.requests)
        for request in plan.requests:
            assert request.budget_line_key in {line.key for line in FUNDER[request.funder_key].budget_lines}
            assert request.amount_cents >= 1_000_00
            assert broken_clauses(plan, request.amount_cents, RULE[request.budget_line_key]) == []


def test_a_refusal_names_every_broken_clause() -> None:
    refused = charter_refusals(
        RULE["bailleur-actions"],
        nature="investissement",
        objective_codes=("1",),
        holder_kind="social_landlord",
        qpv_codes=(),
        amount_cents=7_000_00,
        budget_cents=10_000_00,
    )
    assert refused == ["nature", "objective", "holder_kind", "qpv", "cap", "share"]


@pytest.mark.parametrize("seed", [2027, 1, 2, 3])
def test_budgets_balance_in_whole_euros(seed: int) -> None:
    for plan in dossiers(seed=seed):
        budget = plan.budget
        assert cents(budget.charges) == cents(budget.produits) == budget.total_cents
        assert cents(budget.voluntary_charges) == cents(budget.voluntary_produits)
        entries = budget.charges + budget.produits + budget.voluntary_charges + budget.voluntary_produits
        assert all(entry.amount_cents > 0 and entry.amount_cents % 100 == 0 for entry in entries)
        assert all("60" <= entry.account <= "68" for entry in budget.charges)
        assert {entry.account for entry in budget.produits} == {"70", "74", "75"}
        assert {entry.account for entry in budget.voluntary_charges} <= {"86"}
        assert {entry.account for entry in budget.voluntary_produits} <= {"87"}
        for side in (budget.charges, budget.produits):
            assert all(before.account <= after.account for before, after in pairwise(side))


def test_what_is_asked_of_a_funder_equals_its_line_in_74(plans: list[DossierPlan]) -> None:
    for plan in plans:
        public = {entry.funder_key: entry.amount_cents for entry in plan.budget.produits if entry.account == "74"}
        assert public == {request.funder_key: request.amount_cents for request in plan.requests}
        assert all(entry.funder_key is None for entry in plan.budget.produits if entry.account != "74")


def test_dossiers_agree_with_their_lead_and_the_year(plans: list[DossierPlan]) -> None:
    for plan in plans:
        lead = LEAD[plan.lead_key]
        assert set(plan.objective_codes) <= set(lead.objective_codes)
        assert len(plan.transversal_codes) <= 2
        assert 1 <= len(plan.qpv_codes) <= 3
        assert set(plan.qpv_codes) <= set(lead.qpv_codes)
        assert date(2027, 1, 1) <= plan.starts_on < plan.ends_on <= date(2027, 12, 31)
        assert all(public.count > 0 for public in plan.publics)
        assert not (plan.renewal and plan.nature == "investissement")


# ------------------------------------------------------------------------------------------------------------- reviews


def test_reviews_stay_within_what_is_asked(plans: list[DossierPlan]) -> None:
    opinions: Counter[str] = Counter()
    proposed = 0
    for plan in plans:
        for request in plan.requests:
            given = review(plan, FUNDER[request.funder_key])
            opinions[given.opinion] += 1
            proposed += given.proposed_cents
            assert list(given.scores) == [criterion.code for criterion in CRITERIA]
            assert all(0 <= score <= 5 for score in given.scores.values())
            assert 0 <= given.proposed_cents <= request.amount_cents
            assert given.proposed_cents % 100 == 0
            assert (given.proposed_cents == 0) == (given.opinion == "unfavourable")
    assert set(opinions) == {"favourable", "reserved", "unfavourable"}
    assert opinions.most_common(1)[0][0] == "favourable"
    # Slightly more than there is: the steering committee must still arbitrate.
    assert 1.0 <= proposed / 1_100_000_00 <= 1.25


def test_a_review_is_always_the_same(plans: list[DossierPlan]) -> None:
    plan = plans[0]
    funder = FUNDER[plan.requests[0].funder_key]
    assert review(plan, funder) == review(dossiers(1)[0], funder)


def test_a_funder_who_was_not_asked_does_not_review(plans: list[DossierPlan]) -> None:
    plan = plans[0]
    stranger = next(funder for funder in FUNDERS if funder.key not in {r.funder_key for r in plan.requests})
    with pytest.raises(ValueError, match="asks nothing"):
        review(plan, stranger)


# --------------------------------------------------------------------------------------------------------- attachments


def test_every_holder_kind_has_its_attachments() -> None:
    assert "statuts" in {attachment.code for attachment in REQUIRED_ATTACHMENTS["association"]}
    assert {attachment.code for attachment in REQUIRED_ATTACHMENTS["public_body"]} == {"deliberation", "rib"}
    for attachments in REQUIRED_ATTACHMENTS.values():
        assert "rib" in {attachment.code for attachment in attachments}


def test_the_pdf_cross_references_are_right() -> None:
    pdf = attachment_pdf("Relevé d’identité (bancaire) \\ 2027")
    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.endswith(b"%%EOF\n")
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    assert pdf[start:].startswith(b"xref\n0 6\n")
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n ", pdf)]
    assert [pdf[offset:].split(b" ", 1)[0] for offset in offsets] == [b"1", b"2", b"3", b"4", b"5"]
    length = int(re.findall(rb"/Length (\d+)", pdf)[0])
    stream = pdf.split(b"stream\n", 1)[1].split(b"\nendstream", 1)[0]
    assert len(stream) == length


def test_the_pdf_is_small_and_reused() -> None:
    assert len(attachment_pdf("Statuts déposés")) < 1_500
    assert attachment_pdf("Statuts déposés") is attachment_pdf("Statuts déposés")
    assert attachment_pdf("Statuts déposés") != attachment_pdf("Derniers comptes approuvés")
