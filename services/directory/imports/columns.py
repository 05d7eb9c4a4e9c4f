"""Names under which files say things of organisations and territories (bare: without accents, capitals nor punctuation)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.common.records import Record, Records, text_of

from .rules import Cell


class Of(StrEnum):
    """What a column may say of an organisation."""

    SIRET = "siret"
    RNA = "rna"
    NAME = "nom"
    LEGAL_NAME = "dénomination légale"
    KIND = "genre"
    CATEGORY = "catégorie juridique"
    STREET = "adresse"
    POSTCODE = "code postal"
    CITY = "ville"
    WEBSITE = "site"


#: The first name present counts.
ORGANISATION: Mapping[Of, tuple[str, ...]] = {
    Of.SIRET: ("siret", "numero siret", "n siret", "no siret", "code siret", "code tiers", "idbeneficiaire", "id beneficiaire"),
    Of.RNA: ("rna", "numero rna", "n rna", "id rna", "rnabeneficiaire", "rna beneficiaire"),
    Of.NAME: (
        *("nom", "name", "raison sociale", "denomination", "nombeneficiaire", "nom beneficiaire", "nom organisme"),
        *("structure", "nom de la structure", "nom complet", "beneficiaire", "association"),
    ),
    Of.LEGAL_NAME: ("denomination legale", "legal name", "nom legal"),
    Of.KIND: ("genre", "kind", "type de structure"),
    Of.CATEGORY: ("categorie juridique", "categoriejuridiqueunitelegale", "nature juridique", "code categorie juridique"),
    Of.STREET: ("adresse", "rue", "street", "voie"),
    Of.POSTCODE: ("code postal", "codepostal", "cp", "postcode"),
    Of.CITY: ("ville", "city", "libelle commune", "nom commune", "commune"),
    Of.WEBSITE: ("site", "site web", "site internet", "website"),
}

#: Kinds as people write them.
KINDS = {
    "association": "association",
    "fondation": "foundation",
    "entreprise": "company",
    "societe": "company",
    "bailleur": "social_landlord",
    "bailleur social": "social_landlord",
    "ecole": "school",
    "etablissement scolaire": "school",
    "etablissement public": "public_body",
    "etat": "state",
    "region": "region",
    "departement": "departement",
    "epci": "epci",
    "agglomeration": "epci",
    "commune": "commune",
    "ville": "commune",
    "caf": "caf",
    "centre de ressources": "resource_centre",
    "autre public": "other_public",
}

_ORGANISATION_NAMES = {name: (column, rank) for column, names in ORGANISATION.items() for rank, name in enumerate(names)}
#: Of neighbourhoods (the national list's names first) and of any territory.
TERRITORY_NAMES = frozenset(
    {
        *("code qp", "lib qp", "insee dep", "insee com", "siren epci", "code quartier", "nom quartier", "generation"),
        *("code", "nom", "name", "kind", "genre", "parent code", "parent", "population", "pop"),
    }
)


def names_an_organisation(name: str) -> bool:
    return name in _ORGANISATION_NAMES


def names_a_territory(name: str) -> bool:
    return name in TERRITORY_NAMES


def organisation_cells(records: Records, record: Record) -> dict[Of, Cell]:
    """What the line says, its empty cells left out."""
    found: dict[Of, Cell] = {}
    ranks: dict[Of, int] = {}
    for name, value in record.values.items():
        column, rank = _ORGANISATION_NAMES.get(name, (None, 0))
        if column is not None and rank < ranks.get(column, len(_ORGANISATION_NAMES)) and (text := text_of(value)):
            found[column], ranks[column] = Cell(record.line, records.names.get(name, name), text), rank
    return found


def texts(values: Mapping[str, Any], *names: str) -> str:
    """The first of these that the record says."""
    return next((text for name in names if (text := text_of(values.get(name)))), "")
