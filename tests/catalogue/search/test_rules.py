"""How text is cut into words and how what is typed is read: laws that hold whatever is typed."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.search import highlights, rules
from services.catalogue.search.rules import Groups, Query, grouped, plan, read
from services.catalogue.search.words import Reading, sort_key, tokens, vector, words

_TYPED = st.text(max_size=120) | st.text(alphabet="abÉœ '’\"«»-*:&|!()<>\\\0\u202e\u00a0", max_size=60)


class Known(dict[str, str]):
    """Each word is its own lexeme, but for some stop words."""

    def get(self, word: str, default: Any = None) -> Any:
        return "" if word in {"de", "la", "l", "d", "et"} else word

    def __missing__(self, word: str) -> str:
        return str(self.get(word))


KNOWN = Known()


def read_plan(typed: str, groups: Groups = Groups()) -> rules.Plan:
    return plan(read(typed), KNOWN, groups)


def test_words_are_cut_as_people_mean_them() -> None:
    assert words("L'habitat, d’insertion aujourd’hui") == ["l", "habitat", "d", "insertion", "aujourd", "hui"]
    assert words("ÉCOLE Œuvre ex æquo ŒUVRÉ") == ["ecole", "oeuvre", "ex", "aequo", "oeuvre"]
    assert words("demi-journée habitat/logement ville.Les «mot»") == [
        "demi",
        "journee",
        "habitat",
        "logement",
        "ville",
        "les",
        "mot",
    ]
    assert words("Q.P.V. et A.S.V") == ["qpv", "et", "asv"]
    assert words("e\u0301cole") == ["ecole"]
    assert words("10 000 €, 2014-173 : art. 5") == ["10", "000", "2014", "173", "art", "5"]


@given(st.text(max_size=200))
def test_tokens_stand_in_order_where_they_say(text: str) -> None:
    position = 0
    for token in tokens(text):
        assert token.start >= position or token.end == position
        assert 0 <= token.start < token.end <= len(text)
        assert re.fullmatch(r"[^\W_]{1,60}", token.word)
        position = token.end


def test_a_query_is_read() -> None:
    query = read('accès "droit commun" « politique de la ville » -logement -"habitat social" habit*')
    assert [(term.words, term.phrase, term.excluded, term.prefix) for term in query.terms] == [
        (("acces",), False, False, False),
        (("droit", "commun"), True, False, False),
        (("politique", "de", "la", "ville"), True, False, False),
        (("logement",), False, True, False),
        (("habitat", "social"), True, True, False),
        (("habit",), False, False, True),
    ]
    assert [term.words for term in read("demi-journée - reste").terms] == [("demi",), ("journee",), ("reste",)]


@given(_TYPED)
def test_whatever_is_typed_asks_for_lexemes_and_nothing_else(typed: str) -> None:
    made = read_plan(typed)
    for asked in (made.matching(), made.in_title(), made.in_own_text(), made.ranking(), made.in_order):
        outside = re.sub(r"'[=+^]?[^\W_]+'", "", asked)
        assert re.fullmatch(r"(?:[()&|! ]|:\*|<\d+>)*", outside), (typed, asked)


@given(_TYPED)
def test_reading_again_what_was_read_changes_nothing(typed: str) -> None:
    terms = read(typed).wanted
    again = read(" ".join(f'"{" ".join(term.words)}"' if term.phrase else term.words[0] for term in terms))
    assert [term.words for term in again.terms] == [term.words for term in terms]


@given(st.lists(st.sampled_from(["ville", "habitat", "« mot »", "-rien"]), min_size=0, max_size=200))
def test_a_query_is_bounded_and_says_so(parts: list[str]) -> None:
    query = read(" ".join(parts))
    read_words = sum(len(term.words) for term in query.terms)
    assert read_words <= rules.MOST_WORDS
    assert query.shortened == (len(parts) > read_words)


def test_words_that_say_nothing_are_not_looked_for() -> None:
    for typed in ("de la", '""', "« »", "- -- *", ":", "&|!", "\0\u202e", "-de"):
        assert read_plan(typed).is_empty, typed


def test_a_phrase_keeps_the_place_of_its_stop_words() -> None:
    assert read_plan('"politique de la ville"').matching() == "'politique' <3> 'ville'"
    assert read_plan("politique de la ville").in_order == "'politique' <3> 'ville'"


GROUPS = grouped([["QPV", "quartier prioritaire"], ["PRE", "réussite éducative"], ["A", "de la"]], KNOWN)


def test_acronyms_and_long_forms_stand_for_each_other() -> None:
    assert read_plan("qpv santé", GROUPS).matching() == "('qpv' | ('+quartier' & '+prioritaire')) & 'sante'"
    made = read_plan("santé quartier prioritaire", GROUPS)
    assert made.matching() == "'sante' & (('quartier' & 'prioritaire') | 'qpv')"
    assert made.widened_with == ("QPV",)


def test_what_only_looks_like_an_acronym_does_not_flood() -> None:
    for typed in ("pré", "pré-adolescents", '"pre"', "a", "de la"):
        assert read_plan(typed, GROUPS).widened_with == (), typed
    assert read_plan("pre", GROUPS).widened_with == ("réussite éducative",)


def test_relaxed_most_words_are_enough() -> None:
    made = rules.relaxed(read_plan("un deux trois"))
    assert made.matching() == "(('un' & 'deux') | ('un' & 'trois') | ('deux' & 'trois'))"


def test_a_vector_says_where_words_are() -> None:
    said = vector([("A", ["ville", "de", "ville"]), ("C", ["habitat"]), ("D", ["annexe"])], KNOWN)
    assert said == "'ville':1A,3A 'habitat':9C 'annexe':15D '+ville' '=ville' '^ville' '+habitat'"


@given(st.text(max_size=300), st.sets(st.sampled_from("abcdefgh"), max_size=3))
def test_what_is_shown_is_the_text_with_marks(text: str, first_letters: set[str]) -> None:
    found = highlights.marked(text, lambda word: word[0] in first_letters)
    if found is None:
        assert not any(word[0] in first_letters for word in words(text))
        return
    assert re.search(r"<(?!/?mark>)", found) is None
    assert found.count("<mark>") == found.count("</mark>") > 0
    plain = re.sub(r"</?mark>", "", found).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert plain == text


@given(st.lists(st.sampled_from(["mot", "autre", "<b>", "long", "l’été"]), min_size=1, max_size=400))
def test_an_extract_is_short_and_holds_a_word(parts: list[str]) -> None:
    found = highlights.extract(" ".join(parts), lambda word: word == "mot")
    assert (found is None) == ("mot" not in parts)
    if found:
        assert "<mark>mot</mark>" in found
        assert "<b>" not in found
        assert len(re.sub(r"</?mark>|&lt;|&gt;", "", found)) <= highlights.EXTRACT + 10


def test_what_may_be_of_a_person_is_not_kept() -> None:
    for typed in ("jean@exemple.fr", "06 12 34 56 78", "dossier 123456", "https://exemple.fr", "a", "x" * 200, ", ;", "12 34 56"):
        assert rules.worth_keeping(typed, read(typed)) is None, typed
    assert rules.worth_keeping("Ferme  URBAINE à énergie", read("Ferme URBAINE à énergie")) == "ferme urbaine a energie"


def test_titles_are_in_french_order() -> None:
    titles = ["Zone", "école", "Le quartier", "Éducation", "œuvre", "Habitat", "l'été"]
    assert sorted(titles, key=sort_key) == ["école", "Éducation", "Habitat", "l'été", "Le quartier", "œuvre", "Zone"]


def test_an_empty_query_is_empty() -> None:
    assert read("") == Query()


@pytest.mark.parametrize(
    ("typed", "word", "expected"),
    [
        ("logment", "logement", True),
        ("logemetn", "logement", True),
        ("squat", "square", False),
        ("participasion", "participation", True),
        ("particpasion", "participation", True),
        ("qp011002", "qp011003", False),
        ("conseil", "conseil", True),
    ],
)
def test_a_slip_is_a_letter_or_two(typed: str, word: str, *, expected: bool) -> None:
    assert rules.is_slip(typed, word) is rules.is_slip(word, typed) is expected


@given(_TYPED, st.sets(st.sampled_from("abelosé12"), min_size=1))
def test_a_reading_says_what_tokens_say(text: str, first_letters: set[str]) -> None:
    told = [token for token in tokens(text) if token.word[0] in first_letters]
    said = Reading(text)
    assert words(text) == [token.word for token in tokens(text)]
    assert said.distinct == set(words(text))
    assert {(each.start, each.end) for each in said.where(lambda word: word[0] in first_letters)} == {
        (each.start, each.end) for each in told
    }
