"""The calendar of a campaign, computed backwards from the promised answer. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["retroplanning"])
