"""HTTP of other centres' holdings: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["harvests"], route_class=ActRoute)
