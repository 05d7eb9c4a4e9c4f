"""Messages between a holder and those who instruct, and between funders instructing together. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["conversations"])
