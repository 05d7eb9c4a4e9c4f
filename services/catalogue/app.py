"""Composition root of the catalogue: what the service is made of, and nothing else."""

from fastapi import FastAPI

from services.common import app as kernel
from services.common.resources import Service
from services.common.siblings import Apps

from . import schema
from .centres.router import router as centres
from .documents.drafts_router import router as drafts
from .documents.files_router import router as document_files
from .documents.links_router import router as links
from .documents.router import router as documents
from .events import CONSUMERS
from .experiences.centres_router import router as followed_contracts
from .experiences.router import router as experiences
from .files.router import router as files
from .files.router import upload_router as file_uploads
from .files.uploads_router import router as resumable_uploads
from .formats.feeds_router import feeds_router
from .formats.router import router as formats
from .harvests.router import router as harvests
from .imports.router import router as imports
from .imports.router import upload_router as import_uploads
from .newsletters.public_router import public_router as public_newsletters
from .newsletters.router import router as newsletters
from .oai.router import router as oai
from .privacy.router import router as privacy
from .questions.desk_router import router as desks
from .questions.router import router as questions
from .search.router import router as search
from .settings import Settings
from .subscriptions.public_router import public_router as public_subscriptions
from .subscriptions.router import router as subscriptions
from .tables import KERNEL
from .usage.counter import Counter
from .usage.router import router as usage
from .vocabulary.router import router as vocabulary
from .worker import JOBS

SERVICE = Service(
    name="catalogue",
    title="Canevas – Catalogue",
    description="A resource centre's documents: kept alive by documentalists, found in French, exchanged with other centres.",
    scopes={
        "catalogue:read": "Read the catalogue of documents.",
        "catalogue:write": "Write in the catalogue of documents.",
    },
    metadata=schema.metadata,
    tables=KERNEL,
    routers=[
        centres,
        vocabulary,
        drafts,
        documents,
        document_files,
        links,
        search,
        files,
        file_uploads,
        resumable_uploads,
        usage,
        subscriptions,
        public_subscriptions,
        newsletters,
        desks,
        public_newsletters,
        questions,
        oai,
        formats,
        feeds_router,
        harvests,
        imports,
        import_uploads,
        experiences,
        followed_contracts,
        privacy,
    ],
    jobs=JOBS,
    consumers=CONSUMERS,
    observers=[Counter],
    tags=[
        {"name": "centres", "description": "Resource centres (centres de ressources politique de la ville) and their members."},
        {"name": "vocabulary", "description": "Acronyms and synonyms of the trade; the themes and territories documents speak of."},
        {"name": "drafts", "description": "The documentalists' workbench: what is written, reviewed, then published."},
        {"name": "documents", "description": "What is published: documents, their versions, their relations."},
        {"name": "search", "description": "Find documents: words, facets, suggestions."},
        {"name": "files", "description": "Documents' files: resumable uploads, text, thumbnails, downloads."},
        {"name": "usage", "description": "How much documents are read, without any personal data."},
        {"name": "subscriptions", "description": "Saved searches by mail or feed, followed documents, one-click unsubscribing."},
        {"name": "newsletters", "description": "Newsletters built from a selection, sent and archived."},
        {"name": "questions", "description": "Questions to a documentalist, answered with documents."},
        {"name": "oai", "description": "OAI-PMH 2.0: what other centres harvest."},
        {"name": "formats", "description": "Citations, JSON-LD, DCAT, sitemap, full export."},
        {"name": "harvests", "description": "Other centres' holdings, harvested."},
        {"name": "imports", "description": "CSV and XLSX files of documents."},
        {"name": "experiences", "description": "Draft sheets made of closed dossiers."},
        {"name": "retention", "description": "Retention of personal data, erasure with proof, export."},
    ],
)


def create_app(settings: Settings, apps: Apps | None = None) -> FastAPI:
    return kernel.create_app(SERVICE, settings, apps)
