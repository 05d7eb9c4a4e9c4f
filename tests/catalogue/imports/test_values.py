"""What a cell says, however people write it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.documents.schemas import Access, DocumentKind, DocumentLicence, Readership
from services.catalogue.imports import values
from services.catalogue.imports.columns import COLUMNS, recognise
from services.catalogue.imports.values import Names, Unclear
from services.common.language import day_in_words
from services.common.tabular import bare

NAMES = Names({"habitat": "habitat", "logement": "habitat", "acces aux droits": "acces-aux-droits"}, {"11069", "01004", "QP011002"})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2017", "2017"),
        ("12/03/2017", "2017-03-12"),
        ("12.03.2017", "2017-03-12"),
        ("1/3/2017", "2017-03-01"),
        ("03/2017", "2017-03"),
        ("2017-03", "2017-03"),
        ("2017-03-12", "2017-03-12"),
        ("2017-03-12 00:00:00", "2017-03-12"),
        ("12/03/2017 00:00", "2017-03-12"),
        ("mars 2017", "2017-03"),
        ("Août 2016", "2016-08"),
        ("sept. 2016", "2016-09"),
        ("1er mars 2017", "2017-03-01"),
        ("20 MARS 2017", "2017-03-20"),
        ("jeudi 6 novembre 2014", "2014-11-06"),
        ("le 13 mai 2014", "2014-05-13"),
    ],
)
def test_a_date_as_people_write_it(written: str, meant: str) -> None:
    assert values.partial_date(written) == meant


@pytest.mark.parametrize(
    "written", ["hier", "12/03/17", "31/02/2017", "2017-13", "13/2017", "brumaire 2017", "42806", "0000", "12 mars"]
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(Unclear) as refused:
        values.partial_date(written)
    assert refused.value.detail.endswith(".")


@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_any_day_is_read_as_it_was_written(day: date) -> None:
    for written in (day.isoformat(), f"{day:%d/%m/%Y}", day_in_words(day)):
        assert values.day(written) == day.isoformat()


def test_a_day_is_needed_where_a_month_is_not_enough() -> None:
    with pytest.raises(Unclear, match="ne dit pas le jour"):
        values.day("mars 2017")


@given(st.text(max_size=60))
def test_whatever_a_cell_holds_there_is_an_answer(text: str) -> None:
    cells = dict.fromkeys([spec.key for spec in COLUMNS], text) | {"section_1_updated_on": text, "title": text}
    said = values.read_line(cells, NAMES)
    values.as_content({"title": "", **said.fields}, cells.keys(), said.faults)
    assert all(fault.column is None or fault.column in cells for fault in said.faults)


@pytest.mark.parametrize(
    ("written", "code"), [("11069.0", "11069"), ("1004", "01004"), ("1", "01"), (" qp011002 ", "QP011002"), ("2A004", "2A004")]
)
def test_a_code_that_a_spreadsheet_took_for_a_number_is_one_again(written: str, code: str) -> None:
    assert values.territory_code(written) == code


def test_words_people_use_are_understood() -> None:
    assert values.one_of("Fiche expérience", values.KINDS, "nature") is DocumentKind.EXPERIENCE
    assert values.one_of("SUPPORT D’INTERVENTION", values.KINDS, "nature") is DocumentKind.PRESENTATION
    assert values.one_of("official_text", values.KINDS, "nature") is DocumentKind.OFFICIAL_TEXT
    assert values.one_of("Élus", values.PUBLICS, "public") is Readership.ELECTED_OFFICIALS
    assert values.one_of("Services de l’État", values.PUBLICS, "public") is Readership.STATE_SERVICES
    assert values.one_of("Licence Ouverte", values.LICENCES, "licence") is DocumentLicence.ETALAB_2_0
    assert values.one_of("Réservé aux membres", values.ACCESSES, "accès") is Access.MEMBERS


def test_every_value_the_template_promises_is_understood() -> None:
    by_key = {spec.key: spec for spec in COLUMNS}
    for label in by_key["kind"].help.split(". Sans")[0].replace(" ou ", ", ").split(", "):
        values.one_of(label, values.KINDS, "nature")
    for label in by_key["publics"].help.split(" ; ")[0].split(", "):
        values.one_of(label, values.PUBLICS, "public")
    for label in by_key["licence"].help.split(". Sans")[0].replace(" ou ", ", ").split(", "):
        values.one_of(label, values.LICENCES, "licence")


def test_invisible_characters_are_left_out_and_line_breaks_stay() -> None:
    assert values.clean("\ufeffa\x00b\x0bc\r\nd_x000D_\n") == "ab\nc\nd"


def test_every_column_goes_by_one_name_only() -> None:
    names = [bare(name) for spec in COLUMNS for name in {spec.key, spec.heading, *spec.aliases}]
    owners = {name: recognise(name) for name in names}
    for spec in COLUMNS:
        assert {owners[bare(name)] for name in (spec.key, spec.heading, *spec.aliases)} == {spec.key}


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Section 1 titre", "section_1_title"),
        ("section_12_body", "section_12_body"),
        ("RUBRIQUE 2 : texte", "section_2_body"),
        ("Section 3 (mise à jour)", "section_3_updated_on"),
        ("Section 0 titre", None),
        ("Section 41 titre", None),
        ("Étagère", None),
    ],
)
def test_sections_are_numbered_columns(heading: str, key: str | None) -> None:
    assert recognise(bare(heading)) == key


def test_the_column_of_a_section_too_long_is_named() -> None:
    cells = {"title": "T", "section_1_title": "x" * 401, "section_1_body": ""}
    said = values.read_line(cells, NAMES)
    assert values.as_content(said.fields, cells.keys(), said.faults) is None
    assert [fault.column for fault in said.faults] == ["section_1_title"]
