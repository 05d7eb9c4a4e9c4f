"""The hotel over HTTP: one route for each thing the kernel promises."""

from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy import bindparam, select, update

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch, fetch_one
from services.common.etag import etag, expected_version, not_modified, require_version
from services.common.files import Range, StoredFile, download
from services.common.jobs import enqueue
from services.common.outbox import publish
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.resources import Held
from services.common.routing import ActRoute, UploadRoute, right

from .rooms import KERNEL, AttemptCounted, HotelClosed, Room, Visit, clean

ANYONE = right("Anyone.", public=True)
SECRET = right("Anyone.", public=True, secret_answer=True)
SIGNED_IN = right("Anyone signed in.")
FILE_LIMIT = 64 * 1024
_TABLE = Room.metadata.tables["rooms"]
_ONE = select(_TABLE).where(_TABLE.c.id == bindparam("room_id"))
_AFTER = select(_TABLE).where(_TABLE.c.name > bindparam("name")).order_by(_TABLE.c.name).limit(bindparam("limit"))

router = APIRouter(prefix="/rooms/v1", route_class=ActRoute, tags=["rooms"])
uploads = APIRouter(prefix="/rooms/v1", route_class=UploadRoute, tags=["rooms"])


class RoomCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    beds: int = 1
    next_to_id: UUID | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)


class RoomUpdate(BaseModel):
    beds: int


class RoomRead(RoomCreate):
    id: UUID
    version: int


#: How a creation goes wrong once the room is written.
Then = Literal["refuse", "count", "crash", "wait", "enqueue", "enqueue-and-refuse", "teapot"]


async def _go_wrong(then: Then | None, request: Request, session: Any) -> None:
    match then:
        case "refuse":
            raise HotelClosed()
        case "count":
            raise AttemptCounted()
        case "crash":
            raise ZeroDivisionError("the secret of the cellar")
        case "teapot":
            raise HTTPException(418)
        case "wait":
            request.app.state.entered.set()
            await request.app.state.gate.wait()
        case "enqueue" | "enqueue-and-refuse":
            await enqueue(session, clean, note="after the answer")
            if then == "enqueue-and-refuse":
                raise HotelClosed()


@router.post("/rooms", status_code=201, response_model=RoomRead, operation_id="openRoom", openapi_extra=ANYONE)
async def open_room(wish: RoomCreate, request: Request, session: Session, response: Response, then: Then | None = None) -> Room:
    """Create a room, then go wrong as asked."""
    room = Room(**wish.model_dump())
    session.add(room)
    await session.flush()
    await _go_wrong(then, request, session)
    response.headers["Location"] = f"/rooms/v1/rooms/{room.id}"
    response.headers["ETag"] = etag(room.version)
    return room


@router.post("/rooms/{room_id}/keys", status_code=201, operation_id="cutKey", openapi_extra=SECRET)
async def cut_key(room_id: UUID, session: Session) -> dict[str, str]:
    """An answer that carries a credential."""
    visit = Visit(note=f"key to {room_id}")
    session.add(visit)
    return {"key": str(visit.id)}


@router.post("/rooms/{room_id}/notes", status_code=204, operation_id="noteRoom", openapi_extra=ANYONE)
async def note_room(room_id: UUID, note: str, session: Session, now: Now, then: Then | None = None) -> None:
    """Tell the annex."""
    data = {"note": note}
    await publish(session, KERNEL.outbox, type="room.noted", subject=room_id, data=data, at=now, to=["annex"])
    if then == "refuse":
        raise HotelClosed()


@router.get("/rooms", response_model=Page[RoomRead], operation_id="listRooms", openapi_extra=ANYONE)
async def list_rooms(
    request: Request,
    response: Response,
    reader: Reader,
    limit: Limit = 20,
    cursor: Cursor = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
) -> Any:
    """Rooms by name."""
    last = read_cursor(request, cursor)
    rows = await fetch(reader, _AFTER, {"name": last[0] if last else "", "limit": limit + 1})
    return page(request, response, rows, limit, lambda row: [row["name"]])


@router.get("/cellars", response_model=Page[RoomRead], operation_id="listCellars", openapi_extra=ANYONE)
async def list_cellars(request: Request, response: Response, cursor: Cursor = None) -> Any:
    """Another listing: always empty."""
    read_cursor(request, cursor)
    return page(request, response, [], 20, lambda row: [row["name"]])


