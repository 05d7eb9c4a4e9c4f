"""What a spoilt number is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.findings import Level
from services.directory.imports import territory_rules
from services.directory.imports.rules import Cell, kind_of_category, kind_of_siret, read_count, read_insee, read_rna, read_siret
from tests.directory.people import with_luhn


def siret(text: str) -> tuple[str | None, list[str]]:
    found, findings = read_siret(Cell(1, "siret", text))
    return found, [finding.code for finding in findings]


SOUND = with_luhn(with_luhn("03805449") + "0002")
sirens = st.integers(min_value=1, max_value=99_999_999).map(lambda number: with_luhn(f"{number:08d}"))
sirets = st.builds(lambda siren, number: with_luhn(f"{siren}{number:04d}"), sirens, st.integers(0, 9999))


@pytest.mark.parametrize("written", ["{}", " {} ", "\u00a0{}\u202f", "'{}"])
def test_spaces_and_the_apostrophe_of_a_text_are_no_fault(written: str) -> None:
    assert siret(written.format(SOUND)) == (SOUND, [])
    assert siret(f"{SOUND[:3]} {SOUND[3:6]} {SOUND[6:9]} {SOUND[9:]}") == (SOUND, [])
    assert siret(f"{SOUND[:3]}.{SOUND[3:6]}.{SOUND[6:9]}.{SOUND[9:]}") == (SOUND, [])


@given(sirets, st.sampled_from(["", ".0", ".00", ",0", "."]))
def test_a_siret_taken_for_a_number_is_mended_when_its_key_confirms_it(sound: str, decimals: str) -> None:
    """Up to two zeros in front are lost, decimals are gained; beyond, it is refused rather than guessed."""
    spoilt = str(int(sound))
    found, said = siret(spoilt + decimals)
    if len(spoilt) < 12:
        assert found is None
    else:
        assert found == sound
        assert said == ([] if spoilt == sound and not decimals else ["siret_repare"])


@given(sirets, st.integers(0, 13), st.integers(1, 9))
def test_one_figure_wrong_is_never_mended(sound: str, place: int, more: int) -> None:
    wrong = sound[:place] + str((int(sound[place]) + more) % 10) + sound[place + 1 :]
    if wrong.startswith("356000000"):
        return
    found, said = siret(str(int(wrong)) + ".0")
    assert found is None
    assert said[0] in ("siret_faux", "siren_au_lieu_de_siret")


@pytest.mark.parametrize(
    "written", ["3.80544932E+12", "3,80544932E+12", "3.8E12", "3.80544932e+12", "3.8E+13", "1E+14", "3.8E+999"]
)
def test_figures_that_excel_rounded_are_lost_and_the_way_out_is_said(written: str) -> None:
    found, findings = read_siret(Cell(7, "SIRET", written))
    assert found is None
    (finding,) = findings
    assert (finding.line, finding.column, finding.value, finding.code) == (7, "SIRET", written, "siret_scientifique")
    assert finding.level is Level.REFUSED
    assert "format Texte" in finding.way_out


def test_a_scientific_notation_that_lost_nothing_is_read() -> None:
    figures = str(int(SOUND))
    assert siret(f"{figures[0]}.{figures[1:]}E+{len(figures) - 1}") == (SOUND, ["siret_repare"])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (SOUND[:9], "siren_au_lieu_de_siret"),
        (f"{SOUND[:9]}.0", "siren_au_lieu_de_siret"),
        ("12345", "siret_faux"),
        ("x", "siret_faux"),
        ("", "siret_faux"),
        ("１２３４５６７８９０１２３４", "siret_faux"),
        ("0" * 15, "siret_faux"),
    ],
)
def test_what_is_no_siret_is_refused(written: str, code: str) -> None:
    assert siret(written) == (None, [code])


@given(st.text(max_size=30))
def test_whatever_a_cell_holds_is_read_or_refused_never_both(text: str) -> None:
    found, findings = read_siret(Cell(1, "siret", text))
    assert (found is None) == any(finding.level is Level.REFUSED for finding in findings)
    assert len(findings) <= 1


def test_an_rna_is_read_or_left_aside() -> None:
    assert read_rna(Cell(1, "rna", " w119 000001 ")) == ("W119000001", [])
    found, (finding,) = read_rna(Cell(1, "rna", "119000001"))
    assert found is None
    assert finding.level is Level.WARNING


def test_numbers_of_people_and_codes_that_lost_their_zero() -> None:
    assert [read_count(text) for text in ("2 060", "1104.0", "2\u202f060", "", "beaucoup", "-1", "1.5")] == [
        2060,
        1104,
        2060,
        *[None] * 4,
    ]
    assert [read_insee(text, 5) for text in ("2571", "2571.0", " 02571", "2a004")] == ["02571", "02571", "02571", "2A004"]


def test_what_the_legal_category_and_the_siren_say_of_an_organisation() -> None:
    said = {
        "9220": "association",
        "9300": "foundation",
        "5499": "company",
        "7210": "commune",
        "7348": "epci",
        "7389": "other_public",
    }
    assert {category: kind_of_category(category) for category in said} == said
    assert kind_of_category("6100") is None
    assert [kind_of_siret(f"{begin}000000000000"[:14]) for begin in ("21", "22", "23", "24", "20", "13", "38")] == [
        *("commune", "departement", "region", "epci", "other_public", "other_public", None)
    ]


def _qpv(**values: str) -> territory_rules.Line:
    line, findings = territory_rules.read({"code qp": "QN01101N", "lib qp": "Grazailles", **values}, 2)
    assert line is not None, findings
    return line


KNOWN: dict[str, tuple[str, str | None]] = {
    "11": ("departement", "REG-76"),
    "200035715": ("epci", None),
    "200043776": ("epci", None),
    "11069": ("commune", "200035715"),
    "11025": ("commune", "200035715"),
    "11206": ("commune", "200043776"),
    "13055": ("commune", "200054807"),
}


@pytest.mark.parametrize(
    ("communes", "sirens", "parent"),
    [
        ("11069", "", "11069"),
        ("11069; 11025", "200035715", "200035715"),
        ("11069; 11025", "", "200035715"),
        ("11069 ; 11206", "", "11"),
        ("11069,11206", "200035715; 200043776", "11"),
        ("13201; 13202", "", "13055"),
    ],
)
def test_what_lies_around_a_neighbourhood(communes: str, sirens: str, parent: str) -> None:
    """Its commune; over several, the EPCI given, else the one they share, else their department."""
    line = _qpv(**{"insee com": communes, "siren epci": sirens})
    assert territory_rules.parent_of(line, KNOWN) == (parent, None)


@pytest.mark.parametrize(
    ("communes", "code"),
    [("", "sans_commune"), ("99999", "parent_inconnu"), ("11069;99999", "parent_inconnu"), ("11069;13055", "sans_englobant")],
)
def test_a_neighbourhood_that_cannot_be_placed_is_refused(communes: str, code: str) -> None:
    parent, finding = territory_rules.parent_of(_qpv(**{"insee com": communes}), KNOWN)
    assert parent is None
    assert finding is not None
    assert finding.code == code
