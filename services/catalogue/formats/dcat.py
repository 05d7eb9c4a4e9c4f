"""Pages of the catalogue in DCAT 3 (profile DCAT-AP) as JSON-LD: a catalogue for each centre, its documents and its records. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from .descriptions import Attachment, Description, one_line

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
FEED = "/catalogue/v1/dcat.jsonld"
_EU = "http://publications.europa.eu/resource/authority"
_MEDIA = "https://www.iana.org/assignments/media-types/"
#: INSEE's own addresses of territories; neighbourhoods have none.
_INSEE = {"region": "region", "departement": "departement", "commune": "commune"}
#: Alpha-3 codes of the European vocabulary.
_LANGUAGES = {"fr": "FRA", "en": "ENG", "de": "DEU", "es": "SPA", "it": "ITA", "pt": "POR", "nl": "NLD", "ca": "CAT", "oc": "OCI"}


def page(
    descriptions: Sequence[Description],
    *,
    centres: Sequence[Mapping[str, Any]],
    here: str,
    first: str,
    after: str | None,
    public_url: str,
) -> dict[str, Any]:
    """A page at `here`; `after` is the address of the next one. Each of `centres` is told, even without document."""
    of_centre: dict[UUID, list[Description]] = {centre["id"]: [] for centre in centres}
    for each in descriptions:
        of_centre[each.centre.id].append(each)
    view = {
        "@id": here,
        "@type": "hydra:PartialCollectionView",
        "hydra:first": {"@id": first},
        **({"hydra:next": {"@id": after}} if after else {}),
    }
    return {"@context": CONTEXT, "@graph": [view, *(_catalog(one, of_centre[one["id"]], public_url) for one in centres)]}


def _catalog(centre: Mapping[str, Any], descriptions: Sequence[Description], public_url: str) -> dict[str, Any]:
    address, name = f"{public_url}/catalogue/v1/centres/{centre['id']}", one_line(centre["name"])
    publisher = {"@id": address, "@type": "foaf:Organization", "foaf:name": name}
    contact = {"@type": "vcard:Kind", "vcard:fn": name, "vcard:hasEmail": {"@id": f"mailto:{centre['contact_email']}"}}
    described = one_line(centre["description"]) or f"Documents publics du centre de ressources {name}."
    return {
        "@id": f"{address}#catalogue",
        "@type": "dcat:Catalog",
        "dct:identifier": centre["code"],
        "dct:title": _french(f"Catalogue – {name}"),
        "dct:description": _french(described),
        "dct:publisher": publisher,
        "dcat:contactPoint": contact,
        "dct:language": {"@id": f"{_EU}/language/FRA"},
        "foaf:homepage": {"@id": centre["website"] or f"{public_url}/"},
        "dcat:dataset": [_dataset(each, contact, public_url) for each in descriptions],
        "dcat:record": [_record(each, public_url) for each in descriptions],
    }


def _record(each: Description, public_url: str) -> dict[str, Any]:
    return {
        "@id": f"{public_url}/catalogue/v1/documents/{each.id}",
        "@type": "dcat:CatalogRecord",
        "foaf:primaryTopic": {"@id": each.permalink},
        "dct:identifier": each.reference,
        "dct:issued": _instant(each.first_published_at),
        "dct:modified": _instant(each.published_at),
    }


def _dataset(each: Description, contact: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    address = f"{public_url}/catalogue/v1/documents/{each.id}"
    told: dict[str, Any] = {
        "@id": each.permalink,
        "@type": "dcat:Dataset",
        "dct:identifier": each.reference,
        "dct:title": _in_language(each.full_title, each.language),
        "dct:description": _in_language(each.abstract or each.full_title, each.language),
        "dct:type": {"@type": "skos:Concept", "skos:notation": each.kind.value, "skos:prefLabel": _french(each.kind_label)},
        "dct:creator": [
            {"@type": "foaf:Person" if author.is_person else "foaf:Organization", "foaf:name": author.name}
            for author in each.authors
        ],
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": each.publisher},
        "dcat:contactPoint": contact,
        "dct:issued": _date(each.iso_date) if each.dated else None,
        "dct:modified": _instant(each.published_at),
        "dcat:version": str(each.version),
        "dct:language": {"@id": f"{_EU}/language/{_LANGUAGES[each.language]}"} if each.language in _LANGUAGES else None,
        "dcat:theme": [{"@id": f"{_EU}/data-theme/SOCI"}, *(_theme(theme.code, theme.label) for theme in each.themes)],
        "dcat:keyword": [_in_language(word, each.language) for word in each.keywords],
        "dct:spatial": [_place(place.code, place.label, place.kind) for place in each.territories],
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dct:license": {"@id": each.licence_url} if each.licence_url else None,
        "dcat:landingPage": {"@id": each.permalink},
        "foaf:page": [{"@id": url} for url, _ in each.links],
        "foaf:isPrimaryTopicOf": {"@id": f"{address}/document.jsonld"},
        "dcat:distribution": [_distribution(file, each) for file in each.attachments],
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _distribution(file: Attachment, each: Description) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@id": file.address,
        "@type": "dcat:Distribution",
        "dct:title": _in_language(file.label, each.language),
        "dcat:accessURL": {"@id": each.permalink},
        "dcat:downloadURL": {"@id": file.address},
        "dcat:mediaType": {"@id": _MEDIA + file.media_type},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)},
        "spdx:checksum": _checksum(file.sha256),
        "dct:license": {"@id": each.licence_url} if each.licence_url else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _checksum(sha256: str) -> dict[str, Any]:
    return {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": sha256},
    }


def _theme(code: str, label: str) -> dict[str, Any]:
    return {"@type": "skos:Concept", "skos:notation": code, "skos:prefLabel": _french(label)}


def _place(code: str, label: str, kind: str) -> dict[str, Any]:
    told: Mapping[str, Any] = {"@type": "dct:Location", "dct:identifier": code, "skos:prefLabel": _french(label)}
    if kind not in _INSEE:
        return dict(told)
    return {"@id": f"http://id.insee.fr/geo/{_INSEE[kind]}/{code.removeprefix('REG-')}", **told}


def _french(text: str) -> dict[str, str]:
    return _in_language(text, "fr")


def _in_language(text: str, language: str) -> dict[str, str]:
    return {"@language": language, "@value": text}


def _instant(at: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": at.isoformat()}


def _date(written: str) -> dict[str, str]:
    """As exact as it is known."""
    return {"@type": {4: "xsd:gYear", 7: "xsd:gYearMonth"}.get(len(written), "xsd:date"), "@value": written}
