"""Composition root: what the directory is made of, and nothing else."""

from typing import cast

from fastapi import FastAPI

from services.common.app import create_app as create_service_app
from services.common.auth import KeySource
from services.common.resources import Resources, Service
from services.common.settings import ServiceSettings
from services.common.siblings import Apps

from .accounts.router import router as accounts
from .organisations.members_router import router as memberships
from .organisations.router import router as organisations
from .schema import metadata
from .sessions.keys import SigningKeys
from .sessions.router import router as sessions
from .settings import Settings
from .tables import KERNEL
from .territories.router import router as territories
from .themes.router import router as themes
from .worker import JOBS


def _keys(resources: Resources) -> KeySource:
    return SigningKeys(cast(Settings, resources.settings))


SERVICE = Service(
    name="directory",
    title="Canevas – Directory",
    description="People, organisations, who speaks for which, sign-in; territories and themes as reference data.",
    metadata=metadata,
    tables=KERNEL,
    routers=(accounts, sessions, organisations, memberships, territories, themes),
    jobs=JOBS,
    keys=_keys,
    tags=(
        {"name": "accounts", "description": "People: registration, confirmation of the address, password."},
        {"name": "sessions", "description": "Signing in, staying in, signing out, and the public keys of access tokens."},
        {"name": "organisations", "description": "Organisations and who has a part in them."},
        {"name": "territories", "description": "From regions to neighbourhoods (QPV), both generations."},
        {"name": "themes", "description": "What projects and documents are about."},
    ),
)


def create_app(settings: ServiceSettings, apps: Apps | None = None) -> FastAPI:
    return create_service_app(SERVICE, settings, apps)
