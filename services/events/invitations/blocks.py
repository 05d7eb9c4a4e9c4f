"""Pieces of a mail, each written once as text and as HTML, so that both always say the same. Pure."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from services.common.layout import BUTTON, QUIET, RULE, plain, sheet, visible


class Block(NamedTuple):
    text: str
    html: str


class Link(NamedTuple):
    """An address to follow, as a fact's value."""

    url: str


def heading(said: str) -> Block:
    line = plain(said)
    return Block(f"{line}\n{'=' * min(len(line), 72)}", f'<h1 style="font-size:24px;margin:8px 0 16px">{escape(line)}</h1>')


def subheading(said: str) -> Block:
    line = plain(said)
    return Block(f"{line}\n{'-' * min(len(line), 72)}", f'<h2 style="font-size:19px;margin:28px 0 12px">{escape(line)}</h2>')


def paragraphs(said: str) -> Block:
    """People's words, with their lines."""
    kept = visible(said).strip()
    return Block(kept, "\n".join(f"<p>{_lines(each)}</p>" for each in kept.split("\n\n") if each.strip()))


def facts(pairs: Iterable[tuple[str, str | Link]]) -> Block:
    """`Lieu : …`, one after the other; empty ones are left out."""
    kept = [(name, value) for name, value in pairs if (value.url if isinstance(value, Link) else value.strip())]
    texts, htmls = [], []
    for name, value in kept:
        if isinstance(value, Link):
            texts.append(f"{name} :\n  {value.url}")
            shown = f'<a href="{escape(value.url)}" style="word-break:break-all">{escape(value.url)}</a>'
        else:
            said = visible(value).strip()
            texts.append(f"{name} : " + said.replace("\n", "\n  "))
            shown = _lines(said)
        htmls.append(f'<p style="margin:0 0 12px"><strong>{escape(name)}</strong><br>{shown}</p>')
    return Block("\n".join(texts), "\n".join(htmls))


def bullets(items: Sequence[str]) -> Block:
    lines = [plain(each) for each in items]
    listed = "".join(f'<li style="margin:0 0 6px">{escape(each)}</li>' for each in lines)
    return Block("\n".join(f"* {each}" for each in lines), f'<ul style="padding-left:20px;margin:0 0 12px">{listed}</ul>')


def button(label: str, url: str) -> Block:
    """A link to a page: following it changes nothing, since mail programs open links by themselves."""
    return Block(
        f"{label} :\n{url}",
        f'<p style="margin:20px 0"><a class="button" href="{escape(url)}" style="{BUTTON}">{escape(label)}</a></p>',
    )


def quiet(said: str) -> Block:
    kept = visible(said)
    return Block(kept, f'<p class="quiet" style="{QUIET}">{_lines(kept)}</p>')


def footer(said: str) -> Block:
    kept = visible(said)
    return Block(f"--\n{kept}", f'<hr class="rule" style="{RULE}">\n<p class="quiet" style="{QUIET}">{_lines(kept)}</p>')


def as_text(blocks: Iterable[Block]) -> str:
    return "\n\n".join(block.text for block in blocks if block.text) + "\n"


def as_html(title: str, blocks: Iterable[Block]) -> str:
    return sheet(plain(title), "\n".join(block.html for block in blocks if block.html))


def _lines(said: str) -> str:
    return escape(said.strip()).replace("\n", "<br>\n")
