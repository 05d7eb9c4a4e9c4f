"""HTTP of drafts made of closed dossiers: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["experiences"], route_class=ActRoute)
