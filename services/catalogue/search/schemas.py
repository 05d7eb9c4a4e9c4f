"""What callers send and receive about searches."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

#: As it was typed; how it is read is `rules`.
QueryText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]


def _storable(value: str) -> str:
    """No document is described with a NUL or half a character: none is found by it, and PostgreSQL is not asked."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


Value = Annotated[str, StringConstraints(max_length=400), AfterValidator(_storable)]


class AccessFilter(Enum):
    """Who may read: everybody, the network only, or nobody yet but the centre."""

    PUBLIC = "public"
    MEMBERS = "members"
    EMBARGO = "embargo"


class Criteria(BaseModel):
    """What is looked for. Within a field any of the values, between fields all of them; a theme or a territory includes what is below it."""

    model_config = ConfigDict(extra="forbid")

    q: QueryText = Field("", description="Words, « quoted phrases », -excluded words.", examples=["mobiliser le droit commun"])
    kind: list[Value] = Field(default_factory=list, max_length=20, examples=[["experience"]])
    theme: list[Value] = Field(default_factory=list, max_length=20, examples=[["participation"]])
    territory: list[Value] = Field(default_factory=list, max_length=20, examples=[["11"]])
    organisation: list[Value] = Field(default_factory=list, max_length=20, description="Names, as facets give them.")
    year: list[Annotated[int, Field(ge=0, le=9999)]] = Field(
        default_factory=list, max_length=100, description="Of the document's own date.", examples=[[2016]]
    )
    language: list[Value] = Field(default_factory=list, max_length=20, examples=[["fr"]])
    public: list[Value] = Field(default_factory=list, max_length=20, examples=[["elected_officials"]])
    access: list[AccessFilter] = Field(default_factory=list, max_length=3)
    centre_id: list[UUID] = Field(default_factory=list, max_length=20)


#: What results are counted by; `true` asks for all of them.
FacetName = Literal["true", "kind", "theme", "territory", "organisation", "year", "language", "access", "public", "centre"]
FACETS: tuple[str, ...] = get_args(FacetName)[1:]
SearchSort = Literal["relevance", "-published_at", "dated", "-dated", "title"]


class Search(Criteria):
    """Criteria, and how results are shown."""

    sort: SearchSort | SkipJsonSchema[None] = Field(
        None, description="`relevance` when words are given, otherwise `-published_at`. `dated`: undated documents come last."
    )
    facets: list[FacetName] = Field(default_factory=list, max_length=20, description="Counts to answer with; `true` for all.")
    limit: int = Field(20, ge=1, le=100, description="Most items in the answer.")
    cursor: str | SkipJsonSchema[None] = Field(None, max_length=2000, description="`next` of the previous page.")
    count: Literal["exact"] | SkipJsonSchema[None] = Field(None, description="`exact` to be told `total`.")


class Highlights(BaseModel):
    """Passages with the words looked for: HTML in which `<mark>` is the only tag, everything else escaped."""

    title: str | None = Field(None, examples=["Les <mark>conseils</mark> <mark>citoyens</mark>"])
    abstract: str | None = Field(None, description="An extract of the abstract.")
    sections: str | None = Field(None, description="An extract of the text, when neither title nor abstract has every word.")


class HitCentre(BaseModel):
    """Whose document it is."""

    id: UUID
    code: str = Field(examples=["VTLR"])
    name: str = Field(examples=["Villes et Territoires Exemple"])


class Hit(BaseModel):
    """A document found."""

    id: UUID
    reference: str = Field(examples=["VTLR-2026-0042"])
    permalink: str
    kind: str = Field(examples=["experience"])
    kind_label: str = Field(examples=["Fiche expérience"])
    title: str
    abstract: str
    language: str = Field(examples=["fr"])
    dated: str | None
    centre: HitCentre
    access: AccessFilter
    published_at: datetime
    highlights: Highlights


class FacetValue(BaseModel):
    """A value and how many of the documents found have it."""

    value: str = Field(examples=["participation"])
    label: str = Field(examples=["Participation des habitants"])
    parent: str | None = Field(None, description="Of a theme or a territory: the value above it.")
    count: int = Field(examples=[12])


class SearchAnswer(BaseModel):
    """A page of documents found, and what helps to find better."""

    items: list[Hit]
    next: str | None = Field(description="Cursor of the next page, or null on the last one.")
    total: int | None = Field(None, description="Number of documents, with `count=exact` or facets.")
    facets: dict[str, list[FacetValue]] | None = Field(
        None,
        description="By name, the most frequent values first. Each counts what the other filters leave, whatever its own filter.",
    )
    did_you_mean: list[str] = Field(
        description="Other spellings, each of which finds something you may read.", examples=[["participation"]]
    )
    corrected: str | None = Field(
        None,
        description="What was looked for instead of what was typed, which is found nowhere: the first of `did_you_mean`, a slip away.",
        examples=["logement social"],
    )
    widened_with: list[str] = Field(
        description="Other ways to say what was typed, looked for too.", examples=[["quartier prioritaire"]]
    )
    relaxed: bool = Field(description="No document has every word: these have most of them.")
    shortened: bool = Field(description="The query was too long: its first words were looked for.")


class SuggestionKind(Enum):
    """What is suggested: a document by its title, a theme, or a term of the trade."""

    DOCUMENT = "document"
    THEME = "theme"
    TERM = "term"


class Suggestion(BaseModel):
    """What somebody may be typing."""

    kind: SuggestionKind
    text: str = Field(examples=["Les conseils citoyens : états des lieux"])
    value: str = Field(description="Id of the document, code of the theme, key of the term.", examples=["participation"])


class Suggestions(BaseModel):
    """Suggestions, the best first."""

    items: list[Suggestion]


class UnansweredSearchRead(BaseModel):
    """Words looked for in vain; nothing is kept of who did."""

    id: UUID
    text: str = Field(examples=["ferme urbaine"])
    count: int = Field(description="How many times.", examples=[3])
    last_on: str = Field(description="Day of the last time.", examples=["2026-11-22"])
