"""HTTP of needs."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["needs"], route_class=ActRoute)
