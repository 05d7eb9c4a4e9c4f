"""What each reader is shown of a dossier: the holder learns nothing of reviews and decisions before the letters leave."""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

import orjson

from services.common.db import Row
from services.common.etag import etag

from ..permanent_files.rules import scan_mark
from . import rules
from .differences import WRITTEN
from .models import DossierStatus, RequestStatus

_KEPT_FROM_HOLDER = ("opinion", "proposed_cents")
_UNTIL_NOTIFIED = ("granted_cents", "motive", "conditions", "decided_at")


def is_holder_only(row: Row) -> bool:
    return bool(row["as_holder"] or row["as_collaborator"]) and not (row["as_funder"] or row["as_lead"])


def tag(row: Row) -> str:
    """The ETag of what this reader is shown. Once submitted, the holder's only moves with what the holder sees: the version
    itself would tell that a review was given or a decision taken."""
    status, scans = DossierStatus(row["status"]), scan_mark(row.get("attachments") or ())
    if status is DossierStatus.CHANGES_REQUESTED:  # what is written is checked against what is written
        view = f"changes{crc32(orjson.dumps(_told(row), default=str)):x}" if is_holder_only(row) else f"full{row['version']}"
        return etag(row["content_version"], view + scans)
    if not is_holder_only(row):
        return etag(row["version"], "full" + scans)
    if status in {DossierStatus.DRAFT, DossierStatus.DROPPED}:
        return etag(row["version"], "holder" + scans)
    digest = crc32(orjson.dumps(_told(row), default=str))
    return etag(digest, rules.status_for_holder(status).value.replace("_", "") + scans)


def _told(row: Row) -> list[Any]:
    """What a submitted dossier's holder sees move."""
    shown = [_request_for_holder(request) for request in row["requests"]]
    names = (
        "report_due_on",
        "report_submitted_at",
        "successor_id",
        "content_version",
        "open_fields",
        "suspended_days",
        "suspended_since",
    )
    return [
        *(row[name] for name in (*names, "changes_due_on", "answer_promised_on", "silence_rejects_on")),
        row.get("contact"),
        *shown,
    ]


def number(row: Row) -> int:
    """The part of `tag` that `If-Match` is checked against."""
    return int(tag(row).strip('"').partition("-")[0])


def once_each(rows: Iterable[Row]) -> list[Row]:
    """Rows of a listing, in order: a dossier read in several capacities comes once, with all of them."""
    seen: dict[Any, Row] = {}
    for row in rows:
        kept = seen.setdefault(row["id"], row)
        if kept is row:
            continue
        for capacity in ("as_holder", "as_funder", "as_lead", "as_collaborator"):
            kept[capacity] = kept[capacity] or row[capacity]
    return [summary(_as_submitted(row)) for row in seen.values()]


def _as_submitted(row: Row) -> Row:
    """A line of a listing: what its holder is writing for an answer is nobody else's yet."""
    sent = row.pop("as_submitted")
    if sent is not None and not (row["as_holder"] or row["as_collaborator"]):
        row.update({name: value for name, value in sent.items() if value is not None})
    return row


def summary(row: Row) -> Row:
    if is_holder_only(row):
        status = DossierStatus(row["status"])
        row["status"] = rules.status_for_holder(status)
        row["granted_cents"] = row["granted_cents"] if status in rules.ANSWERED else None
    return row


def whole(row: Row) -> Row:
    """The row of `repository.ONE`, fit for its reader."""
    if is_holder_only(row):
        row = summary(row)
        row["requests"] = [_request_for_holder(request) for request in row["requests"]]
        if row["granted_cents"] is not None:  # without a tranche that joined since the answers were told
            row["granted_cents"] = sum(request["granted_cents"] or 0 for request in row["requests"])
    elif (sent := row["as_submitted"]) is not None and not (row["as_holder"] or row["as_collaborator"]):
        row.update({name: sent[name] for name in WRITTEN if name in sent})
        if (files := sent.get("attachments")) is not None:
            known = {one["id"] for one in files}
            row["attachments"] = [one for one in row["attachments"] if str(one["id"]) in known]
    return row


def _request_for_holder(request: dict[str, Any]) -> dict[str, Any]:
    shown = {**request, **dict.fromkeys(_KEPT_FROM_HOLDER)}
    if request["notified_at"] is None:
        shown.update(dict.fromkeys(_UNTIL_NOTIFIED))
        shown["status"] = RequestStatus.WITHDRAWN if request["status"] == RequestStatus.WITHDRAWN.value else RequestStatus.ASKED
    return shown
