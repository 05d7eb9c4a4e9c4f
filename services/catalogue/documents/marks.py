"""What tells a document whatever its wording: its DOI, ISBN, address, or title with its year and first author. Pure."""

import hashlib
import re
from urllib.parse import urlsplit

from stdnum import isbn

from services.common.texts import fold

from .schemas import DocumentContent

_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s\"<>]+", re.IGNORECASE)
_ISBN = re.compile(r"(?<![0-9])(?:97[89][\s-]?)?[0-9](?:[\s-]?[0-9]){8}[\s-]?[0-9X](?![0-9])", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
#: A document that lists resources is not each of them: only its first addresses are its own.
_OWN_LINKS = 3


def of(content: DocumentContent) -> list[str]:
    """`doi:…`, `isbn:…`, `url:<digest>`, `title:<digest>`: two documents with one in common may be the same."""
    addresses = [link.url for link in content.links[:_OWN_LINKS]]
    found = {mark for text in [*content.identifiers, *addresses] for mark in _identifiers(text)}
    found |= {address(url) for url in addresses}
    authors = [author.name for author in content.authors] + [organisation.name for organisation in content.organisations]
    if content.dated and authors:
        title = " ".join(_WORDS.findall(fold(content.title)))
        # The order of a person's names is not theirs alone to decide: « Camille Exemple », « EXEMPLE, Camille ».
        author = " ".join(sorted(_WORDS.findall(fold(authors[0]))))
        found.add(_digested("title", f"{title}|{content.dated[:4]}|{author}"))
    return sorted(found)


def address(url: str) -> str:
    """The mark of a web address: neither the scheme, `www.`, a final slash nor a fragment makes it another page."""
    parts = urlsplit(url)
    host = parts.netloc.lower().removeprefix("www.")
    return _digested("url", f"{host}{parts.path.rstrip('/')}?{parts.query}")


def _identifiers(text: str) -> set[str]:
    found = {f"doi:{match[0].lower().rstrip('.,;)')}"[:300] for match in _DOI.finditer(text)}
    if text.lower().startswith("http"):
        return found
    for match in _ISBN.finditer(text):
        if isbn.is_valid(match[0]):
            found.add(f"isbn:{isbn.to_isbn13(isbn.compact(match[0]))}".replace("-", ""))
    return found


def _digested(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
