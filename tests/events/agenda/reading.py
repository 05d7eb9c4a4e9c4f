"""Another's reader of what the agenda writes as linked data: pyld, with a context of our own so that no network is needed."""

from typing import Any

from pyld import jsonld

#: Every term of schema.org an event may say. A term that is not here disappears when it is expanded, which tests see.
_TERMS = """
    Event EventSeries Place VirtualLocation PostalAddress GeoCoordinates Organization Person Offer Audience
    name url identifier description inLanguage keywords eventStatus eventAttendanceMode startDate endDate previousStartDate
    organizer contributor funder performer audience audienceType isAccessibleForFree offers price priceCurrency availability
    validFrom subEvent location address streetAddress postalCode addressLocality addressCountry geo latitude longitude email
    jobTitle affiliation
"""
_ADDRESSES = {"url", "eventStatus", "eventAttendanceMode", "availability"}
SCHEMA = "http://schema.org/"


def expanded(document: Any) -> dict[str, Any]:
    """The one node the document describes, expanded."""
    context: dict[str, Any] = {
        term: {"@id": SCHEMA + term, **({"@type": "@id"} if term in _ADDRESSES else {})} for term in _TERMS.split()
    }

    def load(url: str, options: Any) -> dict[str, Any]:
        assert url.rstrip("/") == "https://schema.org", url
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": {"@context": context}}

    (node,) = jsonld.expand(document, {"documentLoader": load})
    found: dict[str, Any] = node
    return found


def said(node: dict[str, Any], term: str) -> list[Any]:
    """Values or addresses of a property."""
    return [each.get("@value", each.get("@id", each)) for each in node.get(SCHEMA + term, [])]


def terms(document: Any) -> int:
    """How many properties a document says, in its nodes and below."""
    if isinstance(document, list):
        return sum(terms(each) for each in document)
    if not isinstance(document, dict) or "@value" in document:
        return 0
    own = {name: value for name, value in document.items() if name != "@context"}
    return sum(not name.startswith("@") for name in own) + sum(terms(value) for value in own.values())
