"""What reference data have in common: a code for a name."""

from uuid import UUID, uuid5

_REFERENCES = UUID("4b9f2a52-6d0e-5c39-9f0b-3d8f6b1f5c11")


def journal_id(kind: str, code: str) -> UUID:
    """The id the journal knows a coded resource by: always the same."""
    return uuid5(_REFERENCES, f"{kind}:{code}")
