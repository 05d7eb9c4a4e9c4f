"""HTTP of surveys."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["surveys"], route_class=ActRoute)
