"""What each reader is shown of a dossier: the holder learns nothing of reviews and decisions before the letters leave."""

from typing import Any

from services.common.db import Row

from . import rules
from .models import DossierStatus, RequestStatus

_KEPT_FROM_HOLDER = ("opinion", "proposed_cents")
_UNTIL_NOTIFIED = ("granted_cents", "motive", "conditions", "decided_at")


def is_holder_only(row: Row) -> bool:
    return bool(row["as_holder"]) and not (row["as_funder"] or row["as_lead"])


def summary(row: Row) -> Row:
    if is_holder_only(row):
        row["status"] = rules.status_for_holder(DossierStatus(row["status"]))
    return row


def whole(row: Row) -> Row:
    """The row of `repository.ONE`, fit for its reader."""
    if is_holder_only(row):
        row = summary(row)
        row["requests"] = [_request_for_holder(request) for request in row["requests"]]
    return row


def _request_for_holder(request: dict[str, Any]) -> dict[str, Any]:
    shown = {**request, **dict.fromkeys(_KEPT_FROM_HOLDER)}
    if request["notified_at"] is None:
        shown.update(dict.fromkeys(_UNTIL_NOTIFIED))
        shown["status"] = RequestStatus.ASKED
    return shown
