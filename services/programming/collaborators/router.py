"""People invited to write a dossier with its holder, and the sign-off of the legal representative. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["collaborators"])
