"""Composition root of programming: what the service is made of, and nothing else."""

from fastapi import FastAPI

from services.common import app as kernel
from services.common.resources import Service
from services.common.siblings import Apps

from . import schema
from .agreements.router import router as agreements
from .agreements.router import upload_router as signed_files
from .assignments.router import router as assignments
from .awards.router import router as awards
from .bank_accounts.router import router as bank_accounts
from .bilans.attachments_router import router as bilan_attachments
from .bilans.attachments_router import upload_router as bilan_uploads
from .bilans.reviews_router import router as bilan_reviews
from .bilans.router import router as bilans
from .campaigns.forms_router import forms_router as campaign_forms
from .campaigns.public_router import public_router as open_campaigns
from .campaigns.router import router as campaigns
from .change_requests.router import router as change_requests
from .checks import CHECKS
from .collaborators.router import router as collaborators
from .collaborators.sign_offs_router import router as sign_offs
from .committees.router import router as committees
from .committees.session_router import router as committee_sessions
from .committees.sheets_router import sheets_router as decision_sheets
from .committees.sheets_router import upload_router as filled_sheets
from .contracts.router import router as contracts
from .conversations.router import router as conversations
from .coverage.leads_router import router as action_leads
from .coverage.partners_router import router as partners
from .coverage.router import router as coverage
from .coverage.scenarios_router import router as scenarios
from .cpos.amendments_router import amendments_router as cpo_amendments
from .cpos.money_router import money_router as cpo_money
from .cpos.reports_router import reports_router as cpo_reports
from .cpos.router import router as cpos
from .cpos.tranches_router import tranches_router as cpo_tranches
from .dossiers.answers_router import answers_router as answers
from .dossiers.attachments_router import router as attachments
from .dossiers.attachments_router import upload_router as uploads
from .dossiers.router import delays_router as delays
from .dossiers.router import router as dossiers
from .dossiers.withdrawal_router import router as withdrawals
from .due_lists.feeds_router import router as due_feeds
from .due_lists.router import router as due_lists
from .events import CONSUMERS
from .minutes.router import router as minutes
from .monitoring.router import router as monitoring
from .notices.router import router as notices
from .notifications.bulk_router import router as bulk_notifications
from .notifications.router import router as notifications
from .open_data.matrix_router import matrix_router as open_data_matrices
from .open_data.public_router import public_router as open_data_public
from .open_data.router import router as open_data
from .other_subsidies.router import router as other_subsidies
from .parameters.router import router as parameters
from .payments.imports_router import router as payment_imports
from .payments.imports_router import upload_router as payment_uploads
from .payments.router import router as payments
from .permanent_files.router import router as permanent_files
from .permanent_files.router import upload_router as permanent_uploads
from .privacy.router import router as privacy
from .reports.router import router as reports
from .retroplanning.assemblies_router import assemblies_router as assemblies
from .retroplanning.delays_router import delays_router as funder_delays
from .retroplanning.extensions_router import extensions_router as extensions
from .retroplanning.router import router as retroplanning
from .reviews.conflicts_router import conflicts_router
from .reviews.readings_router import readings_router
from .reviews.router import dossier_router as admissibility
from .reviews.router import router as reviews
from .settings import Settings
from .similar.overlaps_router import overlaps_router as overlaps
from .similar.router import router as similar
from .tables import KERNEL
from .versions.router import router as versions
from .webhooks.published import router as told
from .webhooks.router import router as webhooks
from .worker import JOBS

