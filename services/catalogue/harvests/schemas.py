"""What callers send and receive about other centres' holdings."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import Name, ShortName

from ..centres.schemas import WebAddress
from ..documents.schemas import DocumentLicence, DocumentState
from ..vocabulary.schemas import ThemeCode
from .models import Decision, HarvestOutcome, RunState, Schedule

SetSpec = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*$", max_length=300),
    Field(examples=["centre:VTLR"]),
]
Prefix = Annotated[str, StringConstraints(pattern=r"^oai_dc$"), Field(description="Dublin Core is what is read.")]
ThemeMap = Annotated[
    dict[ShortName, ThemeCode],
    Field(max_length=200, description="Their subjects to our themes.", examples=[{"Démocratie locale": "participation"}]),
]


class SourceCreate(BaseModel):
    """A repository to harvest for a centre."""

    model_config = ConfigDict(extra="forbid")

    centre_id: UUID
    name: Name = Field(examples=["Centre Ressources Exemple"])
    base_url: WebAddress = Field(examples=["https://ressources.example/oai"])
    metadata_prefix: Prefix = "oai_dc"
    set_spec: SetSpec | None = None
    schedule: Schedule = Schedule.WEEKLY
    publishes: bool = Field(
        False, description="Published at once as references, instead of drafts to review; for managers to grant."
    )
    licence: DocumentLicence = Field(DocumentLicence.ALL_RIGHTS_RESERVED, description="Of records that say nothing of theirs.")
    themes: ThemeMap = Field(default_factory=dict)


class SourceUpdate(BaseModel):
    """What changes of a source."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    base_url: WebAddress | None = None
    set_spec: SetSpec | None = Field(None, description="Null: everything.")
    schedule: Schedule | None = None
    publishes: bool | None = None
    licence: DocumentLicence | None = None
    themes: ThemeMap | None = None


class SourceRead(BaseModel):
    """A repository that is harvested."""

    id: UUID
    centre_id: UUID
    name: str
    base_url: str
    metadata_prefix: str = Field(examples=["oai_dc"])
    set_spec: str | None
    schedule: Schedule
    publishes: bool
    licence: DocumentLicence
    themes: dict[str, str]
    harvested_until: datetime | None = Field(description="Everything the source had then was read.")
    due_at: datetime | None = Field(description="When it is harvested next by itself.")
    version: int = Field(examples=[1])


class RunCreate(BaseModel):
    """A harvest asked for now."""

    model_config = ConfigDict(extra="forbid")

    full: bool = Field(False, description="Read everything again, instead of what changed since the last one.")


class RunRead(BaseModel):
    """A harvest and its report."""

    id: UUID
    source_id: UUID
    state: RunState
    asked_from: str | None = Field(description="`from`, as it was asked of the source.", examples=["2026-11-01T00:00:00Z"])
    pages: int = Field(examples=[3])
    counts: dict[HarvestOutcome, int] = Field(description="Records by what became of them.", examples=[{"new": 12, "duplicate": 1}])
    warnings: list[str] = Field(
        description="Odd, without harm: `encoding`, `forbidden_characters`, `future_dates`, `bad_dates`, `from_ignored`, `wrong_clock`.",
        examples=[["encoding"]],
    )
    failure: str | None = Field(
        description="Why it stopped: `token_loop`, `not_oai`, `hostile_xml`, `too_large`, `too_slow`, `unreachable`, `refused_address`, "
        "`http_<status>`, or an error code of the protocol.",
        examples=["token_loop"],
    )
    failure_detail: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class LineRead(BaseModel):
    """What became of a record."""

    number: int = Field(examples=[1])
    identifier: str = Field(examples=["oai:ressources.example:42"])
    datestamp: str = Field(examples=["2026-11-01T00:00:00Z"])
    title: str | None
    outcome: HarvestOutcome
    reason: str | None = Field(description="Why, in French.")
    document_id: UUID | None


class HarvestedDocument(BaseModel):
    """The document of the centre it may be."""

    id: UUID
    reference: str = Field(examples=["VTLR-2026-0042"])
    title: str
    state: DocumentState


class DuplicateRead(BaseModel):
    """A record that looks like a document of the centre."""

    id: UUID
    identifier: str = Field(examples=["oai:ressources.example:42"])
    title: str | None = Field(description="What the source calls it.")
    url: str | None = Field(description="Its page at the source.")
    matched_by: str = Field(description="`doi`, `isbn`, `url`, or `title` (with year and first author).", examples=["isbn"])
    document: HarvestedDocument
    decision: Decision | None
    decided_at: datetime | None
    version: int = Field(examples=[1])


class DuplicateDecision(BaseModel):
    """What a documentalist says of the pair."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision = Field(
        description="`keep_both`: the record enters too; `same`: the document gets the source's page as a link in its working copy, and "
        "the record follows it no further; `refuse`: the record is left out for ever."
    )
