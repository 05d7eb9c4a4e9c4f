"""Sitemaps (sitemaps.org 0.9), written by pieces. Pure."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from xml.sax.saxutils import escape

from services.common.clock import in_paris

INDEX = "/catalogue/sitemap.xml"
PARTS = "/catalogue/sitemaps"
#: The protocol's own limit. A part weighs 7 MB at most, of the 50 it may.
MOST = 50_000
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

URLS_BEGIN = f"{_XML}<urlset {_NAMESPACE}>\n".encode()
URLS_END = b"</urlset>\n"


def urls(rows: Iterable[tuple[str, datetime]]) -> bytes:
    """(permalink, when it last changed for readers) of a batch."""
    return "".join(f"<url><loc>{escape(address)}</loc><lastmod>{_instant(at)}</lastmod></url>\n" for address, at in rows).encode()


def index(parts: Iterable[tuple[UUID, datetime]], public_url: str) -> bytes:
    """(first document, latest change) of each part."""
    told = "".join(
        f"<sitemap><loc>{escape(f'{public_url}{PARTS}/{first}.xml')}</loc><lastmod>{_instant(at)}</lastmod></sitemap>\n"
        for first, at in parts
    )
    return f"{_XML}<sitemapindex {_NAMESPACE}>\n{told}</sitemapindex>\n".encode()


def _instant(at: datetime) -> str:
    return in_paris(at).isoformat(timespec="seconds")
