"""For rooms whose listings span dossiers: the condition that the caller's reader ids see the dossier of a column, and as what."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from . import repository

READER_IDS = bindparam("readers", type_=ARRAY(sa.Uuid))


def writes(dossier_id: Any) -> Any:
    """The caller is on the holder's side: a member of it, or a collaborator."""
    return repository.read_as(dossier_id, READER_IDS, "as_holder", "as_collaborator")


def instructs(dossier_id: Any) -> Any:
    """The caller is of a funder asked, or of the team."""
    return repository.read_as(dossier_id, READER_IDS, "as_funder", "as_lead")
