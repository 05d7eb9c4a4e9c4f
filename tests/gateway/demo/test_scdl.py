"""The demonstration's own reading of SCDL *subventions* agrees with the one harvesters use."""

import pytest

from gateway.demo.scdl import COLUMNS, check
from services.programming.open_data import rules
from tests.programming.open_data.papers import schema_errors

GOOD = dict(
    zip(
        COLUMNS,
        (
            "Carcassonne Agglo", "00010002400014", "2027-03-02", "2027-CARC-0042", "Le Tilleul, qui écoute", "00011002300012",
            "W119000002", "Médiation « nocturne »", "12345.50", "aide en numéraire", "échelonné", "2027-04-22/2028-09-07", "", "non",
            "1.00", "",
        ),
        strict=True,
    )
)  # fmt: skip


def file_of(*rows: dict[str, str], header: tuple[str, ...] = COLUMNS) -> bytes:
    return rules.csv_lines([header, *(tuple(row.values()) for row in rows)])


def test_columns_are_the_platforms() -> None:
    assert COLUMNS == rules.COLUMNS


def test_a_good_file_has_no_error() -> None:
    content = file_of(GOOD, {**GOOD, "rnaBeneficiaire": "", "datesPeriodeVersement": "2027-04-22", "montant": "800"})
    assert check(content) == (2, [])
    assert schema_errors(content) == []


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("nomAttribuant", ""),
        ("idAttribuant", "123"),
        ("dateConvention", "02/03/2027"),
        ("dateConvention", "2027-02-30"),
        ("nomBeneficiaire", ""),
        ("rnaBeneficiaire", "W2A1000002"),
        ("objet", "x" * 257),
        ("montant", "12 345,50"),
        ("nature", "numéraire"),
        ("conditionsVersement", "en deux fois"),
        ("datesPeriodeVersement", "avril 2027"),
        ("idRAE", "123456"),
        ("notificationUE", "Oui"),
        ("pourcentageSubvention", "1.5"),
        ("pourcentageSubvention", "100 %"),
    ],
)
def test_what_the_schema_refuses_is_an_error_here_too(column: str, cell: str) -> None:
    content = file_of(GOOD, {**GOOD, column: cell})
    rows, errors = check(content)
    assert rows == 2
    assert len(errors) == 1
    assert errors[0].startswith(f"3, {column} : ")
    assert schema_errors(content) != []


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("idBeneficiaire", "12345678901", "idBeneficiaire"),
        ("datesPeriodeVersement", "2028-09-07/2027-04-22", "datesPeriodeVersement"),
        ("datesPeriodeVersement", "2027-02-30", "datesPeriodeVersement"),
    ],
)
def test_what_the_schema_lets_pass_is_read_more_strictly(column: str, cell: str, why: str) -> None:
    _, (error,) = check(file_of({**GOOD, column: cell}))
    assert why in error


def test_a_beneficiary_without_any_number_is_an_error() -> None:
    _, (error,) = check(file_of({**GOOD, "idBeneficiaire": "", "rnaBeneficiaire": ""}))
    assert "ni SIRET ni RNA" in error


def test_files_that_are_no_such_table_say_so() -> None:
    assert check(file_of(header=(*COLUMNS[1:], COLUMNS[0])))[1] == ["1 : l’en-tête n’est pas celui du schéma"]
    assert check(b"")[1] == ["1 : l’en-tête n’est pas celui du schéma"]
    assert check("é".encode("cp1252"))[1][0].startswith("illisible")
    short = rules.csv_lines([COLUMNS, tuple(GOOD.values())[:-1]])
    assert check(short) == (1, ["2 : 15 cellules au lieu de 16"])
