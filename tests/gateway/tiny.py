"""A service of a few lines, for tests of what stands around services."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel
from sqlalchemy import Column, Integer, Table, insert

from gateway.routes import Part
from services.common.app import create_app
from services.common.db import Session, execute, new_metadata
from services.common.resources import Service
from services.common.routing import ActRoute, UploadRoute, right
from services.common.settings import ServiceSettings
from services.common.siblings import Apps
from services.common.storage import declare_kernel_tables
from tests.support import EVENTS_SECRET, SECRET

ANYONE = right("Anyone.", public=True)
FILE = {
    "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


class Settings(ServiceSettings):
    """Nothing of its own."""


class Echo(BaseModel):
    text: str


def part(name: str = "tiny", *, routers: Sequence[APIRouter] = ()) -> Part:
    """A service called `name` that answers under `/name/v1`."""
    metadata = new_metadata()
    tables = declare_kernel_tables(metadata)
    notes = Table("notes", metadata, Column("number", Integer, primary_key=True))
    service = Service(
        name=name,
        title=name.title(),
        description=f"The service {name}.",
        metadata=metadata,
        tables=tables,
        routers=[_router(name, notes), _uploads(name), *routers],
        tags=[{"name": name, "description": f"All of {name}."}],
    )

    def create(settings: ServiceSettings, apps: Apps | None = None) -> FastAPI:
        return create_app(service, settings, apps)

    return Part(service, Settings, create)


def settings(conninfo: str = "", **more: Any) -> Settings:
    return Settings(database_url=conninfo, secret_key=SECRET, events_secret=EVENTS_SECRET, **more)


def _router(name: str, notes: Table) -> APIRouter:
    router = APIRouter(route_class=ActRoute, prefix=f"/{name}/v1", tags=[name])

    @router.get("/whoami", operation_id=f"{name}Whoami", openapi_extra=ANYONE)
    async def whoami(request: Request) -> dict[str, str]:
        """Who was reached, by what address."""
        client = request.client.host if request.client else ""
        return {"service": name, "path": request.url.path, "client": client, "base": str(request.base_url)}

    @router.get("/sibling/{other}", operation_id=f"{name}Sibling", openapi_extra=ANYONE)
    async def sibling(request: Request, other: str) -> dict[str, Any]:
        """What a sibling answers."""
        answer = await request.app.state.resources.siblings.get(other, f"/{other}/v1/whoami")
        told: dict[str, Any] = answer.json()
        return told

    @router.post("/echo", operation_id=f"{name}Echo", openapi_extra=right("Anyone.", public=True, secret_answer=True))
    async def echo(sent: Echo) -> Echo:
        """What was sent."""
        return sent

    @router.post("/notes/{number}", status_code=201, operation_id=f"{name}Note", openapi_extra=ANYONE)
    async def note(session: Session, number: int, slow: float = 0) -> dict[str, int]:
        """Write, then think for `slow` seconds before the transaction is committed."""
        await execute(session, insert(notes).values(number=number))
        await asyncio.sleep(slow)
        return {"number": number}

    @router.get("/think", operation_id=f"{name}Think", openapi_extra=ANYONE)
    async def think(seconds: float) -> dict[str, float]:
        """Answer after `seconds`."""
        await asyncio.sleep(seconds)
        return {"seconds": seconds}

    @router.get("/framed", operation_id=f"{name}Framed", openapi_extra=ANYONE)
    async def framed() -> Response:
        """An answer with a policy of its own."""
        return Response(b"ok", headers={"X-Frame-Options": "SAMEORIGIN"})

    return router


def _uploads(name: str) -> APIRouter:
    router = APIRouter(route_class=UploadRoute, prefix=f"/{name}/v1", tags=[name])

    @router.post("/files", operation_id=f"{name}Upload", openapi_extra=ANYONE | FILE, max_body_size=40 * 1024 * 1024)
    async def upload(request: Request) -> dict[str, int]:
        """The size of what was streamed."""
        return {"size": sum([len(chunk) async for chunk in request.stream()])}

    return router
