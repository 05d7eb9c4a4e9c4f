"""The season of the resource centre: a plan, a cycle of three sessions, who comes. Invented; the formats are the trade's."""

from dataclasses import dataclass
from datetime import date
from zlib import crc32

from .library import CODE as CODE
from .library import CONTACT as CONTACT

YEAR = 2029
NETWORK = "Réseau Ressources Urbaines d’Oc"
NETWORK_DESCRIPTION = "Qualification et échanges des acteurs des quartiers, de Narbonne à Carcassonne."

TITLE = "Observer pour agir : le cycle de qualification"
SUMMARY = "Trois séances pour bâtir, croiser et partager l’observation des quartiers."
AIMS = "Savoir quelles données mobiliser, les croiser avec la parole des habitants, en faire un diagnostic partagé."
PLACE = {
    "name": "Maison des associations imaginaire",
    "street": "11 rue des Archives-Rêvées",
    "postcode": "11000",
    "city": "Carcassonne",
    "territory_code": "11069",
    "access": "À dix minutes à pied de la gare.",
    "accessibility": "Entrée de plain-pied, boucle magnétique dans la grande salle.",
}
FORM = {
    "type": "object",
    "properties": {"atelier": {"type": "string", "title": "Atelier de l’après-midi", "enum": ["Données", "Cartes", "Entretiens"]}},
    "required": ["atelier"],
}


@dataclass(frozen=True)
class Sitting:
    """A session of the cycle, from nine to half past four."""

    title: str
    on: date


SITTINGS = (
    Sitting("Quelles données mobiliser ?", date(2029, 1, 18)),
    Sitting("Faire parler les indicateurs", date(2029, 2, 8)),
    # The clocks go forward on the 25th of March 2029: the last session keeps its hour in Paris.
    Sitting("L’analyse partagée avec les habitants", date(2029, 3, 29)),
)
ON_SITE, ELECTED, STATE, VISIO = 24, 3, 3, 8


@dataclass(frozen=True)
class Party:
    """Who comes together: how many, how, as whom. The same each time, without a generator to carry around."""

    people: int
    mode: str
    audience: str
    atelier: str


def party_of(email: str, audience: str) -> Party:
    """Of whoever registers with that address."""
    drawn = crc32(email.encode())
    elected = drawn % 7 == 0
    return Party(
        people=(1, 1, 2, 3)[drawn // 7 % 4],
        mode="visio" if drawn // 29 % 4 == 0 else "on_site",
        audience="elected_official" if elected else audience,
        atelier=("Données", "Cartes", "Entretiens")[drawn // 131 % 3],
    )
