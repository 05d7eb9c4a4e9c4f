"""What callers send and receive about organisations."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, computed_field

from services.common.language import Text
from services.common.texts import Name, ShortName

from ..accounts.schemas import EmailAddress
from .models import DissolutionReason as DissolutionReason
from .models import Kind as Kind
from .rules import checked_rna, checked_siret

_URL = TypeAdapter(AnyHttpUrl)


def _website(address: str) -> str:
    """An http(s) address, as a browser would write it."""
    try:
        return str(_URL.validate_python(address))
    except ValueError as error:
        raise ValueError(Text("Une adresse https://… est attendue.", "An address https://… is expected.")) from error


Siret = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(checked_siret),
    Field(description="14 digits, spaces allowed.", examples=["82161143100015"]),
]
Rna = Annotated[
    str, StringConstraints(max_length=40), AfterValidator(checked_rna), Field(description="RNA number.", examples=["W112004567"])
]
Website = Annotated[
    str, StringConstraints(max_length=400), AfterValidator(_website), Field(examples=["https://regie-ozanam.example.org/"])
]
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$"), Field(examples=["11000"])]
Role = Literal["member", "manager", "signatory", "payer"]


def _distinct(roles: list[Role]) -> list[Role]:
    return sorted(set(roles))


Roles = Annotated[
    list[Role],
    Field(
        min_length=1,
        max_length=4,
        description="`manager` administers, `signatory` signs for it, `payer` (comptable) orders and records its payments.",
        examples=[["member"]],
    ),
    AfterValidator(_distinct),
]


class Address(BaseModel):
    """Where letters are sent."""

    model_config = ConfigDict(extra="forbid")

    street: Name = Field(examples=["12 rue Jean Bringer"])
    postcode: Postcode
    city: ShortName = Field(examples=["Carcassonne"])


class LegalRepresentative(BaseModel):
    """Who is bound by what the organisation signs."""

    model_config = ConfigDict(extra="forbid")

    full_name: ShortName = Field(examples=["Nadia Benali"])
    function: ShortName = Field(examples=["Présidente"])


class _Described(BaseModel):
    """Everything but what identifies the organisation."""

    model_config = ConfigDict(extra="forbid")

    legal_name: Name | None = Field(
        None, description="As registered, when it differs from the name.", examples=["Régie Ozanam Services"]
    )
    siret: Siret | None = None
    rna: Rna | None = None
    address: Address | None = Field(None, description="Sent whole.")
    legal_representative: LegalRepresentative | None = Field(None, description="Sent whole.")
    website: Website | None = None

    def columns(self) -> dict[str, Any]:
        """What was sent, by column."""
        sent = self.model_dump(exclude_unset=True, exclude={"manager_email"})
        for field, columns in _FLATTENED.items():
            if field in sent:
                value = sent.pop(field) or {}
                sent |= {column: value.get(part) for part, column in columns.items()}
        return sent


_FLATTENED = {
    "address": {"street": "street", "postcode": "postcode", "city": "city"},
    "legal_representative": {"full_name": "representative_name", "function": "representative_function"},
}


class OrganisationCreate(_Described):
    """An organisation being opened."""

    kind: Kind = Field(examples=["association"])
    name: Name = Field(examples=["Régie de quartier Ozanam"])
    manager_email: EmailAddress | None = Field(
        None, description="Administrators only: the confirmed account that becomes the first manager, instead of the caller."
    )


class OrganisationUpdate(_Described):
    """Merge patch: only what is sent changes."""

    name: Name = Field(default_factory=str, examples=["Régie de quartier Ozanam"])


class OrganisationPublic(BaseModel):
    """An organisation as any signed-in person sees it."""

    id: UUID
    kind: Kind
    name: str = Field(examples=["Régie de quartier Ozanam"])
    siret: str | None = Field(examples=["82161143100015"])
    rna: str | None = Field(examples=["W112004567"])
    city: str | None = Field(examples=["Carcassonne"])
    cer_signed_on: date | None = Field(description="When the contrat d'engagement républicain was signed.", examples=["2027-01-04"])
    dissolved_on: date | None = Field(description="Last day of a dissolved organisation.", examples=[None])
    successor_id: UUID | None = Field(description="Who took over from a dissolved organisation.", examples=[None])

    @computed_field(examples=["active"])  # type: ignore[prop-decorator]
    @property
    def status(self) -> Literal["active", "dissolved"]:
        return "active" if self.dissolved_on is None else "dissolved"


class OrganisationRead(OrganisationPublic):
    """An organisation as its members and the administrators see it. Others read `view: public`, where the rest is null."""

    view: Literal["full", "public"] = Field(description="Which of the two this is.", examples=["full"])
    legal_name: str | None = Field(None, examples=["Régie Ozanam Services"])
    address: Address | None = None
    legal_representative: LegalRepresentative | None = None
    website: str | None = Field(None, examples=["https://regie-ozanam.example.org/"])
    cer_signatory_name: str | None = Field(None, examples=["Nadia Benali"])
    dissolution_reason: DissolutionReason | None = None
    dissolution_note: str | None = None
    created_at: datetime | None = None
    version: int = Field(examples=[1])

    @classmethod
    def full(cls, organisation: Mapping[str, Any]) -> Self:
        return cls.model_validate({**organisation, **nested(organisation), "view": "full"})

    @classmethod
    def public(cls, organisation: Mapping[str, Any]) -> Self:
        shown = OrganisationPublic.model_validate(organisation).model_dump()
        return cls.model_validate({**shown, "view": "public", "version": organisation["version"]})


def nested(organisation: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that belong together, put together; null when they are."""
    together: dict[str, Any] = {}
    for field, columns in _FLATTENED.items():
        values = {part: organisation[column] for part, column in columns.items()}
        together[field] = values if any(values.values()) else None
    return together


