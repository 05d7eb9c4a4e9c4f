"""Who instructs what: bulk assignment, conflicts of interest, calibration, to-do. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["assignments"])
