"""What a source answers, read with suspicion: OAI-PMH 2.0 as it should be, as it often is, and as it must not be. Pure.

Elements are told by their local name: half of the repositories get namespaces wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));")
_DECLARED = re.compile(rb"^[\s\xef\xbb\xbf]*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_MOST_ELEMENTS = 500
_LONGEST_TEXT = 20_000
_LONGEST_SAID = 400
DUBLIN_CORE = frozenset(
    [
        "title",
        "creator",
        "subject",
        "description",
        "publisher",
        "contributor",
        "date",
        "type",
        "format",
        "identifier",
        "source",
        "language",
        "relation",
        "coverage",
        "rights",
    ]
)

Element = etree._Element


class Unreadable(Exception):
    """The answer is no OAI-PMH. `code`: `not_oai` (a page of HTML, anything else), `hostile_xml` (entities)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Record:
    """A record as it came. `described` is (element, text) of its Dublin Core."""

    identifier: str
    datestamp: str
    deleted: bool
    described: list[tuple[str, str]] = field(default_factory=list)

    @property
    def title(self) -> str | None:
        return next((text for name, text in self.described if name == "title"), None)


@dataclass(frozen=True)
class Listing:
    """A page of a list, or the error that answers."""

    response_date: str | None
    records: list[Record]
    token: str | None
    error: tuple[str, str] | None
    warnings: list[str]


def listing(content: bytes) -> Listing:
    """A page of ListRecords; raises `Unreadable`."""
    root, warnings = _root(content)
    error = next(_named(root, "error"), None)
    body = next(_named(root, "ListRecords"), None)
    if body is None and error is None:
        raise Unreadable("not_oai", f"<{_local(root)}>")
    records = [_record(each) for each in _named(body, "record")] if body is not None else []
    token = _text(body, "resumptionToken") if body is not None else None
    said = (error.get("code") or "unknown", (error.text or "").strip()[:_LONGEST_SAID]) if error is not None else None
    return Listing(_text(root, "responseDate"), records, token or None, said, warnings)


def counts_in_days(content: bytes) -> bool:
    """Whether the source dates by the day, from its Identify; raises `Unreadable`."""
    root, _ = _root(content)
    body = next(_named(root, "Identify"), None)
    if body is None:
        error = next(_named(root, "error"), None)
        raise Unreadable("not_oai", (error.get("code") or "") if error is not None else f"<{_local(root)}>")
    return "T" not in (_text(body, "granularity") or "")


def _record(element: Element) -> Record:
    header = next(_named(element, "header"), None)
    if header is None:
        return Record("", "", False)
    metadata = next(_named(element, "metadata"), None)
    described = []
    if metadata is not None:
        for each in metadata.iter(etree.Element):
            name, text = _local(each), _paragraphs("".join(map(str, each.itertext())))
            if name in DUBLIN_CORE and text:
                described.append((name, text[:_LONGEST_TEXT]))
            if len(described) == _MOST_ELEMENTS:
                break
    deleted = (header.get("status") or "").strip().lower() == "deleted"
    return Record(_text(header, "identifier") or "", (_text(header, "datestamp") or "")[:40], deleted, described)


def _paragraphs(text: str) -> str:
    """Blank lines part paragraphs; other line ends are the source's indentation."""
    parts = (" ".join(part.split()) for part in _BLANK_LINE.split(text))
    return "\n\n".join(part for part in parts if part)


def _root(content: bytes) -> tuple[Element, list[str]]:
    """The root element, and what had to be forgiven to read it."""
    if b"<!ENTITY" in content:
        raise Unreadable("hostile_xml")
    warnings: list[str] = []
    declared = _DECLARED.match(content)
    encoding = None
    if declared and declared[1].lower() not in {b"utf-8", b"utf8"} and not content.isascii() and _is_utf_8(content):
        encoding = "utf-8"
        warnings.append("encoding")
    root = _parsed(content, encoding)
    if root is None and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        mended = _REFERENCE.sub(_kept, _CONTROL.sub(b"", content))
        if mended != content:
            warnings.append("forbidden_characters")
        root = _parsed(mended, encoding)
        if root is None and not _is_utf_8(mended):
            warnings.append("encoding")
            root = _parsed(mended, "windows-1252")
    if root is None:
        raise Unreadable("not_oai", _beginning(content))
    tree = root.getroottree()
    if _local(root).lower() == "html":
        raise Unreadable("not_oai", _beginning(content))
    if tree.docinfo.internalDTD is not None:
        raise Unreadable("hostile_xml")
    if _local(root) != "OAI-PMH":
        raise Unreadable("not_oai", f"<{_local(root)}>")
    return root, warnings


def _parsed(content: bytes, encoding: str | None) -> Element | None:
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        found: Element | None = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    return found


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _kept(reference: "re.Match[bytes]") -> bytes:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    legal = code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return reference[0] if legal else b""


def _beginning(content: bytes) -> str:
    """The first words of something that is no OAI-PMH, for the report."""
    return " ".join(content[:200].decode("utf-8", "replace").replace("\0", "").split())[:100]


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _named(parent: Element, name: str) -> Iterator[Element]:
    return (each for each in parent if _local(each) == name)


def _text(parent: Element, name: str) -> str | None:
    found = next(_named(parent, name), None)
    return "".join(map(str, found.itertext())).strip() if found is not None else None
