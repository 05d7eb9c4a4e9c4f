"""Dated notices that amend a campaign already open, and reach every draft's holder. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["notices"])
