"""HTTP of views and downloads: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["usage"], route_class=ActRoute)
