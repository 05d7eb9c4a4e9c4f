"""Changes asked of a holder on named fields of a submitted dossier. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["change-requests"])
