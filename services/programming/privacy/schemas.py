"""What administrators read of retention."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class SealedSignatureRead(BaseModel):
    """An act whose signatory was erased, while the law still keeps their name."""

    id: UUID
    act: str = Field(examples=["dossier.submission"])
    act_id: UUID
    reference: str = Field(examples=["2027-CARC-0042"])
    kept_until: date
    sealed_at: datetime


class SealOpening(BaseModel):
    """Why a seal is opened: kept in the journal."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=1000)] = Field(
        examples=["Réquisition de la chambre régionale des comptes du 3 mars 2031."]
    )


class OpenedSignature(BaseModel):
    """Who had signed."""

    name: str = Field(examples=["Camille Exemple"])
    function: str = Field(examples=["Présidente"])
    reference: str = Field(examples=["2027-CARC-0042"])
