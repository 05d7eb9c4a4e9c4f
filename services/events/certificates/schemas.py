"""What callers send and receive about certificates."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from ..agenda.schemas import LocalInstant
from .models import CertificateKind as CertificateKind
from .models import CertificateState as CertificateState

KIND_LABELS = {CertificateKind.CERTIFICATE: "Certificat de suivi", CertificateKind.ATTESTATION: "Attestation de présence"}
STATE_LABELS = {
    CertificateState.ISSUED: "Valable",
    CertificateState.REPLACED: "Remplacé par un autre",
    CertificateState.REVOKED: "Retiré",
    CertificateState.EXPIRED: "Expiré",
}


class CertificateRead(BaseModel):
    """A certificate, as its holder and the organisers see it."""

    id: UUID
    event_id: UUID
    registration_id: UUID
    attendee_id: UUID
    reference: str = Field(examples=["CRDSU-2027-0042-C0001"])
    code: str = Field(examples=["7KQ2-9FVM-4TXA"])
    kind: CertificateKind
    kind_label: str = Field(examples=["Certificat de suivi"])
    state: CertificateState
    state_label: str = Field(examples=["Valable"])
    holder_name: str
    minutes: int = Field(examples=[390])
    total_minutes: int = Field(examples=[480])
    hours: str = Field(examples=["6 h 30"])
    verification_url: str
    is_ready: bool = Field(description="The PDF can be downloaded.")
    replaces_id: UUID | None
    issued_at: LocalInstant
    ended_at: LocalInstant | None
    ended_reason: str | None
    version: int


class IssueRead(BaseModel):
    """What issuing did. Issuing again changes nothing, unless presence did."""

    issued: int = Field(description="New papers, those that replace others included.")
    replaced: int
    revoked: int
    kept: int = Field(description="Papers that stood already and say the truth.")
    nothing: int = Field(description="People who followed nothing.")


class CertificateFace(BaseModel):
    """What a certificate certifies, for whoever has its code; nothing more."""

    code: str = Field(examples=["7KQ2-9FVM-4TXA"])
    stands: bool
    state: CertificateState
    state_label: str = Field(examples=["Valable"])
    kind: CertificateKind
    kind_label: str = Field(examples=["Certificat de suivi"])
    holder_name: str | None = Field(
        description="None: it is too old to be told, or the person asked to be forgotten.", examples=["Camille Exemple"]
    )
    event_title: str
    network: str
    days: str = Field(examples=["les 18 et 25 mars 2027"])
    minutes: int
    hours: str = Field(examples=["6 h 30"])
    issued_on: date
