"""A document's citation as people paste it, after NF ISO 690 (2021) or APA (7th edition, as French usage adapts it). Pure.

A citation is a list of pieces, some in italics, some an address; the text and the HTML are both made from it.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import NamedTuple

from babel.dates import format_date

from services.common.language import day_in_words

from ..documents.schemas import DocumentKind
from .descriptions import Author, Description
from .names import person

_NBSP, _THIN = "\u00a0", "\u202f"
_QUOTED = re.compile(r'"([^"]+)"')
_BEFORE_HIGH = re.compile(r" +([;!?]+)")
_BETWEEN_LETTERS = re.compile(r"(?<=\w)'(?=\w)")
#: Kinds that are no publication in the usual sense: APA says what they are, between brackets.
_SAID_BY_APA = frozenset(DocumentKind) - {DocumentKind.OFFICIAL_TEXT, DocumentKind.REFERENCE}


class CitationStyle(Enum):
    """A citation style."""

    ISO_690 = "iso690"
    APA = "apa"


class _Look(Enum):
    PLAIN = "plain"
    ITALIC = "italic"
    ADDRESS = "address"


class Piece(NamedTuple):
    """A run of text and how it looks."""

    text: str
    look: _Look = _Look.PLAIN


class Citation(NamedTuple):
    """The same twice."""

    text: str
    html: str


def cite(each: Description, style: CitationStyle, *, today: date) -> Citation:
    """`today` is the reader's day in Paris: ISO 690 says when an address was consulted."""
    pieces = _STYLES[style](each, today)
    return Citation("".join(piece.text for piece in pieces), "".join(_as_html(piece) for piece in pieces))


def french(text: str) -> str:
    """Spaces that must not break, guillemets and apostrophes, as French prints them. What is not written is not added."""
    text = _QUOTED.sub(lambda found: f"« {found[1].strip()} »", text)
    text = _BEFORE_HIGH.sub(_THIN + r"\1", text)
    text = re.sub(r" +:(?= |$)", f"{_NBSP}:", text)
    text = re.sub(r"«[ \u00a0\u202f]*", f"«{_NBSP}", text)
    text = re.sub(r"[ \u00a0\u202f]*»", f"{_NBSP}»", text)
    return _BETWEEN_LETTERS.sub("’", text)


def _as_html(piece: Piece) -> str:
    safe = html.escape(piece.text)
    if piece.look is _Look.ITALIC:
        return f"<i>{safe}</i>"
    return f'<a href="{safe}">{safe}</a>' if piece.look is _Look.ADDRESS else safe


def _printed(text: str, each: Description) -> str:
    return french(text) if each.language == "fr" else text


def _iso690(each: Description, today: date) -> list[Piece]:
    """AUTHOR, Given et AUTHOR, Given. Title : subtitle [kind] [en ligne]. Publisher, date [consulté le …]. Extent. ISBN. Adresse."""
    names = [_iso690_name(author) if author.is_person else _printed(author.name, each) for author in each.authors]
    title = (
        french(f"{_printed(each.title, each)} : {_printed(each.subtitle, each)}") if each.subtitle else _printed(each.title, each)
    )
    pieces = [Piece(_stopped(_listed(names, most=3, last=" et "), " "))] if names else []
    pieces.append(Piece(title, _Look.ITALIC))
    pieces.append(Piece(f" [{french(each.kind_label.lower())} en ligne]. "))
    when = _in_words(each.dated) or "[sans date]"
    pieces.append(Piece(f"{_printed(each.publisher, each)}, {when} [consulté le {_day(today)}]. "))
    pieces += [Piece(_stopped(said, " ")) for said in _iso690_numbers(each)]
    address = f"https://doi.org/{each.doi}" if each.doi else each.permalink
    return [*pieces, Piece(french("Disponible à l'adresse : ")), Piece(address, _Look.ADDRESS)]


def _iso690_numbers(each: Description) -> list[str]:
    told = [each.extent.replace(" p", f"{_NBSP}p") if each.pages else each.extent]
    told += [f"ISBN{_NBSP}{each.isbn}"] if each.isbn else []
    told += [f"ISSN{_NBSP}{each.issn}"] if each.issn else []
    told += [f"Version{_NBSP}{each.version}"] if each.version > 1 else []
    return [said for said in told if said]


def _iso690_name(author: Author) -> str:
    name = person(author.name)
    return f"{name.family.upper()}, {name.given}" if name.given else name.family


def _apa(each: Description, today: date) -> list[Piece]:
    """Author, G., et Author, G. (2016, 14 septembre). Title (version 2) [Kind]. Publisher. Address"""
    names = [_apa_name(author) if author.is_person else _printed(author.name, each) for author in each.authors]
    leads = bool(names)
    first = _listed(names, most=20, last=", et " if len(names) > 1 else "") if leads else _printed(each.publisher, each)
    pieces = [Piece(f"{_stopped(first, ' ')}({_apa_date(each.dated)}). ")]
    pieces.append(
        Piece(french(f"{each.title} : {each.subtitle}") if _is_french_pair(each) else _printed(each.full_title, each), _Look.ITALIC)
    )
    number = f" (version{_NBSP}{each.version})" if each.version > 1 else ""
    kind = f" [{french(each.kind_label)}]" if each.kind in _SAID_BY_APA else ""
    closing = "" if not (number or kind) and each.full_title.endswith(("?", "!", "…", ".")) else "."
    pieces.append(Piece(f"{number}{kind}{closing} "))
    if leads and each.publisher not in [author.name for author in each.authors]:
        pieces.append(Piece(_stopped(_printed(each.publisher, each), " ")))
    address = f"https://doi.org/{each.doi}" if each.doi else each.permalink
    return [*pieces, Piece(address, _Look.ADDRESS)]


def _is_french_pair(each: Description) -> bool:
    return bool(each.subtitle) and each.language == "fr"


def _apa_name(author: Author) -> str:
    name = person(author.name)
    return f"{name.family}, {name.initials.replace(' ', _NBSP)}" if name.given else name.family


def _apa_date(dated: Sequence[int]) -> str:
    if not dated:
        return f"s.{_NBSP}d."
    if len(dated) == 1:
        return f"{dated[0]}"
    return f"{dated[0]}, {_in_words(dated).removesuffix(f'{_NBSP}{dated[0]}').removesuffix(f' {dated[0]}')}"


def _in_words(dated: Sequence[int]) -> str:
    """`14 septembre 2016`, `septembre 2016`, `2016`; the day does not leave its month."""
    if not dated:
        return ""
    if len(dated) == 1:
        return f"{dated[0]}"
    if len(dated) == 2:
        return f"{format_date(date(dated[0], dated[1], 1), 'MMMM', 'fr')} {dated[0]}"
    return _day(date(*dated))


def _day(day: date) -> str:
    return day_in_words(day).replace(" ", _NBSP, 1)


def _listed(names: Sequence[str], *, most: int, last: str) -> str:
    """All of them, or the first and « et al. »."""
    if len(names) > most:
        return f"{names[0]} et{_NBSP}al."
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def _stopped(text: str, after: str) -> str:
    """With one full stop, and no second one."""
    return f"{text}{after}" if text.endswith((".", "?", "!", "…")) else f"{text}.{after}"


_STYLES: Mapping[CitationStyle, Callable[[Description, date], list[Piece]]] = {
    CitationStyle.ISO_690: _iso690,
    CitationStyle.APA: _apa,
}
