"""Dossiers, rulebooks and charter lines as the pure rules see them: complete unless a test says otherwise."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.common.problems import FieldError
from services.programming.campaigns.rules import Line
from services.programming.campaigns.schemas import Nature
from services.programming.dossiers.rules import Asked, Draft, Rulebook
from services.programming.dossiers.schemas import Budget, Contact, Content

STATE, CAF, REGION = (UUID(int=n) for n in (1, 2, 3))


def line(funder_id: UUID = STATE, **rule: Any) -> Line:
    """A line that pays for any action, until told otherwise."""
    names = {STATE: "État", CAF: "CAF", REGION: "Région"}
    open_to_all = Line(
        funder_id=funder_id,
        funder=names[funder_id],
        code="actions",
        label="Actions",
        natures=("action",),
        cap_cents=None,
        max_share_bp=None,
        excluded_objective_codes=frozenset(),
        excluded_holder_kinds=frozenset(),
        qpv_required=False,
        reason="",
    )
    return replace(open_to_all, **rule)


def charge(amount_cents: int, account: str = "60") -> dict[str, Any]:
    return {"account": account, "label": "Achats", "amount_cents": amount_cents}


def produit(amount_cents: int, funder_id: UUID | None = None, account: str = "74") -> dict[str, Any]:
    return {"account": account, "label": "Subvention", "amount_cents": amount_cents, "funder_id": funder_id}


def voluntary(amount_cents: int, account: str) -> dict[str, Any]:
    return {"account": account, "label": "Bénévolat", "amount_cents": amount_cents}


def budget(**groups: list[dict[str, Any]]) -> Budget:
    return Budget.model_validate(groups)


def balanced(asked: int = 800_000) -> Budget:
    """What the State is asked, and as much of own money."""
    return budget(charges=[charge(2 * asked)], produits=[produit(asked, STATE), produit(asked, account="70")])


def draft(**changes: Any) -> Draft:
    complete = Draft(
        title="Ateliers sociolinguistiques",
        nature=Nature.ACTION,
        holder_kind="association",
        starts_on=date(2027, 3, 1),
        ends_on=date(2027, 12, 15),
        qpv_codes=["QP011002"],
        objective_codes=["2"],
        transversal_codes=["climat"],
        content=Content.model_validate(
            {"need": "n", "description": "d", "means": "m", "indicators": "i", "publics": [{"label": "Adultes"}]}
        ),
        contact=Contact.model_validate({"full_name": "Camille Exemple", "email": "contact@ateliers.example.org"}),
        budget=balanced(),
        requests=[Asked(STATE, "actions", 800_000)],
        attachment_kinds=frozenset({"statuts"}),
    )
    return replace(complete, **changes)


def book(**changes: Any) -> Rulebook:
    campaign = Rulebook(
        year=2027,
        qpv_codes=frozenset({"QP011002", "QP011003"}),
        objective_codes=frozenset({"2", "8"}),
        transversal_codes=frozenset({"climat"}),
        outside_qpv_allowed=False,
        required_attachments={"association": [{"code": "statuts", "label": "Statuts signés"}]},
        lines=[line()],
    )
    return replace(campaign, **changes)


def found(errors: list[FieldError]) -> dict[str, str | None]:
    """What is pointed at: pointer → code."""
    return {error.pointer: error.code for error in errors}
