"""A document in schema.org's words, as JSON-LD: what search engines read in a page. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from ..documents.schemas import DocumentKind, RelationKind
from .descriptions import Attachment, Author, Description

CONTEXT = "https://schema.org"
_TYPES = {
    DocumentKind.THEMATIC_DOSSIER: "Collection",
    DocumentKind.CAPITALISATION: "Report",
    DocumentKind.EXPERIENCE: "Report",
    DocumentKind.STUDY: "Report",
    DocumentKind.PROCEEDINGS: "Report",
    DocumentKind.PRESENTATION: "PresentationDigitalDocument",
    DocumentKind.VIDEO: "VideoObject",
    DocumentKind.OFFICIAL_TEXT: "Legislation",
    DocumentKind.NEWSLETTER: "PublicationIssue",
    DocumentKind.REFERENCE: "CreativeWork",
    DocumentKind.FAQ: "FAQPage",
}
#: Said by this document of another, then by another of this one. A dossier is no document and is not told.
_RELATIONS = {
    (RelationKind.PART_OF.value, "to"): "isPartOf",
    (RelationKind.PART_OF.value, "from"): "hasPart",
    (RelationKind.SYNTHESIS_OF.value, "to"): "isBasedOn",
    (RelationKind.SYNTHESIS_OF.value, "from"): "subjectOf",
    (RelationKind.ABOUT.value, "to"): "about",
    (RelationKind.ABOUT.value, "from"): "subjectOf",
    (RelationKind.REPLACES.value, "to"): "mentions",
    (RelationKind.RESULT_OF.value, "to"): "isBasedOn",
    (RelationKind.SUPPORT_OF.value, "to"): "isPartOf",
    (RelationKind.SUPPORT_OF.value, "from"): "hasPart",
}
_PLACES = {"region": "AdministrativeArea", "departement": "AdministrativeArea", "commune": "City"}


class Related(NamedTuple):
    """Another document that the reader may read too."""

    kind: str
    direction: str
    permalink: str
    title: str


def type_of(each: Description) -> str:
    if each.kind is DocumentKind.REFERENCE:
        return "Book" if each.isbn else "ScholarlyArticle" if each.doi or each.issn else "CreativeWork"
    return _TYPES[each.kind]


def node(each: Description, related: Sequence[Related] = ()) -> dict[str, Any]:
    """The document, with `@context`; what is unknown is left out."""
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": each.permalink,
        "@type": type_of(each),
        "url": each.permalink,
        "name": each.title,
        "headline": each.title,
        "alternativeHeadline": each.subtitle,
        "abstract": each.abstract,
        "genre": each.kind_label,
        "inLanguage": each.language,
        "datePublished": each.iso_date or each.first_published_at.date().isoformat(),
        "dateModified": each.published_at.isoformat(),
        "version": each.version,
        "author": [_author(author) for author in each.authors],
        "publisher": _organisation(each.publisher),
        "contributor": [_organisation(name) for name in each.partners],
        "funder": [_organisation(name) for name in each.funders],
        "maintainer": _organisation(each.centre.name),
        "keywords": list(each.keywords),
        "about": [{"@type": "DefinedTerm", "termCode": theme.code, "name": theme.label} for theme in each.themes],
        "spatialCoverage": [
            {"@type": _PLACES.get(place.kind, "Place"), "identifier": place.code, "name": place.label} for place in each.territories
        ],
        "audience": [{"@type": "Audience", "audienceType": public} for public in each.publics],
        "identifier": _identifiers(each),
        "isAccessibleForFree": not each.members_only,
        "conditionsOfAccess": "Réservé au réseau du centre de ressources." if each.members_only else "",
        "license": each.licence_url,
        "copyrightNotice": "" if each.licence_url else "Tous droits réservés",
        "materialExtent": each.extent,
        "citation": [{"@type": "CreativeWork", "name": label, "url": url} for url, label in each.links],
        "encoding": [_file(file) for file in each.attachments],
    }
    for name, others in _relations(related).items():
        told[name] = [*told.get(name, []), *others]
    told |= _of_its_own(each)
    return {name: value for name, value in told.items() if value not in ("", None, [], {})}


def written(node: Mapping[str, Any]) -> bytes:
    """JSON that may stand inside a page's `<script>`: no `<` is left to close it."""
    return orjson.dumps(node).replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def _of_its_own(each: Description) -> dict[str, Any]:
    """What its type adds."""
    kind = type_of(each)
    if kind == "Report":
        return {"reportNumber": each.reference}
    if kind == "VideoObject":
        first = each.links[0][0] if each.links else None
        return {
            "description": each.abstract,
            "uploadDate": each.first_published_at.isoformat(),
            "duration": each.duration,
            "sameAs": first,
        }
    if kind == "Legislation":
        return {"legislationDate": each.iso_date if len(each.dated) == 3 else None}
    if kind == "Book":
        return {"isbn": each.isbn, "numberOfPages": each.pages}
    if kind == "FAQPage":
        answer = {"@type": "Answer", "text": each.abstract}
        return {"mainEntity": {"@type": "Question", "name": each.title, "acceptedAnswer": answer}} if each.abstract else {}
    return {}


def _relations(related: Sequence[Related]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for other in related:
        name = _RELATIONS.get((other.kind, other.direction))
        if name:
            found.setdefault(name, []).append(
                {"@type": "CreativeWork", "@id": other.permalink, "url": other.permalink, "name": other.title}
            )
    return found


def _identifiers(each: Description) -> list[dict[str, str]]:
    told = [("reference", each.reference), ("DOI", each.doi), ("ISBN", each.isbn), ("ISSN", each.issn)]
    found = [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in told if value]
    return found + [{"@type": "PropertyValue", "value": value} for value in each.other_identifiers]


def _author(author: Author) -> dict[str, str]:
    if not author.is_person:
        return _organisation(author.name)
    return {"@type": "Person", "name": author.name, **({"jobTitle": author.role} if author.role else {})}


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name}


def _file(file: Attachment) -> dict[str, Any]:
    return {
        "@type": "MediaObject",
        "name": file.label,
        "contentUrl": file.address,
        "encodingFormat": file.media_type,
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }
