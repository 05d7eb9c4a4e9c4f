"""Is it alive, is it ready: asked by supervisors, answered without a token."""

from fastapi import APIRouter, Request

from .db import Reader
from .routing import ActRoute, right


def health_router(service: str) -> APIRouter:
    router = APIRouter(route_class=ActRoute, include_in_schema=False)

    @router.get(f"/{service}/health", openapi_extra=right("Anyone.", public=True))
    async def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @router.get(f"/{service}/readiness", openapi_extra=right("Anyone.", public=True))
    async def ready(request: Request, reader: Reader) -> dict[str, str]:
        """The process can serve: its database answers and is migrated (503 otherwise)."""
        cursor = await reader.execute("SELECT version_num FROM alembic_version")
        row = await cursor.fetchone()
        return {"status": "ready", "schema": row["version_num"] if row else ""}

    return router
