"""What callers send and receive about documents."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints, create_model
from pydantic.fields import FieldInfo

from services.common.language import Text
from services.common.texts import Name, ShortName, one_line, paragraphs

from ..centres.schemas import WebAddress
from ..vocabulary.schemas import TerritoryCode, ThemeCode
from .models import Access, DocumentKind, DocumentState, LinkFailure, LinkState, RelationKind, TargetKind, Work

__all__ = ["Access", "DocumentKind", "DocumentState", "LinkFailure", "LinkState", "RelationKind", "TargetKind", "Work"]

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), AfterValidator(one_line)]
Paragraphs = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AfterValidator(paragraphs)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200_000), AfterValidator(paragraphs)]


def _real_date(value: str) -> str:
    year, month, day = ([int(part) for part in value.split("-")] + [1, 1])[:3]
    try:
        date(year, month, day)
    except ValueError as error:
        raise ValueError(Text("Cette date n'existe pas.", "There is no such date.")) from error
    return value


#: A year, a month or a day (ISO 8601, EDTF level 0).
PartialDate = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$"),
    AfterValidator(_real_date),
    Field(examples=["2016-09"]),
]


class Readership(Enum):
    """Whom a document is for."""

    PROFESSIONALS = "professionals"
    ELECTED_OFFICIALS = "elected_officials"
    STATE_SERVICES = "state_services"
    ASSOCIATIONS = "associations"
    CITIZENS_COUNCILS = "citizens_councils"
    RESIDENTS = "residents"
    SOCIAL_LANDLORDS = "social_landlords"
    RESEARCHERS = "researchers"


class DocumentLicence(Enum):
    """What may be done with it (SPDX identifiers in lower case; all rights reserved otherwise)."""

    ETALAB_2_0 = "etalab-2.0"
    CC_BY_4_0 = "cc-by-4.0"
    CC_BY_SA_4_0 = "cc-by-sa-4.0"
    CC_BY_NC_4_0 = "cc-by-nc-4.0"
    CC_BY_NC_ND_4_0 = "cc-by-nc-nd-4.0"
    CC0_1_0 = "cc0-1.0"
    ALL_RIGHTS_RESERVED = "all-rights-reserved"


class OrganisationRole(Enum):
    """What an organisation did for a document."""

    PUBLISHER = "publisher"
    AUTHOR = "author"
    PARTNER = "partner"
    FUNDER = "funder"


class FileRole(Enum):
    """What a file is to its document."""

    MAIN = "main"
    SYNTHESIS = "synthesis"
    ANNEX = "annex"
    TRANSCRIPT = "transcript"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Author(_Part):
    """Somebody who wrote, filmed or spoke."""

    name: ShortName = Field(examples=["Camille Exemple"])
    role: ShortName | None = Field(None, examples=["sociologue"])


class Organisation(_Part):
    """An organisation that had a part in it; with its id in the directory, its name follows."""

    organisation_id: UUID | None = None
    name: Name = Field(examples=["Villes et Territoires Exemple"])
    role: OrganisationRole = OrganisationRole.PUBLISHER


class Section(_Part):
    """A part of a document, in Markdown (CommonMark, without HTML)."""

    title: Title = Field(examples=["Le cadre"])
    body: LongText = Field("", examples=["La loi du 21 février 2014 pose…"])
    updated_on: date | None = Field(None, description="Last time it was brought up to date.")


class ExperienceContact(_Part):
    """Who tells more about an experience. Published only with the person's consent, whose day is kept."""

    name: ShortName = Field(examples=["Camille Exemple"])
    email: EmailStr | None = None
    phone: ShortName | None = None
    consented_on: date | None = Field(
        None, description="Day the person agreed to be named; without it nothing of this is published."
    )


class Experience(_Part):
    """A "fiche expérience": enough for somebody else to do it again."""

    context: Paragraphs = Field("", examples=["Un quartier sans lieu de rencontre."])
    actions: Paragraphs = Field("", examples=["Un café associatif tenu par les habitants."])
    results: Paragraphs = Field("", examples=["Quarante bénévoles, six cents passages par mois."])
    reproducibility: Paragraphs = Field(
        "", description="Conditions of reproducibility.", examples=["Un local et un salarié à mi-temps."]
    )
    contact: ExperienceContact | None = None


class Link(_Part):
    """A web address given with the document; looked at now and then."""

    url: WebAddress
    label: Name = Field(examples=["Instruction du 10 mars 2017"])


class FileReference(_Part):
    """A file of the centre that belongs to the document."""

    file_id: UUID
    label: Name = Field(examples=["Document de capitalisation (112 p.)"])
    role: FileRole = FileRole.MAIN


