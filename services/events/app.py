"""Composition root of the events service: what the service is made of, and nothing else."""

from fastapi import FastAPI

from services.common import app as kernel
from services.common.resources import Service
from services.common.siblings import Apps

from . import schema
from .agenda.offer_router import router as offer
from .agenda.router import router as agenda
from .attendance.router import router as attendance
from .attendance.welcome_router import welcome_router
from .certificates.router import router as certificates
from .checks import CHECKS
from .events import CONSUMERS
from .feeds.router import router as feeds
from .invitations.router import router as invitations
from .needs.router import router as needs
from .networks.router import router as networks
from .outcomes.router import router as outcomes
from .plans.router import router as plans
from .privacy.router import router as privacy
from .registrations.changes_router import router as registration_changes
from .registrations.links_router import public_router as registration_links
from .registrations.links_router import router as registration_changes_by_link
from .registrations.organisers_router import router as registration_decisions
from .registrations.router import router as registrations
from .settings import Settings
from .statistics.router import router as statistics
from .surveys.router import router as surveys
from .tables import KERNEL
from .visio.accounts_router import router as visio_accounts
from .visio.public_router import router as visio_links
from .visio.router import router as visio
from .worker import JOBS

SERVICE = Service(
    name="events",
    title="Canevas – Évènements",
    description="A network's offer: agenda, registrations and waiting lists, visio, presence, certificates.",
    scopes={
        "events:read": "Read events and registrations.",
        "events:write": "Write events and registrations.",
    },
    metadata=schema.metadata,
    tables=KERNEL,
    routers=[
        networks,
        offer,
        agenda,
        registrations,
        registration_changes,
        registration_changes_by_link,
        registration_links,
        registration_decisions,
        attendance,
        welcome_router,
        visio,
        visio_accounts,
        visio_links,
        invitations,
        feeds,
        certificates,
        surveys,
        outcomes,
        needs,
        plans,
        statistics,
        privacy,
    ],
    jobs=JOBS,
    checks=CHECKS,
    consumers=CONSUMERS,
    tags=[
        {"name": "networks", "description": "Networks whose agendas are here, and who organises."},
        {"name": "agenda", "description": "Events and their sessions."},
        {"name": "registrations", "description": "Seats, shares, waiting lists; one's own registration by its link."},
        {"name": "attendance", "description": "Presence, check-in, attendance sheets."},
        {"name": "visio", "description": "Personal links to visio rooms, whichever the provider."},
        {"name": "invitations", "description": "Mails, invitations and reminders."},
        {"name": "feeds", "description": "iCalendar feeds: public by theme, territory and network, and personal."},
        {"name": "certificates", "description": "Certificates with the hours followed, and their verification."},
        {"name": "surveys", "description": "Satisfaction surveys."},
        {"name": "outcomes", "description": "Replays and comptes rendus proposed to the catalogue."},
        {"name": "needs", "description": "Training needs, collected and turned into events."},
        {"name": "plans", "description": "The yearly offer: targets against what was held."},
        {"name": "statistics", "description": "Attendance figures and exports."},
        {"name": "privacy", "description": "Retention, erasure with proof, export on request."},
    ],
)


def create_app(settings: Settings, apps: Apps | None = None) -> FastAPI:
    return kernel.create_app(SERVICE, settings, apps)
