"""What the catalogue writes to who asked to be told. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from services.common.layout import QUIET, RULE, plain, sheet


@dataclass(frozen=True)
class Told:
    """One document of a mail. `kind`, `centre` and `day` are said under its title; `news` is what happened to it."""

    title: str
    url: str
    detail: str
    abstract: str = ""
    news: str = ""


@dataclass(frozen=True)
class Chapter:
    """A saved search, or the followed documents. `ends_at` ends this one alone."""

    title: str
    documents: Sequence[Told]
    more: bool = False
    ends_at: str = ""


@dataclass(frozen=True)
class Digest:
    """One mail to one person."""

    chapters: Sequence[Chapter]
    unsubscribe_url: str
    count: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", sum(len(chapter.documents) for chapter in self.chapters))

    @property
    def subject(self) -> str:
        if self.count == 1:
            return f"Du nouveau : {plain(self.chapters[0].documents[0].title, 80)}"
        return f"{self.count} nouveautés dans le catalogue"


_MORE = "D'autres documents correspondent : retrouvez-les dans le catalogue."
_WHY = (
    "Vous recevez ce courriel parce que vous avez enregistré une recherche ou suivi un document. "
    "Il ne parle que de documents publics : connectez-vous pour voir aussi ceux réservés aux membres du réseau."
)


def as_text(digest: Digest) -> str:
    lines = ["Bonjour,", "", "Voici ce qui est nouveau depuis le dernier courriel.", ""]
    for chapter in digest.chapters:
        title = plain(chapter.title)
        lines += [title, "-" * min(len(title), 72), ""]
        for each in chapter.documents:
            lines += [f"* {plain(each.title)}", f"  {each.detail}"]
            lines += [f"  {plain(said)}" for said in (each.news, each.abstract) if said]
            lines += [f"  {each.url}", ""]
        if chapter.more:
            lines += [_MORE, ""]
        if chapter.ends_at:
            lines += [f"Ne plus recevoir cette recherche : {chapter.ends_at}", ""]
    lines += [_WHY, "", f"Ne plus rien recevoir : {digest.unsubscribe_url}", ""]
    return "\n".join(lines)


def as_html(digest: Digest) -> str:
    parts = ["<h1>Du nouveau dans le catalogue</h1>"]
    for chapter in digest.chapters:
        parts.append(f'<h2>{escape(plain(chapter.title))}</h2>\n<ul style="padding-left:20px">')
        parts += [document_html(each) for each in chapter.documents]
        parts.append("</ul>")
        if chapter.more:
            parts.append(f"<p>{escape(_MORE)}</p>")
        if chapter.ends_at:
            parts.append(
                f'<p class="quiet" style="{QUIET}"><a href="{escape(chapter.ends_at)}">Ne plus recevoir cette recherche</a></p>'
            )
    parts.append(f'<hr class="rule" style="{RULE}">\n<p class="quiet" style="{QUIET}">{escape(_WHY)}</p>')
    parts.append(
        f'<p class="quiet" style="{QUIET}"><a href="{escape(digest.unsubscribe_url)}">Ne plus recevoir aucun de ces courriels</a></p>'
    )
    return sheet(digest.subject, "\n".join(parts))


def document_html(each: Told) -> str:
    """A document as an item of a list."""
    said = [f'<a href="{escape(each.url)}"><strong>{escape(plain(each.title))}</strong></a>']
    said.append(f'<br><span class="quiet" style="{QUIET}">{escape(each.detail)}</span>')
    if each.news:
        said.append(f"<br>{escape(plain(each.news))}")
    if each.abstract:
        said.append(f"<br>{escape(plain(each.abstract))}")
    return f'<li style="margin-bottom:14px">{"".join(said)}</li>'
