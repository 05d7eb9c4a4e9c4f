"""What is sent and received about bank accounts."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, computed_field

from . import iban
from .models import BankAccountStatus as BankAccountStatus

STATUS_LABELS = {
    BankAccountStatus.PROPOSED: "À confirmer",
    BankAccountStatus.CONFIRMED: "Confirmé",
    BankAccountStatus.REPLACED: "Remplacé",
    BankAccountStatus.REJECTED: "Rejeté",
}

Iban = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60),
    AfterValidator(iban.checked_iban),
    Field(description="With or without spaces, any case.", examples=["FR76 3000 6000 0112 3456 7890 189"]),
]
Bic = Annotated[
    str, StringConstraints(min_length=1, max_length=20), AfterValidator(iban.checked_bic), Field(examples=["AGRIFRPP882"])
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]


class Rib(BaseModel):
    """The bank statement, joined to one of the organisation's dossiers."""

    dossier_id: UUID
    attachment_id: UUID


class BankAccountPropose(BaseModel):
    """Where the organisation wants to be paid."""

    iban: Iban
    bic: Bic | None = None
    account_holder: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=2, max_length=200),
        Field(description="Name the account is in, as on the bank statement.", examples=["Les Ateliers imaginaires"]),
    ]
    rib: Rib | None = None


class BankAccountReject(BaseModel):
    reason: Annotated[Reason, Field(description="Read by the organisation.", examples=["Le titulaire n'est pas l'association."])]


class BankAccountRead(BaseModel):
    """An account, its IBAN masked."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    status: BankAccountStatus
    iban_masked: Annotated[str, Field(examples=["FR76 •••• 0189"])]
    bic: str | None
    account_holder: str
    rib_dossier_id: UUID | None
    rib_attachment_id: UUID | None
    proposed_by: UUID
    proposed_at: AwareDatetime
    confirmed_by: UUID | None
    confirmed_at: AwareDatetime | None
    replaced_at: AwareDatetime | None
    rejected_at: AwareDatetime | None
    reason: Annotated[str | None, Field(description="Why it was rejected.")]

    @computed_field(examples=["Confirmé"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]


class BankAccountDisclosed(BankAccountRead):
    """The account in clear, for who pays on it."""

    iban: Annotated[str, Field(examples=["FR76 3000 6000 0112 3456 7890 189"])]
    known_elsewhere: Annotated[
        bool, Field(description="Another organisation gave the same IBAN: look closer before paying.", examples=[False])
    ]
