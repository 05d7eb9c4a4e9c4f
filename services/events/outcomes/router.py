"""HTTP of outcomes."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["outcomes"], route_class=ActRoute)
