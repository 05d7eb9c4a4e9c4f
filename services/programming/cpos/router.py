"""CPO over HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/programming/v1", tags=["cpos"], route_class=ActRoute)
