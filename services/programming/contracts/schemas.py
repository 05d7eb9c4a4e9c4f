"""What is sent and received about contracts."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

QPV_PATTERN = r"^(QP\d{6}|QN(0\d\d|02[AB]|9[78]\d)\d\d[NMI])$"
#: Codes of 2024; those of 2015, which contracts overseas still bear.
CONTRACT_PATTERN = r"^(CN(0\d\d|02[AB]|9[78]\d)\d\d[NMI]|CV\d{3})$"

QpvCode = Annotated[str, Field(pattern=QPV_PATTERN, examples=["QP011002"])]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.-]+$", examples=["2"])]
Title = Annotated[str, Field(min_length=1, max_length=300)]


class Qpv(BaseModel):
    """A quartier prioritaire (2015 or 2024 code)."""

    code: QpvCode
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["La Conte – Ozanam"])]
    population: Annotated[int | None, Field(None, ge=0, examples=[2060])]
    former_codes: Annotated[
        list[QpvCode], Field(max_length=20, description="Codes it had before (generation of 2015): earlier dossiers name them.")
    ] = []


class Signatory(BaseModel):
    """A signatory of the contract; `organisation_id` when it is on the platform."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Caisse d'allocations familiales"])]
    organisation_id: UUID | None = None
    signed_on: date | None = None


class Objective(BaseModel):
    """An objectif opérationnel."""

    code: Code
    title: Annotated[Title, Field(examples=["Réussir l'éducation des enfants"])]


class Orientation(BaseModel):
    code: Code
    title: Title
    objectives: Annotated[list[Objective], Field(min_length=1, max_length=50)]


class Enjeu(BaseModel):
    """A stake of the contract; its objectives hang from orientations or directly from it."""

    code: Annotated[Code, Field(examples=["GRANDIR"])]
    title: Title
    orientations: Annotated[list[Orientation], Field(max_length=50)] = []
    objectives: Annotated[list[Objective], Field(max_length=50)] = []


class TransversalConcern(BaseModel):
    code: Annotated[Code, Field(examples=["mobilites"])]
    title: Title


class Framework(BaseModel):
    """Enjeux → orientations → objectifs opérationnels, and the concerns that cross them."""

    enjeux: Annotated[list[Enjeu], Field(min_length=1, max_length=20)]
    transversal_concerns: Annotated[list[TransversalConcern], Field(max_length=20)] = []


class FrameworkCreate(Framework):
    adopted_on: Annotated[date, Field(examples=["2024-03-31"])]


class FrameworkRead(Framework):
    number: int
    adopted_on: date


class ContractCreate(BaseModel):
    code: Annotated[str, Field(pattern=CONTRACT_PATTERN, examples=["CN01102I"])]
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Contrat de ville de Carcassonne Agglo"])]
    lead_organisation_id: UUID
    starts_on: Annotated[date, Field(examples=["2024-01-01"])]
    ends_on: Annotated[date, Field(examples=["2030-12-31"])]
    mid_term_review_year: Annotated[int | None, Field(None, ge=2015, le=2100, examples=[2027])]
    qpvs: Annotated[list[Qpv], Field(min_length=1, max_length=200)]
    signatories: Annotated[list[Signatory], Field(max_length=200)] = []


class ContractUpdate(BaseModel):
    """Merge patch: only what is sent changes."""

    name: Annotated[str | None, Field(None, min_length=1, max_length=200)]
    ends_on: date | None = None
    mid_term_review_year: Annotated[int | None, Field(None, ge=2015, le=2100)]
    qpvs: Annotated[list[Qpv] | None, Field(None, min_length=1, max_length=200)]
    signatories: Annotated[list[Signatory] | None, Field(None, max_length=200)]


class ContractSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    lead_organisation_id: UUID
    starts_on: date
    ends_on: date
    framework_number: Annotated[int, Field(description="Number of the framework in force; 0 before the first.")]


class ContractRead(ContractSummary):
    mid_term_review_year: int | None
    qpvs: list[Qpv]
    signatories: list[Signatory]
    framework: FrameworkRead | None = None
