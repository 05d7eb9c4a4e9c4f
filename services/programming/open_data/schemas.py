"""What is sent and received about open data."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.language import Text
from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import Cents
from ..coverage.schemas import CoveredObjective, CoveredQpv, CoveringFunder, DroitCommunLayer, Place, TfpbLayer
from .models import Licence as Licence
from .rules import Severity, valid_siret

Year = Annotated[int, Field(ge=2000, le=2199, examples=[2027])]


def _checked(number: str) -> str:
    found = valid_siret("".join(number.split()))
    if not found:
        raise ValueError(
            Text("Ce n'est pas un SIRET : quatorze chiffres et leur clé.", "Not a SIRET: fourteen digits and their key.")
        )
    return found


Siret = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_checked),
    Field(description="14 digits, spaces allowed.", examples=["23350001600040"]),
]


class PublishedLine(BaseModel):
    """What publications say of the subsidies of one budget line, where it differs from the rest."""

    code: Annotated[str, Field(min_length=1, max_length=40, examples=["p147"])]
    de_minimis: Annotated[
        bool, Field(description="Aids declared under a de minimis regulation: `notificationUE` is then `oui`.")
    ] = False
    aid_scheme: Annotated[
        str,
        Field(
            max_length=80,
            pattern=r"^\S*$",
            description="`dispositifAide`: the public scheme they come from, as the *dispositifs d'aide* schema identifies it.",
            examples=["65d5b6c7-102c-4440-ac3b-768f708edc0a"],
        ),
    ] = ""


class PublisherWrite(BaseModel):
    """How the funder appears in its publications."""

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        Field(
            min_length=2,
            max_length=200,
            pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$",
            description="Official name, on one line.",
            examples=["Carcassonne Agglo"],
        ),
    ]
    siret: Siret
    licence: Licence = Licence.LICENCE_OUVERTE
    contact_email: Annotated[
        EmailStr,
        Field(description="Mailbox of the service, published: never a person's own.", examples=["opendata@agglo.example.org"]),
    ]
    budget_lines: Annotated[list[PublishedLine], Field(max_length=100)] = []


class PublisherRead(PublisherWrite):
    """A funder's publication identity, with its place in public addresses."""

    model_config = ConfigDict(from_attributes=True)

    funder_id: UUID
    slug: Annotated[str, Field(description="In public addresses; it never changes.", examples=["carcassonne-agglo"])]
    updated_at: AwareDatetime


class BeneficiaryWrite(BaseModel):
    """What the funder knows of one of its beneficiaries; it goes before what the beneficiary wrote in its dossier."""

    siret: Siret | None = None
    legal_person: Annotated[
        bool | None,
        Field(description="False: a natural person or sole trader, never published. Null: as the kind of the organisation tells."),
    ] = None


class BeneficiaryRead(BeneficiaryWrite):
    model_config = ConfigDict(from_attributes=True)

    funder_id: UUID
    holder_id: UUID
    stated_at: AwareDatetime


class PublicationCreate(BaseModel):
    """Publish a year."""

    year: Year


class PublicationRead(BaseModel):
    """One version of the file of a funder and a year. Its address never changes."""

    funder_id: UUID
    funder: Annotated[str, Field(description="Official name.")]
    year: int
    version: int
    rows: Annotated[int, Field(description="Subsidies in the file.")]
    left_out: Annotated[int, Field(description="Subsidies that wait for something: see the gaps.")]
    granted_cents: Cents
    sha256: str
    size: int
    published_at: AwareDatetime
    url: Annotated[str, Field(examples=["https://canevas.example/programming/v1/open-data/subventions/agglo/2027/versions/1.csv"])]


class DatasetRead(PublicationRead):
    """The latest version of a funder's year, at an address that always gives the latest."""

    siret: str
    licence: Licence
    licence_url: str


class DatasetListing(BaseModel):
    """Filters of the public list."""

    limit: Limit = 20
    cursor: Cursor = None
    year: Annotated[int | None, Field(ge=2000, le=2199)] = None


