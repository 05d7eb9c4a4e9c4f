"""What newsletters and their confirmations say. Pure: no database, no clock."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from markdown_it import MarkdownIt

from services.common.layout import QUIET, RULE, plain, sheet, visible

from ..subscriptions.letters import Told, document_html

#: No HTML of anybody's, no image: a mail loads nothing and tells nobody that it was opened.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|])")


class Letter(NamedTuple):
    subject: str
    text: str


@dataclass(frozen=True)
class Selected:
    """A document of the selection, and what the documentalist says of it (Markdown)."""

    told: Told
    comment: str = ""


@dataclass(frozen=True)
class Edition:
    """A newsletter whose documents were looked up. `pieces` are in order: documents, and paragraphs in Markdown."""

    subject: str
    centre: str
    introduction: str
    pieces: Sequence[Selected | str]
    online_url: str = ""


def as_html(edition: Edition, unsubscribe_url: str) -> str:
    parts = [f'<p class="quiet" style="{QUIET}">{escape(plain(edition.centre))}</p>', f"<h1>{escape(plain(edition.subject))}</h1>"]
    parts.append(_MARKDOWN.render(visible(edition.introduction)))
    for piece in edition.pieces:
        if isinstance(piece, str):
            parts.append(_MARKDOWN.render(visible(piece)))
            continue
        comment = _MARKDOWN.render(visible(piece.comment)) if piece.comment else ""
        parts.append(f'<ul style="list-style:none;padding:0;margin:20px 0">{document_html(piece.told)}</ul>{comment}')
    parts.append(f'<hr class="rule" style="{RULE}">')
    if edition.online_url:
        parts.append(f'<p class="quiet" style="{QUIET}"><a href="{escape(edition.online_url)}">Lire cette lettre en ligne</a></p>')
    parts.append(
        f'<p class="quiet" style="{QUIET}">Vous recevez cette lettre parce que votre adresse y a été abonnée et confirmée. '
        f'<a href="{escape(unsubscribe_url)}">Me désinscrire</a></p>'
    )
    return sheet(plain(edition.subject), "\n".join(parts))


def as_text(edition: Edition, unsubscribe_url: str) -> str:
    subject = plain(edition.subject)
    parts = [plain(edition.centre), f"{subject}\n{'=' * min(len(subject), 72)}"]
    if edition.introduction:
        parts.append(visible(edition.introduction))
    for piece in edition.pieces:
        if isinstance(piece, str):
            parts.append(visible(piece))
            continue
        told = piece.told
        lines = [f"* {plain(told.title)}", f"  {told.detail}", f"  {plain(told.abstract)}", f"  {told.url}"]
        parts.append("\n".join(line for line in lines if line.strip()))
        if piece.comment:
            parts.append(visible(piece.comment))
    parts.append("--")
    if edition.online_url:
        parts.append(f"Lire cette lettre en ligne : {edition.online_url}")
    parts.append(
        f"Vous recevez cette lettre parce que votre adresse y a été abonnée et confirmée.\nMe désinscrire : {unsubscribe_url}"
    )
    return "\n\n".join(parts) + "\n"


def as_markdown(edition: Edition) -> str:
    """The body of its archive in the catalogue."""
    parts = [edition.introduction]
    for piece in edition.pieces:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        told = piece.told
        parts += [f"[{_as_it_is(told.title)}]({told.url})", _as_it_is(told.abstract), piece.comment]
    return "\n\n".join(part for part in parts if part)


def confirmation(centre: str, url: str) -> Letter:
    name = plain(centre)
    return Letter(
        f"Confirmez votre abonnement – {name}",
        f"Bonjour,\n\nQuelqu'un, vous sans doute, a demandé à recevoir la lettre d'information de « {name} » à cette adresse.\n"
        f"Pour la recevoir, suivez ce lien dans les 48 heures et confirmez :\n\n{url}\n\n"
        "Si ce n'est pas vous, ne faites rien : sans confirmation, rien ne vous sera envoyé et votre adresse sera effacée.\n",
    )


def already_subscribed(centre: str, unsubscribe_url: str) -> Letter:
    name = plain(centre)
    return Letter(
        f"Vous êtes déjà abonné – {name}",
        f"Bonjour,\n\nCette adresse reçoit déjà la lettre d'information de « {name} » : il n'y a rien à faire.\n\n"
        f"Pour ne plus la recevoir : {unsubscribe_url}\n",
    )


def _as_it_is(text: str) -> str:
    """People's words inside Markdown, where none of their signs means anything."""
    return _SPECIAL.sub(r"\\\1", plain(text))
