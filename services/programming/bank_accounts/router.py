"""Bank accounts of holders over HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(prefix="/programming/v1", tags=["bank-accounts"], route_class=ActRoute)
