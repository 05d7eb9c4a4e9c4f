"""Every format says the same title, whatever was typed. Read back by parsers that are not ours."""

import csv
import html
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as pages

from services.catalogue.documents.schemas import DocumentContent, DocumentKind
from services.catalogue.formats import bibtex, csl, linked, ris, sitemaps, tables
from services.catalogue.formats.citing import CitationStyle, cite, french
from services.catalogue.formats.descriptions import Description, describe, identifiers, one_line
from services.catalogue.formats.names import person
from services.common.ids import new_id
from tests.catalogue.formats import reading

_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
_TODAY = date(2026, 11, 22)
#: Everything JSON can carry to the platform and PostgreSQL can keep.
_TYPED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=120)
_NASTY = [
    "Accolades { non } fermées {{{ \\{ \\",
    "100 % à 5 € ~ 3^2 #1 & _bas_ $x$",
    "Un titre : avec deux-points ; « guillemets » \"droits\" et 'simples'",
    "</script><script>alert(1)</script>",
    "مدينة \u202eמדינה\u202c",
    "Émoji 👩🏽‍🌾 et 🇫🇷",
    "ligne\r\nER  - \r\nTY  - BOOK\n@book{autre,\n\x1b\x07\x85\u2028fin",
    "=1+1",
    "TI  - leurre",
]

_NAME = {
    "type": "object",
    "properties": {name: {"type": "string", "minLength": 1} for name in ("family", "given", "literal")},
    "additionalProperties": False,
    "minProperties": 1,
}
#: What CSL-JSON 1.0 says of the fields the room writes (citation-style-language/schema, csl-data.json).
_CSL: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": ["article", "book", "legislation", "motion_picture", "report", "speech", "webpage"]},
            "id": {"type": ["string", "number"]},
            "author": {"type": "array", "items": _NAME},
            "issued": {
                "type": "object",
                "required": ["date-parts"],
                "additionalProperties": False,
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 2,
                        "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": ["string", "number"]}},
                    }
                },
            },
            "number-of-pages": {"type": ["string", "number"]},
            **{
                name: {"type": "string", "minLength": 1}
                for name in (
                    *("title", "title-short", "publisher", "genre", "number", "language", "DOI", "ISBN", "ISSN", "URL"),
                    *("dimensions", "keyword", "abstract", "source", "version"),
                )
            },
        },
    },
}


def described(title: str = "Les conseils citoyens", kind: str = "study", **content: Any) -> Description:
    # What is written today is sifted when it is received; what was kept before may hold anything.
    sifted = {name: value for name, value in content.items() if name != "abstract"}
    whole = DocumentContent.model_validate({"title": "Z", **sifted})
    row = {
        "id": new_id(),
        "reference": "VTLR-2026-0042",
        "kind": kind,
        "access": "public",
        "content": {**whole.model_dump(mode="json"), "title": title, "abstract": content.get("abstract", "")},
        "centre_id": new_id(),
        "centre_code": "VTLR",
        "centre_name": "Villes et Territoires Exemple",
        "published_version": 1,
        "first_published_at": _AT,
        "published_at": _AT,
    }
    permalink = "https://canevas.example/catalogue/d/VTLR-2026-0042"
    return describe(row, permalink=permalink, kind_label="Étude", themes={}, territories={})


def _name(text: str) -> str:
    """The text as a name that the platform takes."""
    return "".join(c for c in one_line(text) if c.isprintable())[:100].strip() or "X"


def _titled(title: str) -> tuple[Description, str] | None:
    """The description, and the title to be read back; None for a title that says nothing."""
    if not title.strip() or not one_line(title):
        return None
    author = _name(title)
    organisations = [{"name": author, "role": "author"}, {"name": author, "role": "publisher"}]
    made = described(title, authors=[{"name": author}], organisations=organisations, abstract=title, keywords=[author])
    return made, made.title


def _with_nasty(test: Any) -> Any:
    for title in _NASTY:
        test = example(title=title)(test)
    return settings(max_examples=150, deadline=None)(given(title=_TYPED)(test))


@_with_nasty
def test_bibtex_keeps_the_title(title: str) -> None:
    if (found := _titled(title)) is None:
        return
    made, expected = found
    text = bibtex.written([made, made_again(made)])
    library = parse_string(text)
    assert [entry.key for entry in library.entries] == ["VTLR-2026-0042", "VTLR-2026-0043"]
    assert not library.failed_blocks
    assert len(library.blocks) == 2
    entries = reading.bibtex(text).entries
    assert list(entries) == ["VTLR-2026-0042", "VTLR-2026-0043"]
    # BibTeX's readers take runs of spaces, whichever they are, for one.
    assert reading.printed(entries["VTLR-2026-0042"].fields["title"]).split() == expected.split()
    assert len(entries["VTLR-2026-0042"].persons.get("author", [])) == len(made.authors)


