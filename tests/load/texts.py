"""What people write in a dossier: prose of a plausible length, a budget that balances."""

import random
from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import orjson

from services.programming.clients import Organisation
from services.programming.dossiers.schemas import Content

_PHRASES = (
    "accompagner les habitants du quartier dans leurs démarches",
    "ouvrir un lieu où parents et enfants lisent ensemble",
    "proposer des ateliers de français le soir",
    "prévenir le décrochage au collège",
    "rapprocher de l'emploi les femmes isolées",
    "entretenir les jardins partagés",
    "former des jeunes à l'animation",
    "tenir une permanence d'accès aux droits avec la maison de projet",
    "associer l'école, le centre social et les associations voisines",
    "tenir pendant toute l'année scolaire et les vacances",
)
_KINDS = ("Ateliers", "Permanences", "Chantiers", "Rencontres", "Séjours", "Parcours", "Cours")
_THEMES = ("sociolinguistiques", "d'accès aux droits", "éducatifs", "autour du jardin", "vers l'emploi", "pour les familles")


def prose(rng: random.Random, phrases: int) -> str:
    return ", ".join(f"{rng.choice(_PHRASES)} ({rng.randint(2, 99)})" for _ in range(phrases)).capitalize() + "."


def title(rng: random.Random) -> str:
    return f"{rng.choice(_KINDS)} {rng.choice(_THEMES)} {rng.randint(1, 999)}"


def content(rng: random.Random) -> str:
    """The description of an action, as JSON text."""
    return _contents()[rng.randrange(len(_contents()))]


@cache
def _contents() -> list[str]:
    rng = random.Random(12156)
    return [orjson.dumps(_content(rng).model_dump(mode="json")).decode() for _ in range(200)]


def _content(rng: random.Random) -> Content:
    return Content.model_validate(
        {
            "need": prose(rng, 12),
            "description": prose(rng, 24),
            "publics": [
                {"label": "Adultes du quartier", "count": rng.randint(10, 90)},
                {"label": "Jeunes de 11 à 17 ans", "count": 40},
            ],
            "territory": prose(rng, 2),
            "means": prose(rng, 8),
            "calendar": prose(rng, 3),
            "indicators": prose(rng, 6),
        }
    )


def budget(asked: Sequence[tuple[UUID, str, int]], own_cents: int) -> dict[str, Any]:
    """Charges over five accounts, produits equal to them: each funder asked on its line 74, and the holder's own part."""
    total = own_cents + sum(amount for _, _, amount in asked)
    shares = [total * percent // 10_000 * 100 for percent in (12, 8, 5, 10)]
    charges = [*shares, total - sum(shares)]
    accounts = (
        ("60", "Achats"),
        ("61", "Services extérieurs"),
        ("62", "Autres services"),
        ("65", "Autres charges"),
        ("64", "Salaires"),
    )
    produits = [
        {"account": "74", "label": name, "amount_cents": amount, "funder_id": str(funder)} for funder, name, amount in asked
    ]
    own = {"account": "70", "label": "Participations", "amount_cents": own_cents, "funder_id": None}
    return {
        "charges": [{"account": a, "label": label, "amount_cents": n} for (a, label), n in zip(accounts, charges, strict=True)],
        "produits": [*produits, own],
        "voluntary_uses": [{"account": "864", "label": "Bénévolat", "amount_cents": 50_000}],
        "voluntary_resources": [{"account": "875", "label": "Bénévolat", "amount_cents": 50_000}],
    }


def holder(organisation_id: UUID, number: int) -> dict[str, Any]:
    """An association, as the directory describes it."""
    made = Organisation.model_validate(
        {
            "id": organisation_id,
            "kind": "association",
            "name": f"Association imaginaire n° {number + 1}",
            "rna": f"W{number % 100_000_000:09d}",
            "address": {"street": "1 rue Inventée", "postcode": "11000", "city": "Carcassonne"},
            "legal_representative": {"full_name": "Camille Exemple", "function": "Présidente"},
        }
    )
    return made.model_dump(mode="json")
