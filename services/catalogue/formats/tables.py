"""The catalogue as a table: a line for each document, cells that no spreadsheet takes for formulas. Pure."""

from collections.abc import Iterable, Sequence

from services.common import cells

from .descriptions import Description

COLUMNS = (
    "reference",
    "permalink",
    "kind",
    "kind_label",
    "title",
    "subtitle",
    "abstract",
    "language",
    "dated",
    "authors",
    "publishers",
    "theme_codes",
    "themes",
    "territory_codes",
    "territories",
    "publics",
    "keywords",
    "licence",
    "extent",
    "doi",
    "isbn",
    "issn",
    "identifiers",
    "links",
    "files",
    "centre_code",
    "centre",
    "versions",
    "first_published_at",
    "updated_at",
)
HEADER = (",".join(COLUMNS) + "\n").encode()


def lines(descriptions: Iterable[Description]) -> bytes:
    """RFC 4180 with line feeds, UTF-8, every cell quoted; several values in a cell stand apart by ` | `."""
    return cells.lines(map(_cells, descriptions), delimiter=",", end="\n", quoted=True)


def _cells(each: Description) -> Sequence[str]:
    return (
        each.reference,
        each.permalink,
        each.kind.value,
        each.kind_label,
        each.title,
        each.subtitle,
        each.abstract,
        each.language,
        each.iso_date,
        _several(author.name for author in each.authors),
        _several(each.publishers),
        _several(theme.code for theme in each.themes),
        _several(theme.label for theme in each.themes),
        _several(place.code for place in each.territories),
        _several(place.label for place in each.territories),
        _several(each.publics),
        _several(each.keywords),
        each.licence,
        each.extent,
        each.doi or "",
        each.isbn or "",
        each.issn or "",
        _several(each.other_identifiers),
        _several(url for url, _ in each.links),
        _several(file.address for file in each.attachments),
        each.centre.code,
        each.centre.name,
        str(each.version),
        each.first_published_at.isoformat(),
        each.published_at.isoformat(),
    )


def _several(values: Iterable[str]) -> str:
    return " | ".join(values)
