"""What callers receive of a readable difference."""

from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel, Field


class ChangeShape(Enum):
    """How a change is told: two values, what came and went in a list, places of a text, or sections one by one."""

    VALUE = "value"
    LIST = "list"
    TEXT = "text"
    PARTS = "parts"


class ListedItem(BaseModel):
    """An element of a list: its place before (removed) or now (added)."""

    position: int
    value: Any


class TextPart(BaseModel):
    """A stretch of text."""

    op: Literal["same", "removed", "added"]
    text: str


class TextHunk(BaseModel):
    """A place of a text that changed, between some words that did not; positions count characters (Unicode code points)."""

    before_at: int
    after_at: int
    parts: list[TextPart]


class ChangedPart(BaseModel):
    """A section: `same` (it may have moved), `changed`, `added` or `removed`."""

    op: Literal["same", "changed", "added", "removed"]
    before_position: int | None = None
    after_position: int | None = None
    title: str
    changes: list["Change"] = Field(default_factory=list, description="Of a changed section; pointers lead into the section.")
    value: dict[str, Any] | None = Field(None, description="The whole section that came or went.")


class Change(BaseModel):
    """What changed of a field. Applied to the old content, all of them together give the new one."""

    pointer: str = Field(description="Into `content`, as a JSON pointer.", examples=["/abstract"])
    label: str = Field(examples=["Résumé"])
    shape: ChangeShape
    before: Any = Field(None, description="`value`: what it was.")
    after: Any = Field(None, description="`value`: what it is.")
    removed: list[ListedItem] = Field(default_factory=list, description="`list`: places in the old list.")
    added: list[ListedItem] = Field(default_factory=list, description="`list`: places in the new list, in order.")
    hunks: list[TextHunk] = Field(default_factory=list, description="`text`: in order.")
    parts: list[ChangedPart] = Field(default_factory=list, description="`parts`: the new order, then what was removed.")


class Changes(BaseModel):
    """The readable difference of two versions, or of the working copy and what is published."""

    since: int | None = Field(description="The older version; null: there was none.", examples=[1])
    number: int | None = Field(description="The newer version; null: the working copy.", examples=[2])
    changes: list[Change] = Field(description="In the order people read fields; empty when nothing changed.")
