"""HTTP of plans."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["plans"], route_class=ActRoute)
