"""Public directory of actors; people by their consent only. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["actors"])
