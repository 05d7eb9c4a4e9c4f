"""HTTP of privacy."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/events/v1", tags=["privacy"], route_class=ActRoute)
