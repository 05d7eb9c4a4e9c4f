"""HTTP of feeds."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["feeds"], route_class=ActRoute)
