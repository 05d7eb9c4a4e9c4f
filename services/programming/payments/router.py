"""Payments over HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/programming/v1", tags=["payments"], route_class=ActRoute)
