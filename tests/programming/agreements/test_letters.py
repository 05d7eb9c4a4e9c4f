"""What the texts and the mails of agreements say, and that they leave whatever people have written."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.common import pdf
from services.programming import agreements
from services.programming.agreements import letters

pytestmark = pytest.mark.anyio

TEMPLATES = Path(agreements.__file__).parent.parent / "letters"
FUNDER: dict[str, Any] = {
    "name": "Préfecture imaginaire",
    "siret": "17110001100014",
    "address": {"street": "52 rue Inventée", "postcode": "11000", "city": "Carcassonne"},
    "legal_representative": {"full_name": "Dominique Exemple", "function": "Directrice"},
}
HOLDER: dict[str, Any] = {**FUNDER, "name": "Les Ateliers imaginaires", "kind": "association", "siret": None, "rna": "W112004567"}
BARE: dict[str, Any] = {"name": "Sans rien", "kind": "company", "address": None, "legal_representative": None}
DOSSIER = {"reference": "2027-CARC-0001", "title": "Ateliers", "starts_on": date(2027, 3, 1), "ends_on": date(2027, 12, 15)}


def agreement(holder: dict[str, Any] = HOLDER, *, count: int = 1, title: str = "Ateliers", **changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "year": 2027,
        "funder": FUNDER,
        "holder": holder,
        "campaigns": ["Appel à projets 2027"],
        "actions": [letters.action({**DOSSIER, "title": title}, 1_250_050)] * count,
        "granted_cents": 1_250_050 * count,
        "under_cpo_cents": 0,
        "in_kind_cents": 0,
        "in_kind_label": "",
        "terms": {
            "object": "Un objet.\n\nEn deux paragraphes.",
            "obligations": "",
            "payment_terms": "En une fois.",
            "payment_within_days": None,
            "ends_on": date(2028, 6, 30),
        },
        "report_months": 6,
        "pay_within_days": 60,
        "drafted_on": date(2027, 4, 1),
        **changes,
    }
    return letters.agreement(**facts)


def amendment(**changes: Any) -> dict[str, Any]:
    line = {"reference": "2027-CARC-0001", "title": "Ateliers", "before_cents": 100_000, "granted_cents": 150_000, "joins": False}
    facts: dict[str, Any] = {
        "number": 2,
        "year": 2027,
        "funder": FUNDER,
        "holder": HOLDER,
        "in_force_on": date(2027, 4, 12),
        "reason": "Une extension.",
        "lines": [line, {**line, "joins": True}],
        "before_cents": 2_400_000,
        "after_cents": 2_600_000,
        "in_kind_cents": 0,
        "in_kind_label": "",
        "in_kind_changed": False,
        "drafted_on": date(2027, 9, 1),
        **changes,
    }
    return letters.amendment(**facts)


def test_parties_are_named_with_their_registers_and_who_binds_them() -> None:
    said = agreement()
    assert said["funder"]["siret"] == "171 100 011 00014"
    assert (said["holder"]["siret"], said["holder"]["rna"]) == ("", "W112004567")
    assert (said["holder"]["representative"], said["holder"]["city"]) == ("Dominique Exemple", "11000 Carcassonne")
    assert set(letters.party(BARE).values()) == {"Sans rien", ""}


def test_amounts_days_and_paragraphs_are_written_as_people_read_them() -> None:
    said = agreement(count=2)
    assert said["total"] == "25\N{NARROW NO-BREAK SPACE}001\N{NO-BREAK SPACE}€"
    assert said["actions"][0]["period"] == ["du 01/03/2027", "au 15/12/2027"]
    assert said["object"] == ["Un objet.", "En deux paragraphes."]
    assert (said["ends_on"], said["date"]) == ("30 juin 2028", "1er avril 2027")
    assert (said["agreed_days"], said["legal_days"], said["under_cpo"]) == ("", "60", "")


def test_the_republican_commitment_is_for_associations_and_foundations() -> None:
    assert agreement()["cer"] is True
    assert agreement({**HOLDER, "kind": "foundation"})["cer"] is True
    assert agreement(BARE)["cer"] is False


def test_an_amendment_says_what_was_and_what_will_be_and_what_joins() -> None:
    said = amendment()
    assert [(line["before"], line["after"]) for line in said["lines"]] == [
        ("1\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€", "1\N{NARROW NO-BREAK SPACE}500\N{NO-BREAK SPACE}€"),
        ("", "1\N{NARROW NO-BREAK SPACE}500\N{NO-BREAK SPACE}€"),
    ]
    assert said["in_kind"] == {}
    assert amendment(in_kind_changed=True, in_kind_label="Salle")["in_kind"]["label"] == "Salle"


@pytest.mark.parametrize(
    ("template", "data"),
    [
        ("agreement.typ", agreement()),
        ("agreement.typ", agreement(BARE, count=40, title="Un très long titre " * 15)),
        ("agreement.typ", agreement(title="🎨 #set page() *gras* $x$ <a> @b \\ \a", campaigns=["A", "B", "C"], under_cpo_cents=1)),
        ("agreement.typ", agreement(in_kind_cents=5, in_kind_label="Salle")),
        ("amendment.typ", amendment()),
        ("amendment.typ", amendment(lines=[], in_kind_changed=True, holder=BARE, in_force_on=None)),
    ],
)
async def test_a_text_is_made_whatever_people_have_written(template: str, data: dict[str, Any]) -> None:
    assert (await pdf.render(TEMPLATES / template, data)).startswith(b"%PDF-")


def test_the_mails_speak_of_the_right_text() -> None:
    subject, text = letters.text_mail("CAF", 2027, 0)
    assert subject == "Convention 2027 à signer – CAF"
    assert "la convention 2027, jointe à ce message" in text
    subject, text = letters.text_mail("CAF", 2027, 3)
    assert subject == "Avenant n° 3 à la convention 2027 à signer – CAF"
    assert "l'avenant n° 3 à la convention 2027, joint à ce message" in text
    subject, text = letters.signed_mail("CAF", 2027, 0, date(2027, 4, 1))
    assert subject == "La convention 2027 est signée – CAF"
    assert "depuis le 1er avril 2027" in text
    assert letters.signed_mail("CAF", 2027, 1, date(2027, 4, 1))[0] == "L'avenant n° 1 à la convention 2027 est signé – CAF"
    assert "Hors délai." in letters.termination_mail("CAF", 2027, " Hors délai. ")[1]
