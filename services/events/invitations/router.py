"""HTTP of invitations."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["invitations"], route_class=ActRoute)