def made_again(made: Description) -> Description:
    return Description(**{**made.__dict__, "reference": "VTLR-2026-0043"})


@_with_nasty
def test_ris_keeps_the_title(title: str) -> None:
    if (found := _titled(title)) is None:
        return
    made, expected = found
    told = reading.ris(ris.written([made, made_again(made)]))
    assert [each["id"] for each in told] == ["VTLR-2026-0042", "VTLR-2026-0043"]
    assert told[0]["title"].split() == expected.split()


@_with_nasty
def test_csl_keeps_the_title_and_its_schema(title: str) -> None:
    if (found := _titled(title)) is None:
        return
    made, expected = found
    items = json.loads(json.dumps(csl.items([made])))
    jsonschema.validate(items, _CSL)
    assert items[0]["title"] == expected


@_with_nasty
def test_linked_data_keeps_the_title_and_closes_no_script(title: str) -> None:
    if (found := _titled(title)) is None:
        return
    made, expected = found
    written = linked.written(linked.node(made))
    assert b"<" not in written
    told = json.loads(written)
    assert told["name"] == expected
    assert reading.terms(reading.expanded(told)) == reading.terms(told)


@_with_nasty
def test_the_table_keeps_the_title_and_runs_nothing(title: str) -> None:
    if (found := _titled(title)) is None:
        return
    made, expected = found
    (row,) = csv.DictReader(io.StringIO((tables.HEADER + tables.lines([made])).decode(), newline=""))
    assert row["title"].removeprefix("'") == expected.removeprefix("'")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


@_with_nasty
def test_a_citation_is_safe_in_a_page(title: str) -> None:
    if (found := _titled(title)) is None:
        return
    made, _ = found
    for style in CitationStyle:
        citation = cite(made, style, today=_TODAY)
        shown = pages.fragment_fromstring(citation.html, create_parent="p")
        assert {element.tag for element in shown.iter()} <= {"p", "i", "a"}
        assert html.unescape(citation.html.replace("<i>", "").replace("</i>", "")).partition("<a href")[0] in citation.text
        assert french(made.title) in citation.text


@given(
    rows=st.lists(st.tuples(st.sampled_from(["https://a.example/catalogue/d/A-1", "https://a.example/?a=1&b=<2>"]), st.just(_AT)))
)
def test_a_sitemap_is_xml(rows: list[tuple[str, datetime]]) -> None:
    tree = etree.fromstring(sitemaps.URLS_BEGIN + sitemaps.urls(rows) + sitemaps.URLS_END)
    assert [str(each.text) for each in tree.iter("{*}loc")] == [address for address, _ in rows]
    assert all(each.text == "2026-11-22T10:00:00+01:00" for each in tree.iter("{*}lastmod"))


WHOLE: dict[str, Any] = {
    "subtitle": "états des lieux",
    "dated": "2016-09-14",
    "authors": [{"name": "Camille Exemple"}, {"name": "Jean-Marie de La Fontaine"}],
    "organisations": [{"name": "Villes et Territoires Exemple", "role": "publisher"}],
    "extent": "112 p.",
    "identifiers": ["ISBN 978-2-0000-0000-2"],
}


def test_iso_690_is_written_as_the_standard_does() -> None:
    citation = cite(described(**WHOLE), CitationStyle.ISO_690, today=_TODAY)
    assert citation.text == (
        "EXEMPLE, Camille et DE LA FONTAINE, Jean-Marie. Les conseils citoyens\u00a0: états des lieux [étude en ligne]. "
        "Villes et Territoires Exemple, 14\u00a0septembre 2016 [consulté le 22\u00a0novembre 2026]. 112\u00a0p. "
        "ISBN\u00a0978-2-0000-0000-2. Disponible à l’adresse\u00a0: https://canevas.example/catalogue/d/VTLR-2026-0042"
    )
    assert "<i>Les conseils citoyens\u00a0: états des lieux</i>" in citation.html
    assert '<a href="https://canevas.example/catalogue/d/VTLR-2026-0042">' in citation.html


def test_apa_is_written_as_french_usage_adapts_it() -> None:
    citation = cite(described(**WHOLE), CitationStyle.APA, today=_TODAY)
    assert citation.text == (
        "Exemple, C., et de La Fontaine, J.-M. (2016, 14\u00a0septembre). Les conseils citoyens\u00a0: états des lieux [Étude]. "
        "Villes et Territoires Exemple. https://canevas.example/catalogue/d/VTLR-2026-0042"
    )


