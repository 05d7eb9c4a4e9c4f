"""Export and erasure of a person's data, across the services. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["personal-data"])
