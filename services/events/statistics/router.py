"""HTTP of statistics."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["statistics"], route_class=ActRoute)
