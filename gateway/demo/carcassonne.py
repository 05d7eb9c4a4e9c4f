"""The demonstration: the Carcassonne contract, its funders and a year of plausible dossiers.

Pure data and pure functions: nothing is read, written or sent. The neighbourhoods, the objectives and the size of the
programme are public facts; funders' rules, amounts, identifiers, people and holders are made up.
"""

from .data.charter import charter_refusals
from .data.draw import dossiers
from .data.framework import CONTRACT, FRAMEWORK, QPVS
from .data.funders import CRITERIA, FUNDERS, REQUIRED_ATTACHMENTS
from .data.holders import HOLDERS
from .data.identities import siret
from .data.lead import QPV_BY_LETTER
from .data.leads import LEADS
from .data.model import (
    Attachment,
    Budget,
    BudgetEntry,
    BudgetLine,
    CharterRule,
    Contract,
    Criterion,
    DossierPlan,
    Enjeu,
    Framework,
    Funder,
    FundingRequest,
    Holder,
    Lead,
    Objective,
    Person,
    PublicPlan,
    Qpv,
    ReviewPlan,
    Transversal,
)
from .data.pdf import attachment_pdf
from .data.reviews import review
from .data.words import french

__all__ = [
    "CONTRACT",
    "CRITERIA",
    "FRAMEWORK",
    "FUNDERS",
    "HOLDERS",
    "LEADS",
    "QPVS",
    "QPV_BY_LETTER",
    "REQUIRED_ATTACHMENTS",
    "Attachment",
    "Budget",
    "BudgetEntry",
    "BudgetLine",
    "CharterRule",
    "Contract",
    "Criterion",
    "DossierPlan",
    "Enjeu",
    "Framework",
    "Funder",
    "FundingRequest",
    "Holder",
    "Lead",
    "Objective",
    "Person",
    "PublicPlan",
    "Qpv",
    "ReviewPlan",
    "Transversal",
    "attachment_pdf",
    "charter_refusals",
    "dossiers",
    "french",
    "review",
    "siret",
]
