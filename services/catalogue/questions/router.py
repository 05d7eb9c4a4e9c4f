"""HTTP of the question desk: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["questions"], route_class=ActRoute)