class Relation(_Part):
    """How it relates to another document, an event or a dossier."""

    kind: RelationKind
    target: TargetKind = TargetKind.DOCUMENT
    target_id: UUID


class DocumentContent(_Part):
    """Everything documentalists write about a document."""

    title: Title = Field(examples=["Les conseils citoyens : états des lieux"])
    subtitle: Title | None = None
    abstract: Paragraphs = Field("", examples=["Statuts, animation, désignation des membres, moyens alloués."])
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = Field("fr", description="ISO 639-1.")
    dated: PartialDate | None = Field(None, description="The document's own date.")
    authors: list[Author] = Field(default_factory=list, max_length=50)
    organisations: list[Organisation] = Field(default_factory=list, max_length=50)
    theme_codes: list[ThemeCode] = Field(default_factory=list, max_length=20)
    territory_codes: list[TerritoryCode] = Field(default_factory=list, max_length=50)
    publics: list[Readership] = Field(default_factory=list, max_length=10)
    keywords: list[ShortName] = Field(default_factory=list, max_length=50)
    licence: DocumentLicence = DocumentLicence.ALL_RIGHTS_RESERVED
    access: Access = Access.PUBLIC
    embargo_until: date | None = Field(None, description="Read by nobody but the centre before that day begins in Paris.")
    extent: ShortName | None = Field(None, description="Pages, or how long it lasts.", examples=["112 p."])
    identifiers: list[ShortName] = Field(default_factory=list, max_length=10, examples=[["ISBN 978-2-0000-0000-2"]])
    sections: list[Section] = Field(default_factory=list, max_length=200)
    experience: Experience | None = None
    links: list[Link] = Field(default_factory=list, max_length=200)
    files: list[FileReference] = Field(default_factory=list, max_length=100)
    relations: list[Relation] = Field(default_factory=list, max_length=100)


def _optional(field: FieldInfo, nested: Any = None) -> Any:
    annotation: Any = nested or field.annotation
    kept: Any = Annotated[(annotation, *field.metadata)] if field.metadata and nested is None else annotation
    said = Field(None, description=field.description, examples=field.examples)
    # A field that must be there may be left out of a patch, and may not be emptied by one.
    return (kept, said) if field.is_required() else (kept | None, said)


def _patch_of(model: type[BaseModel], doc: str, **nested: Any) -> Any:
    fields = {name: _optional(each, nested.get(name)) for name, each in model.model_fields.items()}
    return create_model(f"{model.__name__}Update", __config__=ConfigDict(extra="forbid"), __doc__=doc, **fields)


ExperienceContactUpdate: Any = _patch_of(ExperienceContact, "What changes of the contact; null empties the field.")
ExperienceUpdate: Any = _patch_of(
    Experience, "What changes of the experience; null empties the field.", contact=ExperienceContactUpdate
)
#: A merge patch of the content (RFC 7396): what is sent replaces, null brings the default back, objects are merged.
DocumentContentUpdate: Any = _patch_of(
    DocumentContent,
    "What changes of the content: a list replaces the whole list, an object is merged, null empties the field.",
    experience=ExperienceUpdate,
)


class DraftCreate(BaseModel):
    """A new document, not yet published."""

    model_config = ConfigDict(extra="forbid")

    centre_id: UUID
    kind: DocumentKind
    content: DocumentContent


class DraftUpdate(BaseModel):
    """What changes of the working copy."""

    model_config = ConfigDict(extra="forbid")

    kind: DocumentKind | None = None
    content: DocumentContentUpdate = Field(default_factory=DocumentContentUpdate)


class Lacking(BaseModel):
    """Something publication waits for."""

    pointer: str = Field(description="Where, as a JSON pointer into the draft.", examples=["/content/abstract"])
    detail: str = Field(examples=["Un résumé est attendu."])


class DraftRead(BaseModel):
    """A document as its centre works on it."""

    id: UUID
    reference: str = Field(examples=["VTLR-2026-0042"])
    centre_id: UUID
    kind: DocumentKind
    state: DocumentState
    work: Work = Field(description="`clean`: the same as what is published.")
    content: DocumentContent
    lacking: list[Lacking] = Field(description="What publication waits for; empty when it may be published.")
    review_note: str | None = Field(description="Why the review sent it back.")
    origin: str | None = Field(description="Where it was imported, harvested or made from.")
    published_version: int | None
    updated_at: datetime
    version: int = Field(examples=[1])


class DraftSummary(BaseModel):
    """A line of the workbench."""

    id: UUID
    reference: str = Field(examples=["VTLR-2026-0042"])
    centre_id: UUID
    kind: DocumentKind
    state: DocumentState
    work: Work
    title: str
    published_version: int | None
    updated_at: datetime


