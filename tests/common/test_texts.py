"""Text that people type."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.texts import fold, one_line, paragraphs, patterns


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    )
)
def test_a_line_stays_a_line_and_never_grows(text: str) -> None:
    line = one_line(text)
    assert len(line) <= len(text)
    assert one_line(line) == line
    assert line == line.strip()


def test_accents_are_kept_in_one_way() -> None:
    assert one_line("E\u0301cole\u00a0 \n d'\u00e9te\u0301") == unicodedata.normalize("NFC", "École d'été")


@pytest.mark.parametrize("text", ["a\u0000b", "a\u0007b", "a\u202eb", "\u2066a", "a\x7f"])
def test_invisible_characters_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        one_line(text)


def test_words_are_found_without_case_accents_or_ligatures() -> None:
    assert fold("  L’ŒUVRE  d'Été — Straße ") == "l'oeuvre d'ete — strasse"
    assert patterns("Été 100%_\\") == ["%ete%", "%100\\%\\_\\\\%"]
    assert patterns("   ") == []


@given(st.text())
def test_paragraphs_keep_their_lines_and_nothing_unseen(text: str) -> None:
    kept = paragraphs(text)
    assert paragraphs(kept) == kept
    assert len(kept) <= len(text)
    assert {c for c in kept if unicodedata.category(c) in {"Cc", "Cs"}} <= {"\n", "\t"}


def test_paragraphs_have_one_way_to_end_a_line() -> None:
    assert paragraphs("un\r\ndeux\rtrois\u202e\u0007") == "un\ndeux\ntrois"