class VersionListing(BaseModel):
    """A page of a file's history."""

    limit: Limit = 20
    cursor: Cursor = None


class GapListing(BaseModel):
    """Filters of a funder's gaps."""

    limit: Limit = 20
    cursor: Cursor = None
    year: Annotated[int | None, Field(ge=2000, le=2199)] = None


class GapRead(BaseModel):
    """Something a row lacks."""

    column: Annotated[str, Field(description="SCDL column.", examples=["idBeneficiaire"])]
    code: Annotated[str, Field(examples=["identifier_missing"])]
    severity: Severity
    detail: str
    way_out: str


class IncompleteAward(BaseModel):
    """An award whose row lacks something."""

    award_id: UUID
    dossier_id: UUID
    reference: str
    title: str
    holder_id: UUID
    holder_name: str
    year: int
    granted_cents: Cents
    published: Annotated[bool, Field(description="Whether its row is in the file all the same.")]
    publish_before_on: Annotated[date | None, Field(description="End of the legal delay; null while an agreement is due.")]
    late: bool
    gaps: list[GapRead]


class YearSummary(BaseModel):
    """Where a funder's year is."""

    year: int
    awards: int
    complete: Annotated[int, Field(description="Rows the file holds, or would hold now.")]
    missing: Annotated[
        dict[str, int], Field(description="Awards by what they lack (code of the gap).", examples=[{"siret_missing": 2}])
    ]
    late: Annotated[int, Field(description="Incomplete awards past the legal delay.")]
    publish_before_on: Annotated[date | None, Field(description="The earliest legal deadline of the year.")]
    published_version: int | None
    published_rows: int | None


class FunderSummary(BaseModel):
    """What is missing before everything a funder owes is published."""

    funder_id: UUID
    identified: Annotated[bool, Field(description="Whether the funder gave its publication identity.")]
    years: list[YearSummary]


class GapsSummary(BaseModel):
    items: list[FunderSummary]


class SupportedAction(BaseModel):
    """An action at least one funder supports. The holder's name is null when it may be a person's."""

    reference: str
    title: str
    holder_name: str | None
    objective_codes: list[str]
    qpv_codes: list[str]
    funders: list[str]
    granted_cents: Cents
    year: int


class SupportedActions(BaseModel):
    """The actions a decided campaign supports."""

    campaign_id: UUID
    items: list[SupportedAction]


class GrantedBy(BaseModel):
    funder_id: UUID
    granted_cents: Cents


class PublishedFigures(BaseModel):
    """What is voted. `publics` adds up what dossiers announce: people are not deduplicated."""

    actions: int
    holders: Annotated[int, Field(description="How many distinct holders.")]
    publics: int
    granted_cents: Cents
    funders: list[GrantedBy]


class PublishedCell(PublishedFigures):
    objective_code: str
    qpv_code: Annotated[str | None, Field(description="Null: actions that name no QPV.")]
    covered: bool


class PublishedMatrix(BaseModel):
    """What a decided campaign covers, by objective × QPV, in euro cents. Cells add up to the total, to the cent."""

    campaign_id: UUID
    campaign: str
    contract: str
    year: int
    objectives: list[CoveredObjective]
    qpvs: list[CoveredQpv]
    funders: list[CoveringFunder]
    cells: Annotated[list[PublishedCell], Field(description="Every objective × QPV, then outside QPVs, empty ones included.")]
    total: PublishedFigures
    uncovered: list[Place]
    droit_commun: DroitCommunLayer
    tfpb: TfpbLayer
    rules: Annotated[list[str], Field(description="How to read the figures, in French.")]


class CoverageVersion(BaseModel):
    """One version of what a campaign covers. Its addresses never change."""

    campaign_id: UUID
    version: int
    cells: int
    granted_cents: Cents
    published_at: AwareDatetime
    csv_url: str
    csv_sha256: str
    csv_size: int
    json_url: str
    json_sha256: str
    json_size: int