class SendingBack(BaseModel):
    """Why a draft is sent back."""

    model_config = ConfigDict(extra="forbid")

    reason: Paragraphs = Field(min_length=1, examples=["Il manque les conditions de reproductibilité."])


class Publication(BaseModel):
    """What readers are told of this version."""

    model_config = ConfigDict(extra="forbid")

    note: Paragraphs = Field("", description="What changed.", examples=["Mise à jour des textes de mars 2017."])


class Withdrawal(BaseModel):
    """Why a document is withdrawn; readers of its address are told."""

    model_config = ConfigDict(extra="forbid")

    reason: Paragraphs = Field(min_length=1, examples=["Remplacé par l'édition 2027."])
    replaced_by_id: UUID | None = Field(None, description="A published document that takes its place.")


class CentreFace(BaseModel):
    """Whose document it is."""

    id: UUID
    code: str = Field(examples=["VTLR"])
    name: str = Field(examples=["Villes et Territoires Exemple"])


class DocumentSummary(BaseModel):
    """A published document in a list."""

    id: UUID
    reference: str = Field(examples=["VTLR-2026-0042"])
    permalink: str
    kind: DocumentKind
    title: str
    abstract: str
    language: str = Field(examples=["fr"])
    dated: str | None
    centre: CentreFace
    access: Literal["public", "members", "embargo"]
    published_version: int
    published_at: datetime = Field(description="Of this version: what readers call “updated on”.")


class OrganisationFace(BaseModel):
    """An organisation of the directory."""

    id: UUID
    name: str = Field(examples=["Carcassonne Agglo"])


class CreditedOrganisation(BaseModel):
    """An organisation that had a part in a document, by the name it bears today."""

    organisation_id: UUID | None
    name: str = Field(examples=["Régie de quartier d'Exemple"])
    role: OrganisationRole
    dissolved_on: date | None = Field(None, description="The day it was dissolved.")
    successor: OrganisationFace | None = Field(None, description="Who took over from it.")


class DocumentFace(BaseModel):
    """Another document, by its name."""

    id: UUID
    reference: str = Field(examples=["VTLR-2026-0043"])
    title: str
    permalink: str


class DocumentRead(DocumentSummary):
    """A published document."""

    kind_label: str = Field(examples=["Fiche expérience"])
    content: DocumentContent
    organisations: list[CreditedOrganisation] = Field(description="Those of `content`, with what became of them.")
    first_published_at: datetime
    available_at: datetime = Field(description="When readers could, or will be able to, read it.")
    replaced_by: DocumentFace | None = Field(None, description="The published document that says it replaces this one.")


class VersionSummary(BaseModel):
    """A version that was published."""

    number: int = Field(examples=[1])
    note: str
    published_at: datetime


class VersionRead(VersionSummary):
    """A version, whole."""

    content: DocumentContent


class RelatedDocument(BaseModel):
    """Another document, and how it relates to this one."""

    kind: RelationKind
    direction: Literal["to", "from"] = Field(description="`to`: this one says so; `from`: the other one does.")
    document: DocumentSummary


class Relations(BaseModel):
    """What a document relates to, both ways; what the caller may not read is left out."""

    documents: list[RelatedDocument]
    event_ids: list[UUID]
    dossier_ids: list[UUID]


def without_hidden_contact(content: dict[str, Any]) -> dict[str, Any]:
    """What readers see: a contact who has not consented is left out."""
    experience = content.get("experience")
    if not experience or not experience.get("contact") or experience["contact"].get("consented_on"):
        return content
    return {**content, "experience": {**experience, "contact": None}}


class DocumentFile(BaseModel):
    """A file of a published document, and where to get it."""

    file_id: UUID
    label: str = Field(examples=["Document de capitalisation (112 p.)"])
    role: FileRole
    name: str = Field(examples=["conseils-citoyens.pdf"])
    size: int = Field(description="Bytes.", examples=[1_482_113])
    media_type: str = Field(examples=["application/pdf"])
    sha256: str = Field(description="Of the content, in hexadecimal.")
    pages: int | None = Field(examples=[112])
    download_url: str
    thumbnail_url: str | None = Field(description="Its first page as a WebP image; null when there is none.")


class BrokenLink(BaseModel):
    """An external link of a published document that failed on two different days."""

    document: DocumentFace
    url: str
    label: str
    failure: LinkFailure
    http_status: int | None = Field(description="What it answered, when it answered.", examples=[404])
    broken_since: datetime = Field(description="The first failure of those that follow one another.")
    checked_at: datetime
