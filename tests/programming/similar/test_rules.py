"""Laws of likeness: the same both ways, 1 with itself, never less for sharing more; what is said and from what share."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.programming.similar import publics, rules, texts
from services.programming.similar.models import OverlapKind
from services.programming.similar.texts import Described
from tests.programming.similar.actions import GARAGE, GARDEN, NEED

WORDS = ["jardin", "les", "enfants", "du", "quartier", "apprennent", "à", "semer", "le", "mercredi", "avec", "une", "conteuse"]
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join)
TEXT = st.builds(Described, SENTENCE, st.one_of(st.just(""), SENTENCE))
CODES = st.frozensets(st.sampled_from(["a", "b", "c", "d"]), max_size=3)
DAY = st.dates(date(2026, 1, 1), date(2027, 12, 31))
ID = st.integers(1, 3).map(lambda number: UUID(int=number))


@st.composite
def submissions(draw: st.DrawFn) -> rules.Submitted:
    starts_on = draw(DAY)
    return rules.Submitted(
        contract=draw(st.sampled_from(["CN01101M", "CN01102M"])),
        theme_keys=draw(CODES),
        qpv_keys=draw(CODES),
        publics=draw(CODES),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=draw(st.integers(1, 300))),
        campaign_id=draw(ID),
        holder_id=draw(ID),
        action_id=draw(ID),
        title=draw(st.sampled_from(["Jardin des enfants", "Le jardin", "", "Garage solidaire", "De la"])),
        charges_cents=draw(st.integers(0, 10_000_000)),
        text=draw(TEXT),
    )


SHARE = st.floats(0, 1)
SHARED = st.builds(rules.Shared, text=SHARE, title=SHARE, qpv_objective=SHARE, period=SHARE, holder=SHARE, budget=SHARE)
PARTS = ("text", "title", "qpv_objective", "period", "holder", "budget")


@given(submissions(), submissions())
def test_two_actions_are_as_alike_one_way_as_the_other(one: rules.Submitted, other: rules.Submitted) -> None:
    assert rules.similar(one, other) is None or rules.similar(one, other).score == rules.similar(other, one).score  # type: ignore[union-attr]
    common = rules.shared(one, other)
    assert common == rules.shared(other, one)
    assert 0 <= common.score <= 1
    assert rules.kind_of(one, other, common) is rules.kind_of(other, one, common)


@given(submissions())
def test_an_action_is_wholly_alike_itself(one: rules.Submitted) -> None:
    assert rules.shared(one, one).score == 1
    if one.theme_keys and one.qpv_keys and one.publics:
        alike = rules.similar(one, one)
        assert alike is not None
        assert alike.score == 1


@given(SHARED, st.sampled_from(PARTS), SHARE)
def test_to_share_more_never_scores_less(common: rules.Shared, part: str, more: float) -> None:
    raised = replace(common, **{part: max(more, getattr(common, part))})
    assert raised.score >= common.score


@given(submissions(), submissions(), st.sampled_from(["theme_keys", "qpv_keys", "publics"]))
def test_an_action_that_comes_nearer_is_never_less_similar(one: rules.Submitted, other: rules.Submitted, part: str) -> None:
    before = rules.similar(one, other)
    nearer = rules.similar(one, replace(other, **{part: getattr(one, part)}))
    if before is not None and getattr(one, part):
        assert nearer is not None
        assert nearer.score >= before.score


@given(TEXT, TEXT)
def test_a_text_put_whole_into_another_is_shared_whole(one: Described, other: Described) -> None:
    inside = Described(f"{other.description} {one.description}", f"{other.need} {one.need}")
    assert texts.share(one, one) == 1
    shorter = sum(one.weights.values()) <= sum(inside.weights.values())
    if shorter and len(one.description.split()) >= texts.SHINGLE and (not one.need or len(one.need.split()) >= texts.SHINGLE):
        assert texts.share(one, inside) == 1


@given(st.lists(st.sampled_from(WORDS), min_size=7, max_size=7), SENTENCE, SENTENCE)
def test_seven_words_in_common_leave_a_fingerprint_in_common(run: list[str], before: str, after: str) -> None:
    passage = " ".join(run)
    one, other = f"alpha beta {passage} gamma", f"{before} delta {passage} {after}"
    assert set(texts.sketch(one)) & set(texts.sketch(other))


@given(TEXT, TEXT)
def test_a_quoted_passage_is_in_both_texts(one: Described, other: Described) -> None:
    for passage in texts.passages(one, other):
        said = " ".join(texts.words(passage))
        assert said in " ".join(texts.words(f"{one.description} | {one.need}"))
        assert said in " ".join(texts.words(other.description)) or said in " ".join(texts.words(other.need))


def test_case_accents_and_punctuation_do_not_hide_a_copy() -> None:
    copied = GARDEN.upper().replace("É", "E").replace(",", " ;").replace("’", "'")
    assert texts.share(Described(GARDEN), Described(copied)) == 1
    assert texts.sketch(GARDEN) == texts.sketch(copied)
    assert texts.passages(Described(GARDEN), Described(copied)) == [GARDEN.rstrip(".")]


def test_a_very_long_text_has_a_bounded_sketch() -> None:
    long = " ".join(f"mot{number}" for number in range(20_000))
    assert 0 < len(texts.sketch(long)) <= 700
    assert texts.sketch("") == []
    assert texts.passages(Described(""), Described("")) == []


def _submitted(**more: object) -> rules.Submitted:
    base = rules.Submitted(
        contract="CN01101M",
        theme_keys=frozenset({"CN01101M:2"}),
        qpv_keys=frozenset({"QP011002"}),
        publics=frozenset({"enfants"}),
        starts_on=date(2027, 3, 1),
        ends_on=date(2027, 12, 15),
        campaign_id=UUID(int=1),
        holder_id=UUID(int=1),
        action_id=UUID(int=1),
        title="Jardin des enfants",
        charges_cents=1_500_000,
        text=Described(GARDEN, NEED),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _kind(**more: object) -> OverlapKind | None:
    one = _submitted()
    other = _submitted(action_id=UUID(int=2), **more)
    return rules.kind_of(one, other, rules.shared(one, other))


def test_what_is_told_of_a_pair() -> None:
    elsewhere = {"holder_id": UUID(int=2)}
    assert _kind() is OverlapKind.PROBABLE_DUPLICATE
    assert _kind(**elsewhere) is OverlapKind.PROBABLE_DUPLICATE
    assert _kind(**elsewhere, title="Autre titre", qpv_keys=frozenset({"QP011003"})) is OverlapKind.PROBABLE_DUPLICATE
    assert _kind(campaign_id=UUID(int=2)) is OverlapKind.OVERLAP
    assert _kind(theme_keys=frozenset({"CN01101M:8"})) is OverlapKind.OVERLAP
    assert _kind(text=Described(GARAGE), title="Garage solidaire") is None
    assert _kind(**elsewhere, text=Described(GARAGE)) is None  # a title alone says nothing
    assert _kind(**elsewhere, text=Described("Quatre ateliers par semaine.")) is None


def test_a_text_of_one_short_sentence_is_not_enough() -> None:
    short = {"text": Described("Quatre ateliers par semaine."), "title": "Ateliers"}
    one = _submitted(**short)
    other = _submitted(**{**short, "title": "Autre chose", "holder_id": UUID(int=2), "action_id": UUID(int=2)})
    assert rules.kind_of(one, other, rules.shared(one, other)) is None


def test_reasons_are_in_french_and_heaviest_first() -> None:
    one = _submitted()
    said = rules.reasons(rules.shared(one, one))
    assert [why.label for why in said] == [
        "Texte commun : 100 % du plus court",
        "Même titre, ou presque",
        "Même quartier et même objectif",
        "Même période",
        "Même porteur",
        "Même budget",
    ]


def test_publics_are_the_people_whatever_the_words() -> None:
    assert publics.groups(["Jeunes de 11 à 17 ans", "Collégiens"]) == ["adolescents et jeunes"]
    assert publics.groups(["Enfants (6-11 ans)", "PARENTS d’élèves"]) == ["adolescents et jeunes", "enfants", "familles et parents"]
    assert publics.groups(["Seniors isolés", "Personnes âgées"]) == ["personnes âgées"]
    assert publics.groups(["Habitantes"]) == ["femmes"]
    assert publics.groups(["Apiculteurs", ""]) == ["apiculteurs"]
