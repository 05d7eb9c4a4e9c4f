"""HTTP of citations, linked data and exports: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["formats"], route_class=ActRoute)
