"""HTTP of certificates."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["certificates"], route_class=ActRoute)
