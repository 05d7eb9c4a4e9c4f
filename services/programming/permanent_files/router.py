"""Permanent files of organisations: statutes, accounts, bank details' proof, asked once and reused. HTTP."""

from fastapi import APIRouter

from services.common.routing import ActRoute

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["permanent-files"])
