"""Organisations and territories from files. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["reference-imports"])
