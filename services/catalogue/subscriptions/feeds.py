"""Atom 1.0 (RFC 4287) and RSS 2.0, written. Pure: no database, no clock, no I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from lxml import etree

from services.common.clock import in_paris

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml"}
#: What XML 1.0 cannot say (§2.2), and what it advises against.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `id` never changes (`urn:uuid:…`)."""

    id: str
    title: str
    summary: str
    url: str
    updated: datetime
    published: datetime
    author: str
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class Feed:
    """What a reader subscribes to; the newest entry first. `since` dates it while it is empty."""

    id: str
    title: str
    self_url: str
    page_url: str
    author: str
    since: datetime
    entries: Sequence[Entry] = field(default_factory=list)

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=self.since)


def write(feed: Feed, how: str) -> bytes:
    """The feed as `atom` or `rss`, in UTF-8."""
    root = _atom(feed) if how == "atom" else _rss(feed)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


def clean(text: str) -> str:
    """The text without the characters XML forbids."""
    return _FORBIDDEN.sub("", text)


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    child = etree.SubElement(parent, name, {key: clean(value) for key, value in attributes.items()})
    if text is not None:
        child.text = clean(text)
    return child


def _instant(at: datetime) -> str:
    return in_paris(at).isoformat(timespec="seconds")


def _atom(feed: Feed) -> Any:
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        return _add(parent, f"{{{ATOM}}}{name}", text, **attributes)

    add(root, "id", feed.id)
    add(root, "title", feed.title)
    add(root, "updated", _instant(feed.updated))
    add(root, "link", rel="self", type=MEDIA_TYPES["atom"], href=feed.self_url)
    add(root, "link", rel="alternate", href=feed.page_url)
    add(add(root, "author"), "name", feed.author)
    for each in feed.entries:
        entry = add(root, "entry")
        add(entry, "id", each.id)
        add(entry, "title", each.title or "—")
        add(entry, "link", rel="alternate", href=each.url)
        add(entry, "updated", _instant(each.updated))
        add(entry, "published", _instant(each.published))
        add(add(entry, "author"), "name", each.author)
        add(entry, "summary", each.summary)
        for category in each.categories:
            add(entry, "category", term=category)
    return root


def _rss(feed: Feed) -> Any:
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM})
    channel = _add(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.page_url)
    _add(channel, "description", feed.title)
    _add(channel, "language", "fr")
    _add(channel, "lastBuildDate", _rfc822(feed.updated))
    _add(channel, f"{{{ATOM}}}link", rel="self", type=MEDIA_TYPES["rss"], href=feed.self_url)
    for each in feed.entries:
        item = _add(channel, "item")
        _add(item, "title", each.title or "—")
        _add(item, "link", each.url)
        _add(item, "description", each.summary)
        _add(item, "guid", each.id, isPermaLink="false")
        _add(item, "pubDate", _rfc822(each.updated))
        for category in each.categories:
            _add(item, "category", category)
    return root


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)