class CerSignature(BaseModel):
    """The contrat d'engagement républicain was signed."""

    signed_on: date = Field(examples=["2027-01-04"])
    signatory_name: ShortName = Field(examples=["Nadia Benali"])


Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class DissolutionCreate(BaseModel):
    """An organisation has come to its end."""

    model_config = ConfigDict(extra="forbid")

    dissolved_on: date = Field(description="Its last day; not in the future.", examples=["2027-06-30"])
    reason: DissolutionReason = Field(examples=["merger"])
    successor_id: UUID | None = Field(
        None, description="The living organisation that takes over its rights and duties; required for a merger."
    )
    note: Note | None = Field(None, examples=["Fusion votée par les deux assemblées générales le 12 juin 2027."])


class ReinstatementCreate(BaseModel):
    """A dissolution that should not have been recorded, or not so."""

    reason: Note = Field(description="Kept in the journal.", examples=["Mauvaise organisation saisie : homonyme."])


class MembershipCreate(BaseModel):
    """Somebody to add, who already has a confirmed account."""

    email: EmailAddress
    roles: Roles = Field(default=["member"])


class MembershipUpdate(BaseModel):
    """The roles from now on."""

    roles: Roles


class MembershipRead(BaseModel):
    """A person's part in an organisation."""

    organisation_id: UUID
    account_id: UUID
    full_name: str = Field(examples=["Nadia Benali"])
    email: str = Field(examples=["nadia.benali@asso.example.org"])
    roles: list[Role] = Field(examples=[["manager", "member"]])
    is_legal_representative: bool = Field(description="Binds the organisation by law.", examples=[False])
    created_at: datetime
    version: int = Field(examples=[1])


class SignatoryRead(BaseModel):
    """Somebody who signs for an organisation."""

    account_id: UUID
    full_name: str = Field(examples=["Nadia Benali"])
    is_legal_representative: bool = Field(description="Binds the organisation by law.", examples=[True])


class LegalRepresentation(BaseModel):
    """Whether a signatory binds the organisation by law."""

    model_config = ConfigDict(extra="forbid")

    is_legal_representative: bool = Field(examples=[True])


class HandoverCreate(BaseModel):
    """Who manages from now on."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID = Field(description="Another member.", examples=["0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"])


class OwnMembership(BaseModel):
    """Your part in an organisation."""

    organisation_id: UUID
    organisation_name: str = Field(examples=["Régie de quartier Ozanam"])
    organisation_kind: Kind
    roles: list[Role] = Field(examples=[["manager", "member"]])
