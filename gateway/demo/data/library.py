"""The resource centre of the demonstration: invented, with its people, its holdings and what a professional looks for there.

The texts of law, the themes and the territories are public facts; the centre, its documents and their authors are made up.
"""

import csv
import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .identities import person, siret

NAME, CODE = "Ressources Urbaines d’Oc", "RUO"
MANAGER = person("Garance Millepertuis", "Directrice", "ressources-urbaines")
DOCUMENTALIST = person("Aurèle Campanule", "Documentaliste", "ressources-urbaines")
ORGANISATION = {
    "kind": "association",
    "name": NAME,
    "siret": siret(3_000),
    "rna": "W119003000",
    "address": {"street": "11 rue des Archives-Rêvées", "postcode": "11000", "city": "Carcassonne"},
    "legal_representative": {"full_name": f"{MANAGER.first_name} {MANAGER.last_name}", "function": MANAGER.function},
}
DESCRIPTION = (
    "Centre de ressources politique de la ville imaginaire : il qualifie les acteurs, capitalise, documente et fait circuler."
)
CONTACT = "documentation@ressources-urbaines.example.org"


@dataclass(frozen=True)
class Relation:
    """How a document relates to another, by their identifiers in the file."""

    of: str
    kind: str
    to: str


@dataclass(frozen=True)
class Search:
    """What somebody types, and the title expected among the first answers."""

    query: str
    expected: str


SEARCHES = (
    Search("mobiliser le droit commun", "Mobiliser le droit commun"),
    Search("moyens alloués aux conseils citoyens", "Les conseils citoyens en Languedoc : ce que vingt quartiers nous apprennent"),
    Search("PSL et sortie de convention", "Plans stratégiques locaux : préparer la sortie de convention"),
)


@cache
def _read() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8"))
    return read


def documents() -> list[dict[str, str]]:
    """The holdings, each a line of the import: column → what is written in it."""
    found: list[dict[str, str]] = _read()["documents"]
    return found


def relations() -> list[Relation]:
    return [Relation(**each) for each in _read()["relations"]]


def file() -> bytes:
    """The holdings as the file a documentalist would send."""
    columns = list(dict.fromkeys(column for document in documents() for column in document))
    out = io.StringIO()
    rows = csv.DictWriter(out, columns, restval="", delimiter=";", lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(documents())
    return out.getvalue().encode("utf-8-sig")
