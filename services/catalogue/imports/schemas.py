"""What callers receive about imports of documents."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.common.pagination import Cursor, Limit

from .models import ImportState as ImportState
from .models import LineOutcome as LineOutcome


class DocumentImportRead(BaseModel):
    """An import: what was sent, and how far it has gone. `done` grows to `lines`."""

    id: UUID
    centre_id: UUID
    name: str = Field(examples=["fonds-2026.xlsx"])
    media_type: str = Field(examples=["text/csv"])
    size: int = Field(description="Bytes.", examples=[48_213])
    sha256: str
    state: ImportState
    dry_run: bool = Field(description="Nothing was, or will be, kept but this report.")
    publish: bool
    overwrite: bool
    columns: dict[str, str] = Field(
        description="Columns understood, with their names in the file.", examples=[{"identifier": "Cote", "title": "Titre"}]
    )
    unknown_columns: list[str] = Field(description="Columns left aside.", examples=[["Étagère"]])
    lines: int = Field(examples=[7_024])
    done: int = Field(examples=[1_200])
    created: int
    updated: int
    unchanged: int
    refused: int
    imported_at: datetime
    finished_at: datetime | None
    version: int = Field(examples=[3])


class LineProblem(BaseModel):
    """Something to mend in a line, or, on a line that was not refused, something to know."""

    column: str | None = Field(description="Its name in the file; null when the whole line is meant.", examples=["Date"])
    code: str = Field(examples=["date_unreadable"])
    detail: str = Field(description="In French.", examples=["« hier » n'est pas une date : écrivez 2016, mars 2017 ou 12/03/2017."])


class DocumentImportLineRead(BaseModel):
    """What became of a line."""

    number: int = Field(description="As the file shows it: the header is often line 1.", examples=[2])
    identifier: str = Field(examples=["DOC-0042"])
    title: str
    outcome: LineOutcome
    problems: list[LineProblem]
    document_id: UUID | None = Field(description="Null as long as no document was made of it.")


class ImportLineListing(BaseModel):
    """Which lines."""

    model_config = ConfigDict(extra="forbid")

    outcome: Annotated[list[LineOutcome], Field(description="Of any of these outcomes.", max_length=5)] = []
    limit: Limit = 20
    cursor: Cursor = None
