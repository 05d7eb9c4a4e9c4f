"""What a row says, whatever the award."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.ids import new_id
from services.programming.open_data import rules
from services.programming.open_data.rules import COLUMNS, LEGAL_PERSONS, Attribuant, Grant, Severity
from tests.programming.laws import law
from tests.programming.open_data.papers import HOLDER_SIRET, STATE_SIRET, lines, schema_errors

STATE = Attribuant("Préfecture de l'Aude", STATE_SIRET, frozenset({"de-minimis"}), {"p147": "65d5b6c7-102c-4440-ac3b-768f708edc0a"})
WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)
NASTY = st.sampled_from(
    [
        "=SUM(A1:A9)",
        "+33 4 00 00 00 00",
        "-1",
        "@import",
        'Dit "le chœur"',
        "a;'b';c",
        "a,'b',c",
        "un\r\ndeux\ntrois",
        "\t",
        "«\u00a0Été\u00a0»",
        "x" * 300,
    ]
)
SIRETS = st.sampled_from([None, "", HOLDER_SIRET, "35600000000048", "123", "82161143100016"])
RNAS = st.sampled_from([None, "", "W119000001", "W2A1000001", "W1"])
DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def grant(**more: Any) -> Grant:
    """A grant that lacks nothing."""
    values: dict[str, Any] = {
        **{name: new_id() for name in ("id", "dossier_id", "contract_id", "funder_id", "holder_id")},
        "year": 2027,
        "budget_line": "p147",
        "reference": "2027-CARC-0042",
        "title": "Ateliers sociolinguistiques",
        "holder_name": "Les Ateliers imaginaires",
        "granted_cents": 600_000,
        "paid_cents": 0,
        "agreement_required": False,
        "agreed_at": None,
        "notified_at": datetime(2027, 6, 30, 22, 30, tzinfo=UTC),
        "first_paid_on": None,
        "paid_on": None,
        "pay_before_on": date(2027, 8, 30),
        "holder_kind": "association",
        "holder_siret": HOLDER_SIRET,
        "holder_rna": "W119000001",
        "exercise_ends_on": date(2027, 12, 31),
        **more,
    }
    return Grant(**values)


def told(**more: Any) -> dict[str, str]:
    row = rules.row(grant(**more), STATE)
    assert row is not None
    return dict(zip(COLUMNS, row, strict=True))


GRANTS = st.builds(
    grant,
    budget_line=st.sampled_from(["p147", "de-minimis", "other"]),
    reference=st.sampled_from(["2027-CARC-0042", ""]),
    title=WORDS | NASTY,
    holder_name=WORDS | NASTY,
    granted_cents=st.integers(1, 10**13),
    paid_cents=st.integers(0, 10**13),
    agreement_required=st.booleans(),
    agreed_at=st.none() | INSTANTS,
    notified_at=INSTANTS,
    first_paid_on=st.none() | DAYS,
    paid_on=st.none() | DAYS,
    pay_before_on=DAYS,
    holder_kind=st.sampled_from([*sorted(LEGAL_PERSONS), "company", "", None]),
    holder_siret=SIRETS,
    holder_rna=RNAS,
    exercise_ends_on=st.none() | DAYS,
    stated_siret=SIRETS,
    legal_person=st.sampled_from([None, True, False]),
)


@law
@given(st.lists(GRANTS, max_size=30))
def test_whatever_is_granted_what_is_written_is_valid_and_what_is_not_written_has_its_reason(grants: list[Grant]) -> None:
    rows = [rules.row(each, STATE) for each in grants]
    for each, row in zip(grants, rows, strict=True):
        blocking = [gap for gap in rules.gaps(each, STATE) if gap.severity is not Severity.ADVICE]
        assert (row is None) == bool(blocking)
    written = [row for row in rows if row is not None]
    content = rules.HEADER + rules.csv_lines(written)
    assert [tuple(line.values()) for line in lines(content)] == written
    for row in written:
        cells = dict(zip(COLUMNS, row, strict=True))
        assert cells["idBeneficiaire"] or cells["rnaBeneficiaire"]
        assert not any(c in cell for cell in row for c in "\r\n\u2028\u2029")
        first, _, last = cells["datesPeriodeVersement"].partition("/")
        assert not last or date.fromisoformat(first) < date.fromisoformat(last)


def test_the_schema_of_these_tests_refuses_what_it_should() -> None:
    right = list(told().values())
    for column, wrong in {
        "idAttribuant": "218601946",
        "dateConvention": "05/12/2027",
        "rnaBeneficiaire": "W3222",
        "montant": "100000,1",
        "nature": "en espèces",
        "conditionsVersement": "un jour",
        "datesPeriodeVersement": "2027-06-27_2028-06-27",
        "notificationUE": "yes",
        "pourcentageSubvention": "100",
        "objet": "",
    }.items():
        row = [wrong if name == column else cell for name, cell in zip(COLUMNS, right, strict=True)]
        assert schema_errors(rules.HEADER + rules.csv_lines([row])), column
    swapped = (",".join([COLUMNS[1], COLUMNS[0], *COLUMNS[2:]]) + "\n").encode()
    assert schema_errors(swapped + rules.csv_lines([right]))


def test_a_whole_row() -> None:
    assert told() == {
        "nomAttribuant": "Préfecture de l'Aude",
        "idAttribuant": STATE_SIRET,
        "dateConvention": "2027-07-01",  # half past midnight in Paris
        "referenceDecision": "2027-CARC-0042",
        "nomBeneficiaire": "Les Ateliers imaginaires",
        "idBeneficiaire": HOLDER_SIRET,
        "rnaBeneficiaire": "W119000001",
        "objet": "Ateliers sociolinguistiques",
        "montant": "6000",
        "nature": "aide en numéraire",
        "conditionsVersement": "unique",
        "datesPeriodeVersement": "2027-07-01/2027-08-30",
        "idRAE": "",
        "notificationUE": "non",
        "pourcentageSubvention": "1.00",
        "dispositifAide": "65d5b6c7-102c-4440-ac3b-768f708edc0a",
    }
    assert told(budget_line="de-minimis")["notificationUE"] == "oui"


@pytest.mark.parametrize(
    ("cents", "euros"), [(1, "0.01"), (123_450, "1234.50"), (123_405, "1234.05"), (100, "1"), (10**13, "100000000000")]
)
def test_euros_have_a_point_and_two_decimals_or_none(cents: int, euros: str) -> None:
    assert told(granted_cents=cents)["montant"] == euros


@pytest.mark.parametrize(
    ("money", "condition", "period"),
    [
        ({}, "unique", "2027-07-01/2027-08-30"),
        ({"first_paid_on": date(2027, 7, 20), "paid_on": date(2027, 7, 20), "paid_cents": 600_000}, "unique", "2027-07-20"),
        (
            {"first_paid_on": date(2027, 7, 20), "paid_on": date(2028, 2, 29), "paid_cents": 600_000},
            "échelonné",
            "2027-07-20/2028-02-29",
        ),
        ({"first_paid_on": date(2027, 7, 20), "paid_cents": 300_000}, "échelonné", "2027-07-20/2027-12-31"),
        ({"agreed_at": datetime(2027, 9, 15, tzinfo=UTC)}, "unique", "2027-09-15"),
    ],
)
def test_how_it_is_paid_is_said_as_far_as_it_is_known(money: dict[str, Any], condition: str, period: str) -> None:
    row = told(**money)
    assert (row["conditionsVersement"], row["datesPeriodeVersement"]) == (condition, period)


def test_the_day_is_the_agreement_s_and_there_is_none_while_one_is_due() -> None:
    assert told(agreed_at=datetime(2027, 9, 1, 21, 59, tzinfo=UTC))["dateConvention"] == "2027-09-01"
    assert told(agreed_at=datetime(2028, 2, 28, 23, 1, tzinfo=UTC))["dateConvention"] == "2028-02-29"
    assert codes(agreement_required=True) == ["agreement_unsigned"]
    assert codes(agreement_required=True, agreed_at=datetime(2027, 9, 1, tzinfo=UTC)) == []


def codes(**more: Any) -> list[str]:
    return [gap.code for gap in rules.gaps(grant(**more), STATE)]


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ({"holder_siret": None}, ["siret_missing"]),
        ({"holder_siret": "82161143100016"}, ["siret_missing"]),
        ({"holder_siret": None, "stated_siret": HOLDER_SIRET}, []),
        ({"holder_siret": None, "holder_rna": None}, ["identifier_missing"]),
        ({"holder_siret": None, "holder_rna": "W2A1000001"}, ["identifier_missing"]),
        ({"holder_rna": "W2A1000001"}, []),
        ({"holder_kind": "company"}, ["legal_person_unconfirmed"]),
        ({"holder_kind": "company", "legal_person": True}, []),
        ({"legal_person": False, "holder_siret": None, "holder_rna": None}, ["natural_person"]),
        ({"holder_kind": "a kind to come"}, ["legal_person_unconfirmed"]),
        ({"holder_name": " \n"}, ["name_missing"]),
        ({"title": "\t"}, ["title_missing"]),
    ],
)
def test_what_a_beneficiary_lacks_is_named(holder: dict[str, Any], expected: list[str]) -> None:
    assert codes(**holder) == expected


def test_an_rna_the_schema_does_not_know_is_left_out_of_a_row_that_has_a_siret() -> None:
    assert told(holder_rna="W2A1000001")["rnaBeneficiaire"] == ""


def test_without_its_identity_a_funder_publishes_nothing() -> None:
    assert [gap.code for gap in rules.gaps(grant(), None)] == ["funder_unidentified"]


@pytest.mark.parametrize(
    ("title", "objet"),
    [
        ('=HYPERLINK("http://example.org")', '=HYPERLINK("http://example.org")'),
        ('Été ; l\'« atelier », "ensemble"', 'Été ; l\'« atelier », "ensemble"'),
        ("Un \r\n deux\u2028trois", "Un deux trois"),
        ("a" * 256, "a" * 256),
        ("a" * 257, "a" * 255 + "…"),
        ("mot " * 80, ("mot " * 63).rstrip() + "…"),
    ],
)
def test_a_title_stays_what_it_is_on_one_line_of_256_characters(title: str, objet: str) -> None:
    row = told(title=title)
    assert row["objet"] == objet
    (line,) = lines(rules.HEADER + rules.csv_lines([tuple(row.values())]))
    assert line["objet"] == objet


def test_the_legal_delay_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert rules.publish_before(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert rules.publish_before(date(2028, 2, 29), 12) == date(2029, 2, 28)


def test_the_platform_publishes_before_it_is_late_and_keeps_up_to_date_what_is_published() -> None:
    agreed_on = date(2027, 7, 1)
    last = date(2027, 10, 1) - rules.AHEAD
    assert not rules.is_due(agreed_on, last - timedelta(days=1), within_months=3, published=False)
    assert rules.is_due(agreed_on, last, within_months=3, published=False)
    assert rules.is_due(agreed_on, agreed_on, within_months=3, published=True)


@law
@given(WORDS)
def test_every_funder_has_an_address_of_plain_letters(name: str) -> None:
    slug = rules.slug_of(name, (), STATE_SIRET)
    assert slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    again = rules.slug_of(name, {slug}, STATE_SIRET)
    assert again not in {slug, rules.slug_of(name, {slug, again}, STATE_SIRET)}


def test_an_address_is_never_another_funder_s_id() -> None:
    identity = str(new_id())
    assert rules.slug_of(identity, (), STATE_SIRET) == f"financeur-{identity}"


@pytest.mark.parametrize(("code", "department"), [("CN01101I", "11"), ("CN02A01M", "2A"), ("CN97401N", "974")])
def test_a_contract_is_in_a_department(code: str, department: str) -> None:
    assert rules.department(code) == department
