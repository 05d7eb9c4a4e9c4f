"""RIS, read by Zotero, EndNote and library catalogues. Pure."""

from collections.abc import Iterable
from typing import Any

import rispy

from ..documents.schemas import DocumentKind
from .descriptions import Description
from .names import person

_TYPES = {
    DocumentKind.PRESENTATION: "SLIDE",
    DocumentKind.VIDEO: "VIDEO",
    DocumentKind.OFFICIAL_TEXT: "STAT",
    DocumentKind.NEWSLETTER: "NEWS",
    DocumentKind.REFERENCE: "GEN",
    DocumentKind.FAQ: "ELEC",
}


class _Writer(rispy.RisWriter):  # type: ignore[misc]
    """Without the number before each reference, which is no part of the format; lines end as its specification says."""

    NEWLINE = "\r\n"

    def set_header(self, count: int) -> str:
        return ""


def written(descriptions: Iterable[Description]) -> str:
    text: str = _Writer().formats([_reference(each) for each in descriptions])
    return text


def _reference(each: Description) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type_of_reference": "BOOK" if each.isbn else _TYPES.get(each.kind, "RPRT"),
        "id": each.reference,
        "authors": [person(author.name).inverted if author.is_person else author.name for author in each.authors],
        "title": each.full_title,
        "publisher": each.publisher,
        "type_of_work": each.kind_label,
        "year": f"{each.dated[0]:04d}" if each.dated else "",
        # `YYYY/MM/DD/other`: what is unknown is left empty between its strokes.
        "date": "/".join([*each.iso_date.split("-"), "", "", ""][:3]) + "/" if each.dated else "",
        "language": each.language,
        "doi": each.doi or "",
        "issn": each.isbn or each.issn or "",
        "start_page": str(each.pages or ""),
        "edition": str(each.version),
        "keywords": list(each.keywords),
        "abstract": each.abstract,
        "database_provider": each.centre.name,
        "urls": [each.permalink],
    }
    return {name: value for name, value in told.items() if value}
