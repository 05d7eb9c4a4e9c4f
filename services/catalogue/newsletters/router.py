"""HTTP of newsletters: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["newsletters"], route_class=ActRoute)
