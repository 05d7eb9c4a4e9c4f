"""What happens, told to the information systems that asked for it (Standard Webhooks). HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["webhooks"])
