"""Composition root of programming: what the service is made of, and nothing else."""

from fastapi import FastAPI

from services.common import app as kernel
from services.common.resources import Service
from services.common.siblings import Apps

from . import schema
from .campaigns.router import router as campaigns
from .committees.router import router as committees
from .contracts.router import router as contracts
from .dossiers.attachments_router import router as attachments
from .dossiers.attachments_router import upload_router as uploads
from .dossiers.router import delays_router as delays
from .dossiers.router import router as dossiers
from .events import CONSUMERS
from .notifications.router import router as notifications
from .reviews.router import dossier_router as admissibility
from .reviews.router import router as reviews
from .settings import Settings
from .tables import KERNEL
from .worker import JOBS

SERVICE = Service(
    name="programming",
    title="Canevas – Programmation",
    description="Contracts, campaigns, dossiers, reviews, committees and notifications of a contrat de ville.",
    metadata=schema.metadata,
    tables=KERNEL,
    routers=[contracts, campaigns, delays, dossiers, uploads, attachments, admissibility, reviews, committees, notifications],
    jobs=JOBS,
    consumers=CONSUMERS,
    tags=[
        {"name": "contracts", "description": "Contrats de ville: period, neighbourhoods, framework of objectives."},
        {"name": "campaigns", "description": "Yearly calls for projects, their funders, envelopes and charter."},
        {"name": "dossiers", "description": "One application to several funders."},
        {"name": "reviews", "description": "Admissibility, then one instruction per funder asked."},
        {"name": "committees", "description": "Sessions that propose, and sessions in which each funder decides."},
        {"name": "notifications", "description": "The funders' answers and their letters."},
    ],
)


def create_app(settings: Settings, apps: Apps | None = None) -> FastAPI:
    return kernel.create_app(SERVICE, settings, apps)
