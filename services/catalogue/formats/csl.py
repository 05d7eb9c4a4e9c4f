"""CSL-JSON 1.0, which citation processors (citeproc) are given. Pure."""

from collections.abc import Iterable
from typing import Any

from ..documents.schemas import DocumentKind
from .descriptions import Author, Description
from .names import person

_TYPES = {
    DocumentKind.PRESENTATION: "speech",
    DocumentKind.VIDEO: "motion_picture",
    DocumentKind.OFFICIAL_TEXT: "legislation",
    DocumentKind.NEWSLETTER: "article",
    DocumentKind.REFERENCE: "article",
    DocumentKind.FAQ: "webpage",
}


def items(descriptions: Iterable[Description]) -> list[dict[str, Any]]:
    return [_item(each) for each in descriptions]


def _item(each: Description) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": each.reference,
        "type": "book" if each.isbn else _TYPES.get(each.kind, "report"),
        "title": each.full_title,
        "title-short": each.title if each.subtitle else "",
        "author": [_name(author) for author in each.authors],
        "publisher": each.publisher,
        "issued": {"date-parts": [list(each.dated)]} if each.dated else {},
        "genre": each.kind_label,
        "number": each.reference,
        "language": each.language,
        "DOI": each.doi,
        "ISBN": each.isbn,
        "ISSN": each.issn,
        "URL": each.permalink,
        "number-of-pages": each.pages,
        "dimensions": each.extent if each.duration else "",
        "keyword": ", ".join(each.keywords),
        "abstract": each.abstract,
        "source": each.centre.name,
        "version": str(each.version),
    }
    return {name: value for name, value in told.items() if value}


def _name(author: Author) -> dict[str, str]:
    name = person(author.name) if author.is_person else None
    return {"family": name.family, "given": name.given} if name and name.given else {"literal": author.name}
