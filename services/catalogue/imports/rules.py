"""What becomes of a document that a line speaks of: three-way merge of the last import, the hand and the file. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ..documents.schemas import DocumentContent

KIND = "kind"
_EMPTY = DocumentContent(title="-").model_dump(mode="json")


@dataclass(frozen=True)
class Merge:
    """The content to write, the fields the file changes, those whose editing by hand stays, those both changed."""

    content: dict[str, Any]
    taken: list[str]
    kept: list[str]
    disputed: list[str]


def pick(content: Mapping[str, Any], name: str) -> Any:
    """A field of a content; `experience.context` is a part of one."""
    outer, dot, inner = name.partition(".")
    value = content.get(outer)
    if not dot:
        return value
    return (value or {}).get(inner) or ""


def put(content: dict[str, Any], name: str, value: Any) -> None:
    outer, dot, inner = name.partition(".")
    content[outer] = {**(content.get(outer) or {}), inner: value} if dot else value


def mark(value: Any) -> str:
    """What two equal values have in common, in twenty characters."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:20]


def marks(said: Mapping[str, Any]) -> dict[str, str]:
    return {name: mark(value) for name, value in said.items()}


def merge(current: Mapping[str, Any], said: Mapping[str, Any], last: Mapping[str, str], *, overwrite: bool) -> Merge:
    """`said`: the file's fields; `last`: the marks the import before left.

    What only the file changed is taken; what only somebody changed by hand is kept; what both changed, each in their way, is
    disputed, and taken only with `overwrite`. A field the file did not speak of before is the hand's as soon as it holds something.
    """
    content, taken, kept, disputed = dict(current), list[str](), list[str](), list[str]()
    for name, value in said.items():
        here = pick(current, name)
        if here == value:
            continue
        by_hand = mark(here) != last[name] if name in last else bool(here) and here != pick(_EMPTY, name)
        in_file = last.get(name) != mark(value)
        if overwrite or not by_hand:
            put(content, name, value)
            taken.append(name)
        elif in_file:
            disputed.append(name)
        else:
            kept.append(name)
    return Merge(content, taken, kept, disputed)
