"""Monitoring over HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/programming/v1", tags=["monitoring"], route_class=ActRoute)
