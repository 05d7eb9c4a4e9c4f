"""HTTP of visio."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["visio"], route_class=ActRoute)
