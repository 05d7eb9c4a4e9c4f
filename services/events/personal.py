"""What rooms that hold personal data answer with when somebody asks for theirs, or asks to be forgotten."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

#: Written in the place of a name. An address becomes one at `invalid`, a domain nobody receives mail at (RFC 6761 §6.4).
ANONYMOUS = "Anonyme"
NOWHERE = "invalid"


@dataclass(frozen=True)
class Who:
    """Somebody who proved who they are: by their account, by an e-mail they receive, or both. `email` is in lower case."""

    email: str
    account_id: UUID | None = None
    full_name: str | None = None


@dataclass
class Erased:
    """What a room forgot of somebody: how many records, and what it still keeps with the reason why."""

    count: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: "Erased") -> None:
        self.count += other.count
        self.kept += other.kept


def reason(reference: str, why: str) -> dict[str, Any]:
    return {"reference": reference, "why": why}
