"""Coverage over HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/programming/v1", tags=["coverage"], route_class=ActRoute)
