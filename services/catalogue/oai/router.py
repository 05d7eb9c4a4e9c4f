"""HTTP of the OAI-PMH provider: parse, call one use case, answer."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/catalogue/v1", tags=["oai"], route_class=ActRoute)
