"""Tables of the search engine.

`search_entries` is narrow on purpose: a broad search reads many of its rows to count them. The vector is kept out of line
(`toast_tuple_target`), what is shown is in `search_texts`, and values that are counted are one number for each combination of them
(`search_sets`): documents are counted by combination, then combinations by value.
"""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Identity, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from services.common.columns import choice, identity, instant, strings

from ..tables import Base


class Dimension(Enum):
    """What is counted together."""

    SHAPE = "shape"
    THEMES = "themes"
    TERRITORIES = "territories"
    ORGANISATIONS = "organisations"


class SearchSet(Base, table=True):
    """A combination of values documents are counted by; never changes. `fingerprint` is of its values."""

    __tablename__ = "search_sets"
    __table_args__ = (
        UniqueConstraint("dimension", "fingerprint"),
        Index("ix_search_sets_members", "members", postgresql_using="gin"),
    )

    id: int | None = Field(default=None, sa_column=Column(Integer, Identity(), primary_key=True))
    dimension: Dimension = choice(Dimension, "dimension")
    fingerprint: str = Field(sa_type=String(32))
    members: list[str] = strings()


class SearchEntry(Base, table=True):
    """A published document as it is found, filtered, counted and sorted."""

    __tablename__ = "search_entries"
    __table_args__ = (
        Index("ix_search_entries_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_search_entries_published", "published_at", "document_id"),
        Index("ix_search_entries_title", "title_key", "document_id"),
        Index("ix_search_entries_readable", "readable_at", "document_id"),
        Index("ix_search_entries_indexed", "indexed_at", "document_id"),
    )

    document_id: UUID = Field(primary_key=True)
    centre_id: UUID
    shape_id: int
    themes_id: int
    territories_id: int
    organisations_id: int
    year: int | None = Field(default=None, sa_type=SmallInteger)
    members_only: bool
    available_at: datetime = instant()
    published_at: datetime = instant()
    #: The later of the two: when readers could begin to read it as it is.
    readable_at: datetime = instant()
    indexed_at: datetime = instant()
    dated: str = Field(default="", sa_type=String(10))
    title_key: str = Field(sa_type=String(80))
    words: str = Field(sa_type=TSVECTOR)


class SearchText(Base, table=True):
    """What a result shows of a document."""

    __tablename__ = "search_texts"
    __table_args__ = (ForeignKeyConstraint(["document_id"], ["search_entries.document_id"], ondelete="CASCADE"),)

    document_id: UUID = Field(primary_key=True)
    reference: str = Field(sa_type=String(40))
    kind: str = Field(sa_type=String(40))
    language: str = Field(sa_type=String(2))
    title: str = Field(sa_type=SqlText)
    abstract: str = Field(sa_type=SqlText)
    #: The beginning of the sections: an extract is taken of it.
    sections: str = Field(sa_type=SqlText)


class SearchWord(Base, table=True):
    """A word of what everybody may read: what a mistyped one is compared with."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index(
            "ix_search_words_trigrams",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
    )

    word: str = Field(sa_type=String(60), primary_key=True)
    #: As it was last read, with its accents.
    spelt: str = Field(sa_type=String(80))
    #: How often it was read; never exact, words of withdrawn documents stay until the next rebuilding.
    seen: int = Field(sa_type=BigInteger)


class SearchMark(Base, table=True):
    """How far the words of documents were read."""

    __tablename__ = "search_marks"

    name: str = Field(sa_type=String(40), primary_key=True)
    at: datetime = instant()


class UnansweredSearch(Base, table=True):
    """Words that found nothing, without who looked for them nor when exactly."""

    __tablename__ = "unanswered_searches"
    __table_args__ = (UniqueConstraint("text"), Index("ix_unanswered_searches_count", "count", "id"))

    id: UUID = identity()
    text: str = Field(sa_type=String(120))
    count: int = 1
    #: Day of the last one, in Paris (`2026-11-22`).
    last_on: str = Field(sa_type=String(10))
