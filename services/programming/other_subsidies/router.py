"""What a holder asks for or got elsewhere, told to the funders concerned. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["other-subsidies"])
