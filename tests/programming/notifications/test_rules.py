"""What a letter and its mail say, in words people read."""

from datetime import date
from typing import Any

import pytest

from services.programming.notifications.rules import letter, mail_text

FUNDER = {"name": "Caisse imaginaire", "letter_signatory": "Dominique Exemple", "letter_signatory_function": "Directeur"}
HOLDER: dict[str, Any] = {
    "name": "Les Ateliers imaginaires",
    "address": {"street": "1 rue Inventée", "postcode": "11000", "city": "Carcassonne"},
    "legal_representative": {"full_name": "Camille Exemple", "function": "Présidente"},
}


def written(holder: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "campaign_title": "Appel à projets 2027",
        "asked_cents": 1_250_000,
        "granted_cents": 1_000_050,
        "motive": "",
        "conditions": "",
        "holder_comment": "",
        "notified_on": date(2027, 4, 1),
        **changes,
    }
    dossier = {"reference": "2027-CARC-0042", "title": "Ateliers", "holder": holder or HOLDER}
    return letter(funder=FUNDER, dossier=dossier, **facts)


def test_amounts_and_dates_are_written_as_in_france() -> None:
    said = written()
    assert said["asked"] == "12\N{NARROW NO-BREAK SPACE}500\N{NO-BREAK SPACE}€"
    assert said["amount"] == "10\N{NARROW NO-BREAK SPACE}000,50\N{NO-BREAK SPACE}€"
    assert said["date"] == "1er avril 2027"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 4, 2), "2 avril 2027"),
        (date(2027, 8, 11), "11 août 2027"),
        (date(2028, 2, 29), "29 février 2028"),
        (date(2027, 12, 31), "31 décembre 2027"),
    ],
)
def test_only_the_first_of_the_month_is_ordinal(day: date, said: str) -> None:
    assert written(notified_on=day)["date"] == said


def test_the_letter_is_addressed_to_the_legal_representative_where_the_holder_lives() -> None:
    assert written()["holder"] == {
        "name": "Les Ateliers imaginaires",
        "representative": "Camille Exemple",
        "function": "Présidente",
        "street": "1 rue Inventée",
        "city": "11000 Carcassonne",
    }


@pytest.mark.parametrize("address", [None, {}, {"postcode": "", "city": ""}])
def test_a_holder_without_address_or_representative_has_a_letter_all_the_same(address: dict[str, str] | None) -> None:
    said = written({"name": "Sans adresse", "address": address, "legal_representative": None})
    assert said["holder"] == {"name": "Sans adresse", "representative": "", "function": "", "street": "", "city": ""}


def test_motive_conditions_and_the_word_to_the_holder_are_carried_as_written() -> None:
    said = written(motive="Motif #1", conditions="*Bilan*", holder_comment="Merci & bravo")
    assert (said["motive"], said["conditions"], said["comment"]) == ("Motif #1", "*Bilan*", "Merci & bravo")


def test_the_mail_of_a_grant_says_how_much() -> None:
    text = mail_text(written())
    assert (
        "Caisse imaginaire a décidé de vous accorder une subvention de 10\N{NARROW NO-BREAK SPACE}000,50\N{NO-BREAK SPACE}€."
        in text
    )
    assert "2027-CARC-0042" in text


def test_the_mail_of_a_refusal_says_so_and_no_amount() -> None:
    text = mail_text(written(granted_cents=0, motive="Hors priorités."))
    assert "Caisse imaginaire n'a pas retenu votre demande." in text
    assert "€" not in text


def test_a_letter_of_refusal_is_told_from_a_grant() -> None:
    assert written(granted_cents=0)["granted"] is False
    assert written(granted_cents=1)["granted"] is True
