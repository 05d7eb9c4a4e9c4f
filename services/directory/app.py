"""Composition root: what the directory is made of, and nothing else."""

from typing import cast

from fastapi import FastAPI

from services.common.app import create_app as create_service_app
from services.common.auth import KeySource
from services.common.resources import Resources, Service
from services.common.settings import ServiceSettings
from services.common.siblings import Apps

from .accounts.router import router as accounts
from .actors.router import router as actors
from .api_clients.router import router as api_clients
from .imports.router import router as imports
from .joining.claims_router import router as claims
from .joining.requests_router import router as join_requests
from .joining.router import router as joining
from .organisations.members_router import router as memberships
from .organisations.router import router as organisations
from .privacy.consumers import CONSUMERS
from .privacy.parts_router import router as personal_data_parts
from .privacy.router import router as privacy
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
    scopes={
        "directory:read": "Read organisations, territories and themes.",
    },
    metadata=metadata,
    tables=KERNEL,
    routers=(
        *(accounts, sessions, organisations, memberships, territories, themes),
        *(joining, join_requests, claims, api_clients, actors, imports, privacy, personal_data_parts),
    ),
    jobs=JOBS,
    consumers=CONSUMERS,
    keys=_keys,
    tags=(
        {"name": "accounts", "description": "People: registration, confirmation of the address, password."},
        {"name": "sessions", "description": "Signing in, staying in, signing out, and the public keys of access tokens."},
        {"name": "organisations", "description": "Organisations and who has a part in them."},
        {"name": "territories", "description": "From regions to neighbourhoods (QPV), both generations."},
        {"name": "themes", "description": "What projects and documents are about."},
        {"name": "joining", "description": "Invitations to an organisation and requests to join it."},
        {"name": "api-clients", "description": "Programs that act for an organisation: client credentials and scopes."},
        {"name": "actors", "description": "Public directory of actors; people by their consent only."},
        {"name": "reference-imports", "description": "Organisations and territories from files."},
        {"name": "personal-data", "description": "Export and erasure of a person's data, across the services."},
    ),
)


def create_app(settings: ServiceSettings, apps: Apps | None = None) -> FastAPI:
    return create_service_app(SERVICE, settings, apps)
