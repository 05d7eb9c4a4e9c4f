"""One bibliographic description of a document, from which every format is made. Pure: no database, no clock, no I/O.

Texts in it stand on one line, without control nor direction-changing characters, so that no format is broken by what was typed.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ..documents.schemas import DocumentKind, DocumentLicence, OrganisationRole
from ..documents.signposts import LICENCE_URLS

#: They turn the reading direction of all that follows: the title would disguise its neighbours.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cs"})

_DOI = re.compile(r"\b(10\.[0-9]{4,9}/[^\s\"<>{}]+)")
_ISBN = re.compile(r"(?<![0-9])((?:97[89][- ]?)?(?:[0-9][- ]?){9}[0-9Xx])(?![0-9])")
_ISSN = re.compile(r"\b([0-9]{4}-[0-9]{3}[0-9Xx])\b")
_PAGES = re.compile(r"\b([0-9]{1,5})\s*(?:p\b|pages?\b|pp\b)", re.IGNORECASE)
_LASTS = re.compile(
    r"(?:([0-9]{1,3})\s*h(?:eures?)?\s*)?(?:([0-9]{1,3})\s*(?:min(?:utes?)?|mn|')?\s*)?(?:([0-9]{1,2})\s*(?:s|sec|\"))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Author:
    """A person (`name` as it was typed), or an organisation, that answers for what is written."""

    name: str
    is_person: bool
    role: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file of the document that is served; `size` in bytes, `sha256` in hexadecimal."""

    address: str
    label: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Named:
    """A theme, or a territory with its kind."""

    code: str
    label: str
    kind: str = ""


@dataclass(frozen=True)
class Centre:
    """Whose document it is."""

    id: UUID
    code: str
    name: str


@dataclass(frozen=True)
class Description:
    """What every format says of a document. `dated` is (year), (year, month) or (year, month, day); empty when unknown."""

    id: UUID
    reference: str
    kind: DocumentKind
    kind_label: str
    permalink: str
    title: str
    subtitle: str
    abstract: str
    language: str
    dated: tuple[int, ...]
    authors: Sequence[Author]
    publishers: Sequence[str]
    partners: Sequence[str]
    funders: Sequence[str]
    keywords: Sequence[str]
    publics: Sequence[str]
    themes: Sequence[Named]
    territories: Sequence[Named]
    licence: str
    licence_url: str | None
    members_only: bool
    extent: str
    doi: str | None
    isbn: str | None
    issn: str | None
    other_identifiers: Sequence[str]
    links: Sequence[tuple[str, str]]
    attachments: Sequence[Attachment]
    centre: Centre
    version: int
    first_published_at: datetime
    published_at: datetime

    @property
    def full_title(self) -> str:
        return f"{self.title} : {self.subtitle}" if self.subtitle else self.title

    @property
    def publisher(self) -> str:
        """Who publishes it: the organisation said to, otherwise the centre."""
        return self.publishers[0] if self.publishers else self.centre.name

    @property
    def iso_date(self) -> str:
        """`2016`, `2016-09` or `2016-09-14`; empty when unknown."""
        return "-".join(f"{part:0{4 if place == 0 else 2}d}" for place, part in enumerate(self.dated))

    @property
    def pages(self) -> int | None:
        found = _PAGES.search(self.extent)
        return int(found[1]) if found else None

    @property
    def duration(self) -> str | None:
        """ISO 8601, of what lasts: `1 h 32` → `PT1H32M`."""
        found = _LASTS.fullmatch(self.extent.strip())
        if not found or not any(found.groups()) or (found[2] and not found[1] and self.extent.strip().isdigit()):
            return None
        return "PT" + "".join(f"{int(part)}{unit}" for part, unit in zip(found.groups(), "HMS", strict=True) if part)