def test_what_is_unknown_is_said_by_each_style() -> None:
    bare = described("Sans auteur ni date")
    assert cite(bare, CitationStyle.APA, today=_TODAY).text.startswith(
        "Villes et Territoires Exemple. (s.\u00a0d.). Sans auteur ni date [Étude]."
    )
    assert "[sans date]" in cite(bare, CitationStyle.ISO_690, today=_TODAY).text


@pytest.mark.parametrize(
    ("dated", "iso690", "apa"),
    [
        ("2016", "Exemple, 2016 [", "(2016)."),
        ("2016-09", "Exemple, septembre 2016 [", "(2016, septembre)."),
        ("2016-01-01", "1er\u00a0janvier 2016 [", "(2016, 1er\u00a0janvier)."),
    ],
)
def test_a_date_is_said_as_exactly_as_it_is_known(dated: str, iso690: str, apa: str) -> None:
    made = described(dated=dated)
    assert iso690 in cite(made, CitationStyle.ISO_690, today=_TODAY).text
    assert apa in cite(made, CitationStyle.APA, today=_TODAY).text


def test_many_authors_are_et_al() -> None:
    made = described(authors=[{"name": f"Camille Exemple{letter}"} for letter in "abcd"])
    assert cite(made, CitationStyle.ISO_690, today=_TODAY).text.startswith("EXEMPLEA, Camille et\u00a0al. ")


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Pourquoi ? Comment !", "Pourquoi\u202f? Comment\u202f!"),
        ('L\'habitat : un "droit"', "L’habitat\u00a0: un «\u00a0droit\u00a0»"),
        ("« déjà » ; fait", "«\u00a0déjà\u00a0»\u202f; fait"),
        ("à 10:30, https://a.example/?b=1", "à 10:30, https://a.example/?b=1"),
        ('un 5" seul', 'un 5" seul'),
    ],
)
def test_french_is_printed_with_spaces_that_do_not_break(written: str, printed: str) -> None:
    assert french(written) == printed
    assert french(printed) == printed


@pytest.mark.parametrize(
    ("typed", "family", "given"),
    [
        ("Camille Exemple", "Exemple", "Camille"),
        ("Exemple, Camille", "Exemple", "Camille"),
        ("Camille EXEMPLE-MARTIN", "EXEMPLE-MARTIN", "Camille"),
        ("EXEMPLE Camille", "EXEMPLE", "Camille"),
        ("Jean de La Fontaine", "de La Fontaine", "Jean"),
        ("Valéry Giscard d'Estaing", "d'Estaing", "Valéry Giscard"),
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig"),
        ("J. R. EXEMPLE", "EXEMPLE", "J. R."),
        ("Platon", "Platon", ""),
        ("ANRU CGET", "CGET", "ANRU"),
    ],
)
def test_a_name_is_parted_as_it_was_typed(typed: str, family: str, given: str) -> None:
    assert person(typed) == (family, given)


def test_identifiers_are_sorted_out() -> None:
    found = identifiers(
        ["DOI 10.1234/abc.", "https://doi.org/10.9999/other", "ISBN 2-07-036822-X", "ISSN 1234-567x", "RNCP 9782070368228", "42"]
    )
    assert (found.doi, found.isbn, found.issn) == ("10.1234/abc", "2-07-036822-X", "1234-567X")
    assert found.others == ["https://doi.org/10.9999/other", "RNCP 9782070368228", "42"]
    # Thirteen figures are an ISBN when their check digit says so.
    assert identifiers(["9782070368228"]).isbn == "9782070368228"
    assert identifiers(["9782070368229"]).isbn is None


@pytest.mark.parametrize(
    ("extent", "duration", "pages_"),
    [
        ("112 p.", None, 112),
        ("1 h 32", "PT1H32M", None),
        ("52 min", "PT52M", None),
        ("2 h", "PT2H", None),
        ("12", None, None),
        ("1 p. A4", None, 1),
    ],
)
def test_extents_are_pages_or_a_duration(extent: str, duration: str | None, pages_: int | None) -> None:
    made = described(extent=extent)
    assert (made.duration, made.pages) == (duration, pages_)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_fits_the_csl_schema(kind: DocumentKind) -> None:
    for more in ({}, WHOLE):
        jsonschema.validate(csl.items([described(kind=kind.value, **more)]), _CSL)
