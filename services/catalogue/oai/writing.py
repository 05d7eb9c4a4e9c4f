"""Answers of OAI-PMH 2.0, as XML. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from . import rules
from .schemas import ErrorCode, Refusal, Verb

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OAI_ID = "http://www.openarchives.org/OAI/2.0/oai-identifier"
DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_WHERE = f"{{{XSI}}}schemaLocation"

Element = etree._Element
#: The stubs know no default namespace.
_ROOT: Any = {None: OAI, "xsi": XSI}
_SCHEME: Any = {None: OAI_ID}


def answer(
    base_url: str, at: datetime, verb: Verb | None, arguments: Mapping[str, str], content: Iterable[Element] | Refusal
) -> bytes:
    """The whole document: what was asked, then what answers it, or the error."""
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap=_ROOT)
    root.set(_WHERE, f"{OAI} {OAI}OAI-PMH.xsd")
    _text(root, "responseDate", rules.stamp(at))
    request = _text(root, "request", base_url)
    illegal = isinstance(content, Refusal) and content.code in {ErrorCode.BAD_VERB, ErrorCode.BAD_ARGUMENT}
    # Arguments that were refused are not repeated (protocol, 3.6).
    if verb is not None and not illegal:
        request.set("verb", verb.value)
        for name, value in arguments.items():
            request.set(name, value)
    if isinstance(content, Refusal):
        _text(root, "error", content.said).set("code", content.code.value)
    elif verb is not None:
        etree.SubElement(root, _of(verb.value)).extend(content)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written


def identify(
    *, name: str, base_url: str, emails: Sequence[str], earliest: datetime, host: str, example: str | None
) -> list[Element]:
    """`example` is an identifier, None when the host is no domain name: oai-identifiers are made of one."""
    said = [
        ("repositoryName", name),
        ("baseURL", base_url),
        ("protocolVersion", "2.0"),
        *(("adminEmail", email) for email in emails),
        ("earliestDatestamp", rules.stamp(earliest)),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ]
    found = [_alone(tag, text) for tag, text in said]
    if example is not None:
        description = etree.Element(_of("description"))
        scheme = etree.SubElement(description, f"{{{OAI_ID}}}oai-identifier", nsmap=_SCHEME)
        scheme.set(_WHERE, f"{OAI_ID} http://www.openarchives.org/OAI/2.0/oai-identifier.xsd")
        parts = [("scheme", "oai"), ("repositoryIdentifier", host), ("delimiter", ":"), ("sampleIdentifier", example)]
        for tag, text in parts:
            etree.SubElement(scheme, f"{{{OAI_ID}}}{tag}").text = text
        found.append(description)
    return found


def formats() -> list[Element]:
    found = etree.Element(_of("metadataFormat"))
    for tag, text in (("metadataPrefix", rules.PREFIX), ("schema", DC_SCHEMA), ("metadataNamespace", OAI_DC)):
        _text(found, tag, text)
    return [found]


def a_set(spec: str, name: str) -> Element:
    found = etree.Element(_of("set"))
    _text(found, "setSpec", spec)
    _text(found, "setName", name)
    return found


def header(identifier: str, stamp: datetime, specs: Sequence[str], *, deleted: bool) -> Element:
    found = etree.Element(_of("header"))
    if deleted:
        found.set("status", "deleted")
    for tag, text in [("identifier", identifier), ("datestamp", rules.stamp(stamp)), *(("setSpec", spec) for spec in specs)]:
        _text(found, tag, text)
    return found


def record(head: Element, dublin_core: Sequence[tuple[str, str]] | None) -> Element:
    """`dublin_core` is None when the document is deleted."""
    found = etree.Element(_of("record"))
    found.append(head)
    if dublin_core is not None:
        metadata = etree.SubElement(found, _of("metadata"))
        described = etree.SubElement(metadata, f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC})
        described.set(_WHERE, f"{OAI_DC} {DC_SCHEMA}")
        for name, text in dublin_core:
            etree.SubElement(described, f"{{{DC}}}{name}").text = rules.clean(text)
    return found


def resumption(token: str, *, cursor: int, size: int | None, expires_at: datetime) -> Element:
    """An empty token ends a list that came in several pages."""
    found = etree.Element(_of("resumptionToken"))
    found.set("cursor", str(cursor))
    if size is not None:
        found.set("completeListSize", str(size))
    if token:
        found.set("expirationDate", rules.stamp(expires_at))
        found.text = token
    return found


def _of(tag: str) -> str:
    return f"{{{OAI}}}{tag}"


def _alone(tag: str, text: str) -> Element:
    found = etree.Element(_of(tag))
    found.text = rules.clean(text)
    return found


def _text(parent: Element, tag: str, text: str) -> Any:
    found = etree.SubElement(parent, _of(tag))
    found.text = rules.clean(text)
    return found
