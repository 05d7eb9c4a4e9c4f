"""What a virus scanner's refusal means to a draft. Pure: no database, no clock."""

from collections.abc import Sequence
from typing import Protocol

from services.common.language import Text
from services.common.problems import FieldError

from ..permanent_files.schemas import ScanStatus


class Joined(Protocol):
    """An attachment, of a dossier or of a bilan."""

    @property
    def name(self) -> str: ...
    @property
    def status(self) -> ScanStatus: ...


def infected_errors(joined: Sequence[Joined]) -> list[FieldError]:
    """Attachments the scanner refused: to be removed or replaced before submission."""
    return [
        FieldError(
            f"/attachments/{i}",
            Text(
                f"« {one.name} » est refusé par l'antivirus : retirez-le ou remplacez-le.",
                f"“{one.name}” is refused by the virus scanner: remove or replace it.",
            ),
            "infected",
        )
        for i, one in enumerate(joined)
        if one.status is ScanStatus.REFUSED
    ]
