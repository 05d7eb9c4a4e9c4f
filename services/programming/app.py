"""Composition root of programming: what the service is made of, and nothing else."""

from fastapi import FastAPI

from services.common import app as kernel
from services.common.resources import Service
from services.common.siblings import Apps

from . import schema
from .campaigns.router import router as campaigns
from .contracts.router import router as contracts
from .dossiers.attachments_router import router as attachments
from .dossiers.attachments_router import upload_router as uploads
from .dossiers.router import delays_router as delays
from .dossiers.router import router as dossiers
from .events import CONSUMERS
from .settings import Settings
from .tables import KERNEL
from .worker import JOBS

SERVICE = Service(
    name="programming",
    title="Canevas – Programmation",
    description="Contracts, campaigns, dossiers, reviews, committees and notifications of a contrat de ville.",
    metadata=schema.metadata,
    tables=KERNEL,
    routers=[contracts, campaigns, delays, dossiers, uploads, attachments],
    jobs=JOBS,
    consumers=CONSUMERS,
    tags=[
        {"name": "contracts", "description": "Contrats de ville: period, neighbourhoods, framework of objectives."},
        {"name": "campaigns", "description": "Yearly calls for projects, their funders, envelopes and charter."},
        {"name": "dossiers", "description": "One application to several funders."},
    ],
)


def create_app(settings: Settings, apps: Apps | None = None) -> FastAPI:
    return kernel.create_app(SERVICE, settings, apps)
