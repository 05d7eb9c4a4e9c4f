"""HTTP of imports of documents: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["imports"], route_class=ActRoute)