@router.get("/rooms/{room_id}", response_model=RoomRead, operation_id="readRoom", openapi_extra=ANYONE)
async def read_room(room_id: UUID, request: Request, response: Response, reader: Reader, view: Literal["guest", ""] = "") -> Any:
    """One room, as guests or as the house see it."""
    row = await fetch_one(reader, _ONE, {"room_id": room_id})
    if row is None:
        raise NotFound()
    tag = etag(row["version"], view)
    response.headers["ETag"] = tag
    return not_modified(request, tag) or row


@router.patch("/rooms/{room_id}", response_model=RoomRead, operation_id="changeRoom", openapi_extra=ANYONE)
async def change_room(
    room_id: UUID,
    wish: RoomUpdate,
    session: Session,
    response: Response,
    version: Annotated[int, Depends(expected_version)],
) -> Room:
    """Change the version that was read."""
    room = await session.get(Room, room_id, with_for_update=True)
    if room is None:
        raise NotFound()
    require_version(room.version, version)
    room.beds, room.version = wish.beds, room.version + 1
    response.headers["ETag"] = etag(room.version)
    return room


@router.post("/rooms/{room_id}/loans", status_code=204, operation_id="lendBed", openapi_extra=ANYONE)
async def lend_bed(room_id: UUID, to_id: UUID, request: Request, session: Session) -> None:
    """A bed leaves a room for another; `between` is awaited with the first one held."""
    await session.exec(update(Room).where(_TABLE.c.id == room_id).values(beds=_TABLE.c.beds - 1))
    await request.app.state.between()
    await session.exec(update(Room).where(_TABLE.c.id == to_id).values(beds=_TABLE.c.beds + 1))


@router.get("/whoami", operation_id="whoAmI", openapi_extra=SIGNED_IN)
async def who_am_i(caller: Caller) -> dict[str, Any]:
    """The caller as their token says."""
    return {"account_id": caller.account_id, "organisations": caller.organisation_ids}


@router.post("/me/pledges", status_code=201, operation_id="pledge", openapi_extra=right("Anyone signed in.", persons_only=True))
async def pledge(caller: Caller) -> dict[str, str]:
    """An act that binds a person."""
    return {"id": str(caller.account_id)}


@router.post("/me/visits", status_code=201, operation_id="visit", openapi_extra=SIGNED_IN)
async def visit(caller: Caller, session: Session) -> dict[str, str]:
    """An act of somebody signed in."""
    made = Visit(note=str(caller.account_id))
    session.add(made)
    return {"id": str(made.id)}


@router.post("/arrivals", operation_id="arrive", openapi_extra=SECRET)
async def arrive(request: Request, now: Now, resources: Held) -> dict[str, Any]:
    """When the request arrived, asked before and after an hour has passed."""
    resources.clock.forward(hours=1)  # type: ignore[attr-defined]
    return {"first": now, "arrived": request.state.arrived_at, "clock": resources.clock.now()}


@router.get("/doors", operation_id="readDoors", openapi_extra=ANYONE)
async def read_doors(reader: Reader, session: Snapshot) -> dict[str, Any]:
    """How the read door stands, asked twice so that its statement is prepared; what a snapshot writes is lost."""
    for _ in range(2):
        await fetch(reader, _AFTER, {"name": "", "limit": 1})
    prepared = await (await reader.execute("SELECT statement FROM pg_prepared_statements")).fetchall()
    session.add(Visit(note="written through a snapshot"))
    await session.flush()
    return {"autocommit": reader.autocommit, "prepared": [row["statement"] for row in prepared]}


@router.get("/siblings/{name}", operation_id="callSibling", openapi_extra=ANYONE)
async def call_sibling(name: str, resources: Held) -> dict[str, Any]:
    """What a sibling says it received."""
    structlog.get_logger("rooms").info("calling", sibling=name)
    told: dict[str, Any] = (await resources.siblings.get(name, f"/{name}/v1/echo")).json()
    return told


@uploads.post("/files", status_code=201, operation_id="storeFile", openapi_extra=ANYONE, max_body_size=1024 * 1024)
async def store_file(request: Request, resources: Held, accepted: Annotated[list[str] | None, Query()] = None) -> StoredFile:
    """Store the body."""
    kinds = frozenset(accepted) if accepted else None
    return await resources.files.receive(request.stream(), limit=FILE_LIMIT, accepted=kinds)


@router.get("/files/{key}", operation_id="readFile", response_class=Response, openapi_extra=ANYONE)
async def read_file(
    key: str, name: str, resources: Held, request: Request, byte_range: Range = None, public: bool = False
) -> Response:
    """A stored file under the name asked for."""
    content = await resources.files.read(key)
    stored = await resources.files.write(key, content)
    return download(resources.files, stored, name, byte_range, request=request, public=public)
