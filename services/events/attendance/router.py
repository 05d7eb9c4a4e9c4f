"""HTTP of attendance."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["attendance"], route_class=ActRoute)
