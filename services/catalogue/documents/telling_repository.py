"""SQL of the events documents are related to."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from .models import DocumentRelation, TargetKind

_R: Any = DocumentRelation.__table__  # type: ignore[attr-defined]

EVENTS_OF = sa.select(_R.c.target_id, _R.c.kind).where(
    _R.c.document_id == bindparam("id", type_=sa.Uuid), _R.c.target_kind == TargetKind.EVENT
)
