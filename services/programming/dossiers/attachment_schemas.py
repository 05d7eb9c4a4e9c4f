"""What is sent and received about the documents joined to a dossier."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from ..permanent_files.schemas import SCAN_LABELS, ScanStatus


class AttachmentRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    name: str
    size: Annotated[int, Field(description="Bytes.")]
    sha256: str
    media_type: str
    permanent_file_id: Annotated[UUID | None, Field(description="The version of the holder's permanent file it refers to.")] = None
    status: Annotated[ScanStatus, Field(description="Readers open it once it is `ready`; nobody when it is `refused`.")] = (
        ScanStatus.READY
    )
    status_reason: Annotated[str | None, Field(description="Why its scan is late, or what it found.")] = None
    added_at: AwareDatetime

    @computed_field(examples=["Disponible"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return SCAN_LABELS[self.status]


class AttachmentAdded(AttachmentRead):
    """The attachment, and the dossier's new ETag: no need to read the dossier again before its next change."""

    renamed: Annotated[bool, Field(description="The name given held what a file name may not: `name` is what is kept of it.")]
    dossier_etag: Annotated[str, Field(description="Send it in `If-Match`.", examples=['"4-holder"'])]


class PermanentFileUse(BaseModel):
    """One document named by the holder."""

    permanent_file_id: UUID
    kind: Annotated[
        str | None,
        Field(None, pattern=r"^[a-z0-9_-]{1,40}$", description="The required document it stands for; its own kind by default."),
    ]


class PermanentFilesUse(BaseModel):
    """Documents named one by one; by default every required one that the permanent file answers."""

    files: Annotated[list[PermanentFileUse], Field(max_length=30)] = []


class PieceOutcome(Enum):
    """What became of a document the campaign asks for."""

    ATTACHED = "attached"
    ALREADY_ATTACHED = "already_attached"
    NOT_KEPT = "not_kept"
    EXPIRED = "expired"
    BEING_SCANNED = "being_scanned"
    REFUSED = "refused"
    OTHER_EXERCISE = "other_exercise"
    NO_ROOM = "no_room"


PIECE_LABELS = {
    PieceOutcome.ATTACHED: "Jointe depuis le dossier permanent",
    PieceOutcome.ALREADY_ATTACHED: "Déjà jointe au dossier",
    PieceOutcome.NOT_KEPT: "Absente du dossier permanent : joignez-la, ou conservez-la puis recommencez",
    PieceOutcome.EXPIRED: "La pièce conservée n'est plus valable : conservez-en une à jour",
    PieceOutcome.BEING_SCANNED: "La pièce conservée attend l'analyse antivirus : recommencez dans un instant",
    PieceOutcome.REFUSED: "La pièce conservée est refusée par l'antivirus : conservez-en une saine",
    PieceOutcome.OTHER_EXERCISE: "La pièce conservée est d'un autre exercice que ceux que la campagne prend",
    PieceOutcome.NO_ROOM: "Le dossier porte déjà autant de pièces qu'il peut",
}


class PieceTold(BaseModel):
    """One document the campaign asks for, and what became of it."""

    code: Annotated[str, Field(examples=["comptes"])]
    outcome: PieceOutcome

    @computed_field(examples=["Déjà jointe au dossier"])  # type: ignore[prop-decorator]
    @property
    def outcome_label(self) -> str:
        return PIECE_LABELS[self.outcome]


class PermanentFilesUsed(BaseModel):
    """What was attached by reference, and the required documents that are still to be provided."""

    attached: list[AttachmentRead]
    pieces: Annotated[
        list[PieceTold],
        Field(description="Every document the campaign asks of this holder and why it was attached or not; none asked: empty."),
    ]
    missing: Annotated[list[str], Field(description="Codes of required documents.", examples=[["assurance"]])]
    dossier_etag: Annotated[str, Field(description="Send it in `If-Match`.", examples=['"4-holder"'])]
