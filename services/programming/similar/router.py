"""Similar actions for holders, probable duplicates and overlaps for funders. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["similar"])