def one_line(text: str) -> str:
    """The text on one line, its spaces single, without what is not seen or turns the line."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or not _is_unseen(c))
    return " ".join(kept.split())


def _is_unseen(character: str) -> bool:
    # The last two of each plane, and thirty-two more, are no characters at all: XML refuses them.
    nothing = ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
    return nothing or character in _TURNING or unicodedata.category(character) in _UNSEEN


def describe(
    row: Mapping[str, Any],
    *,
    permalink: str,
    kind_label: str,
    themes: Mapping[str, str],
    territories: Mapping[str, tuple[str, str]],
    attachments: Sequence[Attachment] = (),
) -> Description:
    """Of a document's face. `themes` gives labels by code, `territories` (label, kind); a code that has none stands for itself."""
    content = row["content"]
    by_role: dict[str, list[str]] = {role.value: [] for role in OrganisationRole}
    for organisation in content["organisations"]:
        by_role[organisation["role"]].append(one_line(organisation["name"]))
    persons = [
        Author(one_line(author["name"]), is_person=True, role=one_line(author["role"]) if author["role"] else None)
        for author in content["authors"]
    ]
    organisations = [Author(name, is_person=False) for name in by_role[OrganisationRole.AUTHOR.value]]
    found = identifiers(content["identifiers"])
    licence = DocumentLicence(content["licence"])
    return Description(
        id=row["id"],
        reference=row["reference"],
        kind=DocumentKind(row["kind"]),
        kind_label=kind_label,
        permalink=permalink,
        title=one_line(content["title"]),
        subtitle=one_line(content["subtitle"] or ""),
        abstract=one_line(content["abstract"]),
        language=content["language"],
        dated=tuple(int(part) for part in content["dated"].split("-")) if content["dated"] else (),
        authors=[*persons, *organisations],
        publishers=by_role[OrganisationRole.PUBLISHER.value],
        partners=by_role[OrganisationRole.PARTNER.value],
        funders=by_role[OrganisationRole.FUNDER.value],
        keywords=[one_line(word) for word in content["keywords"]],
        publics=content["publics"],
        themes=[Named(code, themes.get(code, code)) for code in content["theme_codes"]],
        territories=[Named(code, *territories.get(code, (code, ""))) for code in content["territory_codes"]],
        licence=licence.value,
        licence_url=LICENCE_URLS.get(licence),
        members_only=row["access"] == "members",
        extent=one_line(content["extent"] or ""),
        doi=found.doi,
        isbn=found.isbn,
        issn=found.issn,
        other_identifiers=found.others,
        links=[(link["url"], one_line(link["label"])) for link in content["links"]],
        attachments=attachments,
        centre=Centre(row["centre_id"], row["centre_code"], one_line(row["centre_name"])),
        version=row["published_version"],
        first_published_at=row["first_published_at"],
        published_at=row["published_at"],
    )


@dataclass(frozen=True)
class Identifiers:
    """What documentalists wrote as identifiers, sorted out; the first of each sort is kept, the rest stay as they are."""

    doi: str | None
    isbn: str | None
    issn: str | None
    others: Sequence[str]


def identifiers(written: Sequence[str]) -> Identifiers:
    """`DOI 10.…`, `https://doi.org/10.…`, `ISBN 978-…`, `ISSN 1234-5678`. Figures that no word announces are an ISBN only if their
    check digit says so."""
    kept: dict[str, str] = {}
    others = []
    for text in (one_line(each) for each in written):
        name, value = _sorted(text)
        if name and value and name not in kept:
            kept[name] = value
        elif text:
            others.append(text)
    return Identifiers(kept.get("doi"), kept.get("isbn"), kept.get("issn"), others)


def _sorted(text: str) -> tuple[str, str]:
    doi = _DOI.search(text)
    if doi:
        return "doi", doi[1].rstrip(".,;)")
    announced = text.casefold()
    isbn = _ISBN.search(text)
    if isbn and ("isbn" in announced or _is_isbn(isbn[1])):
        return "isbn", isbn[1].replace(" ", "-").upper()
    issn = _ISSN.search(text)
    if issn and ("issn" in announced or text == issn[0]):
        return "issn", issn[1].upper()
    return "", ""


def _is_isbn(text: str) -> bool:
    """Whether the check digit agrees (ISO 2108)."""
    figures = [10 if c in "Xx" else int(c) for c in text if c.isdigit() or c in "Xx"]
    if len(figures) == 13 and 10 not in figures:
        return sum(figure * (1, 3)[place % 2] for place, figure in enumerate(figures)) % 10 == 0
    return len(figures) == 10 and sum(figure * (10 - place) for place, figure in enumerate(figures)) % 11 == 0
