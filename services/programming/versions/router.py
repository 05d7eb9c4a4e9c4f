"""A dossier as it was at each submission: what changed between two, and its PDF. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["versions"])
