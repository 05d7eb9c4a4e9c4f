"""What is sent and received about conversations."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.common.pagination import Cursor, Limit
from services.common.texts import paragraphs

from .models import ConversationKind as ConversationKind
from .models import MessageSide as MessageSide

Body = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(paragraphs),
    Field(examples=["Pouvez-vous préciser le calendrier des ateliers ?"]),
]
AttachmentIds = Annotated[
    list[UUID], Field(default_factory=list, max_length=10, description="Documents of the dossier the message speaks of.")
]


class ConversationMessageWrite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Body
    attachment_ids: AttachmentIds


class ConversationMessageCreate(ConversationMessageWrite):
    """A message, and to whom. The thread opens with its first message."""

    kind: Annotated[
        ConversationKind,
        Field(
            description="`holder`: between the holder and one funder or the team. `instructors`: between funders and the team only."
        ),
    ]
    organisation_id: Annotated[
        UUID,
        Field(
            description="`holder`: who instructs in the thread, the funder or the team written to (your own when you instruct). "
            "`instructors`: always the organisation that leads the contract, whichever yours is: a dossier has one such thread, shared "
            "by its funders and the team."
        ),
    ]


class CitedAttachment(BaseModel):
    id: UUID
    kind: str
    name: str


class ConversationMessageRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    conversation_id: UUID
    side: MessageSide
    organisation_name: Annotated[str, Field(description="For whom the person wrote.", examples=["Caisse d'allocations familiales"])]
    author_id: UUID
    author_name: Annotated[str, Field(examples=["Nadia Exemple"])]
    text: str
    attachments: list[CitedAttachment]
    sent_at: AwareDatetime


class ConversationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dossier_id: UUID
    kind: ConversationKind
    organisation_id: Annotated[
        UUID,
        Field(description="Who instructs in the thread; of the thread of instructors, the organisation that leads the contract."),
    ]
    organisation_name: str
    reference: str
    dossier_title: str
    holder_name: str
    messages_count: int
    unread_count: Annotated[int, Field(description="Messages of others you have not read.")]
    last_message_at: AwareDatetime | None
    opened_at: AwareDatetime


class ConversationListing(BaseModel):
    """Filters of a listing."""

    limit: Limit = 20
    cursor: Cursor = None
    dossier_id: UUID | None = None
    reference: Annotated[str | None, Field(max_length=40, description="Of the dossier, withdrawn or not.")] = None
    kind: ConversationKind | None = None
    unread: Annotated[bool | None, Field(description="Those with messages you have not read.")] = None


class ReadingMark(BaseModel):
    model_config = ConfigDict(extra="forbid")

    up_to: Annotated[UUID, Field(description="The last message you read.")]