SERVICE = Service(
    name="programming",
    title="Canevas – Programmation",
    description="A contrat de ville from the call for projects to the last justified euro, over several funders and years.",
    scopes={
        "programming:read": "Read campaigns, dossiers and awards.",
        "programming:write": "Write campaigns, dossiers and awards.",
    },
    metadata=schema.metadata,
    tables=KERNEL,
    routers=[
        *(parameters, contracts, campaigns, delays, dossiers, uploads, attachments, admissibility, reviews, committees),
        *(committee_sessions, filled_sheets, decision_sheets),
        bulk_notifications,
        signed_files,
        withdrawals,
        *(cpos, cpo_tranches, cpo_reports, cpo_amendments, cpo_money),
        *(notifications, awards, agreements, bank_accounts, payments, bilans, monitoring, reports, open_data),
        *(bilan_uploads, bilan_attachments, bilan_reviews),
        *(payment_uploads, payment_imports),
        *(coverage, scenarios, partners, action_leads, open_data_public, open_data_matrices),
        permanent_uploads,
        permanent_files,
        collaborators,
        sign_offs,
        conversations,
        change_requests,
        versions,
        other_subsidies,
        notices,
        campaign_forms,
        answers,
        *(similar, overlaps),
        *(assignments, conflicts_router, readings_router),
        minutes,
        *(retroplanning, assemblies, extensions, funder_delays, open_campaigns),
        due_lists,
        due_feeds,
        webhooks,
        privacy,
    ],
    webhooks=[told],
    jobs=JOBS,
    checks=CHECKS,
    consumers=CONSUMERS,
    tags=[
        {"name": "parameters", "description": "Thresholds and delays the law fixes, with the day each applies from."},
        {"name": "contracts", "description": "Contrats de ville: period, neighbourhoods, framework of objectives."},
        {"name": "campaigns", "description": "Yearly calls for projects, their funders, envelopes and charter."},
        {"name": "dossiers", "description": "One application to several funders."},
        {"name": "reviews", "description": "Admissibility, then one instruction per funder asked."},
        {"name": "committees", "description": "Sessions that propose, and sessions in which each funder decides."},
        {"name": "notifications", "description": "The funders' answers and their letters."},
        {"name": "awards", "description": "What each funder granted to each dossier, and its money."},
        {"name": "agreements", "description": "What a funder and a holder sign for a year, above the legal threshold."},
        {
            "name": "cpos",
            "description": "Multi-year agreements (conventions pluriannuelles d'objectifs), their yearly tranches and reports.",
        },
        {"name": "bank-accounts", "description": "Bank details of holders, seen only by those who pay."},
        {"name": "payments", "description": "From the schedule of an award to its last euro paid or repaid."},
        {"name": "bilans", "description": "End-of-grant reports (Cerfa 15059*02), instructed by each funder."},
        {"name": "coverage", "description": "Objective × QPV matrix, action leads, droit commun, TFPB, scenarios."},
        {"name": "monitoring", "description": "How long everything takes, from the request to the last justified euro."},
        {"name": "reports", "description": "Annual report of the programme and booklet of a committee, as PDF."},
        {"name": "open-data", "description": "SCDL subsidies, coverage and supported actions, with DCAT metadata."},
        {
            "name": "permanent-files",
            "description": "Permanent files of organisations: statutes, accounts, bank details' proof, asked once and reused.",
        },
        {
            "name": "collaborators",
            "description": "People invited to write a dossier with its holder, and the sign-off of the legal representative.",
        },
        {
            "name": "conversations",
            "description": "Messages between a holder and those who instruct, and between funders instructing together.",
        },
        {"name": "change-requests", "description": "Changes asked of a holder on named fields of a submitted dossier."},
        {"name": "versions", "description": "A dossier as it was at each submission: what changed between two, and its PDF."},
        {"name": "other-subsidies", "description": "What a holder asks for or got elsewhere, told to the funders concerned."},
        {"name": "notices", "description": "Dated notices that amend a campaign already open, and reach every draft's holder."},
        {"name": "similar", "description": "Similar actions for holders, probable duplicates and overlaps for funders."},
        {"name": "assignments", "description": "Who instructs what: bulk assignment, conflicts of interest, calibration, to-do."},
        {"name": "minutes", "description": "Agenda and minutes of a committee session, as PDF."},
        {"name": "retroplanning", "description": "The calendar of a campaign, computed backwards from the promised answer."},
        {"name": "due-lists", "description": "What each person has to do, and by when; reminders and digests."},
        {"name": "webhooks", "description": "What happens, told to the information systems that asked for it (Standard Webhooks)."},
        {"name": "retention", "description": "Retention of personal data, erasure with proof, export."},
    ],
)


def create_app(settings: Settings, apps: Apps | None = None) -> FastAPI:
    return kernel.create_app(SERVICE, settings, apps)
