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


# ------------------------------------------------------------------------------------------------- the offer, and what is asked

#: What the network means to offer in the year.
PLAN = {
    "note": "Un cycle et deux journées ; les trois cinquièmes des séances à Carcassonne.",
    "formats": [{"format": "cycle", "wanted": 1}, {"format": "journee", "wanted": 2}],
    "places": [{"territory_code": PLACE["territory_code"], "min_percent": 60, "max_percent": 60}],
    "territories": [{"territory_code": PLACE["territory_code"], "measure": "sessions", "wanted": 3}],
}
#: Said by holders, in their words.
WISHES = (
    "Savoir où trouver les données d’un quartier, et lesquelles croire.",
    "Croiser les indicateurs avec ce que disent les habitants.",
    "Faire un diagnostic que les élus et les habitants partagent.",
)
THEME = "participation-habitants"
VISIO_ROOM = "https://visio.ressources-urbaines.example.org/observer-pour-agir"
#: Seats by visio once the waiting list is seen.
MORE_VISIO = 40
ACCOUNT = {"kind": "external", "name": "Salle de visio du centre", "address": VISIO_ROOM, "is_default": True}
SURVEY = {"automatic": False}
WALK_IN = {
    "given_name": "Capucine",
    "family_name": "Hellébore",
    "organisation_name": "Conseil citoyen imaginaire",
    "audience": "resident",
    "email": "capucine.hellebore@habitants.example.org",
    "device_id": "accueil-1",
    "over_capacity_reason": "Des inscrits ne sont pas venus.",
}
_COLLEAGUES = ("Ancolie", "Bleuet", "Cosmos", "Gentiane", "Iris", "Lin", "Narcisse", "Pavot", "Sauge", "Valériane")
_SAID = ("Davantage d’exemples de petites communes.", "Plus de temps pour les ateliers.", "Une séance sur les cartes.")


def colleague(email: str, number: int) -> str:
    """The first name of somebody who comes with whoever has that address."""
    return _COLLEAGUES[crc32(f"{email}/{number}".encode()) % len(_COLLEAGUES)]


def comes(attendee_id: str, sitting: int) -> bool:
    """Most people come; not everybody to every session."""
    return crc32(f"{attendee_id}/{sitting}".encode()) % 8 != 0


def opinion(rank: int) -> dict[str, object]:
    """What the one who answers in that place thinks of the cycle."""
    said: dict[str, object] = {"rating": (5, 4, 4, 3, 5)[rank % 5], "useful": ("yes", "partly", "yes")[rank % 3]}
    return {**said, "change": _SAID[rank % len(_SAID)]} if rank % 2 else said
