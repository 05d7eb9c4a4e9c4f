"""Programs that act for an organisation: client credentials and scopes. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["api-clients"])
