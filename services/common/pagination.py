"""Keyset pagination: opaque signed cursors, never offsets, so that page 2 000 costs what page 1 does."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from itsdangerous import BadData, URLSafeSerializer
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from .problems import InvalidCursor

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=100, description="Most items in the answer.")]
Cursor = Annotated[str | SkipJsonSchema[None], Query(max_length=2000, description="`next` of the previous page.")]


#: Above every id: where a listing from the newest begins.
LAST_ID = UUID(int=2**128 - 1)


class Page(BaseModel, Generic[Item]):
    """One page of a list; follow `next` until it is null."""

    items: list[Item]
    next: str | None = Field(description="Cursor of the next page, or null on the last one.")
    total: int | None = Field(None, description="Number of items, only with `count=exact`.")


class Cursors:
    """Signs the keys of the last row seen. A cursor belongs to one listing with its filters and sort (`scope`)."""

    def __init__(self, secret_key: str) -> None:
        self._signer = URLSafeSerializer(secret_key, salt="cursor", serializer_kwargs={"ensure_ascii": False})

    def write(self, scope: str, keys: Sequence[Any]) -> str:
        return str(self._signer.dumps([scope, *[str(key) for key in keys]]))

    def read(self, scope: str, cursor: str) -> list[str]:
        try:
            found_scope, *keys = self._signer.loads(cursor)
        except (BadData, ValueError, TypeError) as error:
            raise InvalidCursor() from error
        if found_scope != scope:
            raise InvalidCursor()
        return [str(key) for key in keys]


def scope_of(request: Request) -> str:
    """The listing a cursor belongs to: path and filters, without the page itself."""
    kept = sorted((k, v) for k, v in request.query_params.multi_items() if k not in {"cursor", "limit", "count"})
    return hashlib.sha256(orjson.dumps([request.scope["path"], kept])).hexdigest()[:32]


def read_cursor(request: Request, cursor: str | None) -> list[str] | None:
    """Keys of the last row of the previous page, or None on the first page (400 when the cursor is not ours)."""
    cursors: Cursors = request.app.state.resources.cursors
    return None if cursor is None else cursors.read(scope_of(request), cursor)


def page(
    request: Request,
    response: Response,
    rows: Sequence[Any],
    limit: int,
    key: Callable[[Any], Sequence[Any]],
    total: int | None = None,
) -> dict[str, Any]:
    """The `Page` of `rows`, which were asked with `limit + 1`; sets `Link: rel="next"` (RFC 8288)."""
    kept = list(rows[:limit])
    after = None
    if len(rows) > limit:
        after = request.app.state.resources.cursors.write(scope_of(request), key(kept[-1]))
        asked = quote(request.url.query, safe="%&=+~!$'()*,/:;?@[]")
        same = [part for part in asked.split("&") if part and not part.startswith("cursor=")]
        response.headers["Link"] = f'<{request.url.replace(query="&".join([*same, f"cursor={after}"]))}>; rel="next"'
    return {"items": kept, "next": after, "total": total}
