"""Other people's readers of what the room writes: pybtex, rispy, pyld with contexts of our own so that no network is needed."""

import json
from typing import Any

import rispy
from pybtex.database import BibliographyData, parse_string
from pyld import jsonld

#: Every term of schema.org the room may write. A term that is not here disappears when it is expanded, which tests see.
_SCHEMA_TERMS = """
    CreativeWork Report Collection PresentationDigitalDocument VideoObject Legislation PublicationIssue FAQPage Book ScholarlyArticle
    Person Organization DefinedTerm Place AdministrativeArea City Audience PropertyValue MediaObject Question Answer
    url name headline alternativeHeadline abstract genre inLanguage datePublished dateModified version author publisher contributor
    funder maintainer keywords about spatialCoverage audience identifier isAccessibleForFree conditionsOfAccess license
    copyrightNotice materialExtent citation encoding isPartOf hasPart isBasedOn subjectOf mentions reportNumber description uploadDate
    duration sameAs legislationDate isbn numberOfPages mainEntity acceptedAnswer text jobTitle termCode audienceType propertyID value
    contentUrl encodingFormat contentSize sha256
"""
_ADDRESSES = {"url", "license", "sameAs", "contentUrl"}
_COMMANDS = {
    r"\textbackslash{}": "\\",
    r"\textbraceleft{}": "{",
    r"\textbraceright{}": "}",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    **{f"\\{sign}": sign for sign in "%#&_$"},
}


def bibtex(text: str) -> BibliographyData:
    return parse_string(text, "bibtex")


def printed(value: str) -> str:
    """What LaTeX prints of a field: its protecting braces gone, its commands done, read from left to right."""
    value = value[1:-1] if value.startswith("{") and value.endswith("}") else value
    done = ""
    while value:
        command = next((each for each in _COMMANDS if value.startswith(each)), None)
        assert command or value[0] not in "\\{}", value
        done += _COMMANDS[command] if command else value[0]
        value = value[len(command) if command else 1 :]
    return done


def ris(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rispy.loads(text)
    return found


def expanded(document: Any) -> Any:
    """JSON-LD, expanded; only schema.org's context may be asked, and is ours."""
    context: dict[str, Any] = {
        term: {"@id": f"http://schema.org/{term}", **({"@type": "@id"} if term in _ADDRESSES else {})}
        for term in _SCHEMA_TERMS.split()
    }

    def load(url: str, options: Any) -> dict[str, Any]:
        assert url.rstrip("/") == "https://schema.org", url
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": {"@context": context}}

    return jsonld.expand(document, {"documentLoader": load})


def terms(document: Any) -> int:
    """How many properties a JSON-LD document says, in its nodes and below."""
    if isinstance(document, list):
        return sum(terms(each) for each in document)
    if not isinstance(document, dict) or "@value" in document:
        return 0
    own = {name: value for name, value in document.items() if name != "@context"}
    return sum(not name.startswith("@") for name in own) + sum(terms(value) for value in own.values())


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
