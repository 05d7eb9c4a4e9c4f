"""The road of a campaign, act by act, over HTTP. Shared by the whole year that is played and by the small seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from .carcassonne import (
    CONTRACT,
    CRITERIA,
    FRAMEWORK,
    FUNDERS,
    HOLDERS,
    REQUIRED_ATTACHMENTS,
    BudgetEntry,
    DossierPlan,
    Funder,
    ReviewPlan,
    attachment_pdf,
)
from .http import PROGRAMMING, Account, Api, Json
from .people import Cast

_HOLDERS = {holder.key: holder for holder in HOLDERS}
_RULES = {rule.budget_line_key: rule for funder in FUNDERS for rule in funder.charter}
_SIGNED_ON = date(2024, 3, 29)


@dataclass(frozen=True)
class Call:
    """A yearly call for projects."""

    code: str
    year: int
    title: str
    opens_at: datetime
    closes_at: datetime


def in_year(plan: DossierPlan, year: int) -> DossierPlan:
    """The same dossier for another year."""
    return replace(plan, starts_on=plan.starts_on.replace(year=year), ends_on=plan.ends_on.replace(year=year))


@dataclass
class Road:
    """What people do, in their name. `find_…` and `ensure_…` look first, so that they may be called again."""

    api: Api
    cast: Cast
    #: What everybody answers to the questions of the campaign's own form.
    answers: Json = field(default_factory=dict)

    # ------------------------------------------------------------------------------------------ contract and campaign

    async def ensure_contract(self) -> str:
        contracts = await self.api.pages(None, f"{PROGRAMMING}/contracts")
        contract = next((found for found in contracts if found["code"] == CONTRACT.code), None)
        if contract is None:
            contract = await self.api.post(self.cast.team, f"{PROGRAMMING}/contracts", self._contract())
        if contract["framework_number"] == 0:
            await self.api.post(self.cast.team, f"{PROGRAMMING}/contracts/{contract['id']}/frameworks", _framework())
        return str(contract["id"])

    def _contract(self) -> Json:
        return {
            "code": CONTRACT.code,
            "name": CONTRACT.name,
            "lead_organisation_id": self.cast.organisations["agglo"],
            "starts_on": CONTRACT.starts_on.isoformat(),
            "ends_on": CONTRACT.ends_on.isoformat(),
            "mid_term_review_year": CONTRACT.mid_term_review_year,
            "qpvs": [{"code": qpv.code, "name": qpv.name, "population": qpv.population} for qpv in CONTRACT.qpvs],
            "signatories": [
                {"name": f.name, "organisation_id": self.cast.organisations[f.key], "signed_on": _SIGNED_ON.isoformat()}
                for f in FUNDERS
            ],
        }

    async def ensure_campaign(self, contract_id: str, call: Call) -> Json:
        """The call, prepared with its funders and still a draft unless it was opened before."""
        campaigns = await self.api.pages(self.cast.team, f"{PROGRAMMING}/campaigns", contract_id=contract_id)
        campaign = next((found for found in campaigns if (found["code"], found["year"]) == (call.code, call.year)), None)
        if campaign is None:
            campaign = await self.api.post(self.cast.team, f"{PROGRAMMING}/campaigns", _campaign(contract_id, call))
        if campaign["status"] == "draft":
            path = f"{PROGRAMMING}/campaigns/{campaign['id']}/funders"
            there = {funder["organisation_id"] for funder in await self.api.pages(self.cast.team, path)}
            for funder in FUNDERS:
                organisation_id = self.cast.organisations[funder.key]
                if organisation_id not in there:
                    await self.api.post(self.cast.team, path, _funder(funder, organisation_id))
            self.api.forget_tag(self.cast.team, f"{PROGRAMMING}/campaigns/{campaign['id']}")
        return campaign

    async def ask_questions(self, campaign_id: str, form: Json) -> None:
        """Questions of the campaign's own, besides the Cerfa's: written while it is a draft."""
        path = f"{PROGRAMMING}/campaigns/{campaign_id}"
        await self.api.change(self.cast.team, "PUT", f"{path}/form", form, of=path)

    async def campaign_act(self, campaign_id: str, act: str) -> Json:
        """opening | instruction | decision …"""
        path = f"{PROGRAMMING}/campaigns/{campaign_id}"
        return await self.api.change(self.cast.team, "POST", f"{path}/{act}", of=path)

    # --------------------------------------------------------------------------------------------------------- holders

    async def open_dossier(self, plan: DossierPlan, campaign_id: str) -> str:
        wish = {
            "campaign_id": campaign_id,
            "organisation_id": self.cast.organisations[plan.holder_key],
            "title": plan.title,
        }
        made = await self.api.post(self._holder(plan), f"{PROGRAMMING}/dossiers", wish)
        return str(made["id"])

    async def write(self, plan: DossierPlan, dossier_id: str) -> None:
        """Everything the form asks."""
        await self.api.change(self._holder(plan), "PATCH", _dossier(dossier_id), self._content(plan))

    async def begin(self, plan: DossierPlan, dossier_id: str) -> None:
        """A first sitting in front of the form: the action is told, the budget and the funders are for another day."""
        said = self._content(plan)
        started = {name: said[name] for name in ("nature", "starts_on", "ends_on", "qpv_codes", "objective_codes", "content")}
        await self.api.change(self._holder(plan), "PATCH", _dossier(dossier_id), started)

    async def attach(self, plan: DossierPlan, dossier_id: str, already: Sequence[str] = ()) -> None:
        """The attachments the campaign requires of this kind of holder, but those `already` there."""
        holder = self._holder(plan)
        for piece in REQUIRED_ATTACHMENTS[_HOLDERS[plan.holder_key].kind]:
            if piece.code not in already:
                named = {"kind": piece.code, "name": f"{piece.code}.pdf"}
                where = f"{_dossier(dossier_id)}/attachments"
                await self.api.call(holder, "POST", where, params=named, content=attachment_pdf(piece.label))
        # An attachment moves its dossier's version on without telling the new ETag.
        self.api.forget_tag(holder, _dossier(dossier_id))

    async def read(self, plan: DossierPlan, dossier_id: str) -> Json:
        """As its holder reads it."""
        return await self.api.get(self._holder(plan), _dossier(dossier_id))

    async def submit(self, plan: DossierPlan, dossier_id: str) -> Json:
        """Give the sworn statement; the answer is the receipt."""
        path = _dossier(dossier_id)
        return await self.api.change(self._holder(plan), "POST", f"{path}/submission", sworn(plan.holder_key), of=path)

    def holder_of(self, plan: DossierPlan) -> Account:
        return self._holder(plan)

    def _holder(self, plan: DossierPlan) -> Account:
        return self.cast.holders[plan.holder_key]

    def _content(self, plan: DossierPlan) -> Json:
        person = _HOLDERS[plan.holder_key].legal_representative
        return {
            "title": plan.title,
            "nature": plan.nature,
            "renewal": plan.renewal,
            "starts_on": plan.starts_on.isoformat(),
            "ends_on": plan.ends_on.isoformat(),
            "qpv_codes": plan.qpv_codes,
            "objective_codes": plan.objective_codes,
            "transversal_codes": plan.transversal_codes,
            "content": {
                "need": plan.need,
                "description": plan.description,
                "publics": [{"label": public.label, "count": public.count} for public in plan.publics],
                "territory": plan.territory_text,
                "means": plan.means_text,
                "calendar": plan.calendar_text,
                "indicators": plan.indicators_text,
            },
            **({"answers": self.answers} if self.answers else {}),
            "contact": {"full_name": f"{person.first_name} {person.last_name}", "email": person.email},
            "budget": {
                "charges": [self._entry(entry) for entry in plan.budget.charges],
                "produits": [self._entry(entry) for entry in plan.budget.produits],
                "voluntary_uses": [self._entry(entry) for entry in plan.budget.voluntary_charges],
                "voluntary_resources": [self._entry(entry) for entry in plan.budget.voluntary_produits],
            },
            "requests": [
                {
                    "funder_id": self.cast.organisations[request.funder_key],
                    "budget_line": request.budget_line_key,
                    "amount_cents": request.amount_cents,
                }
                for request in plan.requests
            ],
        }

    def _entry(self, entry: BudgetEntry) -> Json:
        funder = {"funder_id": self.cast.organisations[entry.funder_key]} if entry.funder_key else {}
        return {"account": entry.account, "label": entry.label, "amount_cents": entry.amount_cents, **funder}

    # ----------------------------------------------------------------------------------------------------- instruction

    async def admit(self, dossier_id: str) -> None:
        path = _dossier(dossier_id)
        await self.api.change(self.cast.team, "POST", f"{path}/admissibility", {"admissible": True}, of=path)

    async def queue(self, funder_key: str, campaign_id: str) -> list[Json]:
        """The reviews a funder still has to give."""
        asked = {"campaign_id": campaign_id, "funder_id": self.cast.organisations[funder_key], "limit": 100}
        return await self.api.pages(
            self.cast.agents[funder_key], f"{PROGRAMMING}/reviews", status=["to_review", "in_progress"], **asked
        )

    async def give_review(self, funder_key: str, review_id: str, said: ReviewPlan) -> Json:
        agent, path = self.cast.agents[funder_key], f"{PROGRAMMING}/reviews/{review_id}"
        written = {
            "scores": said.scores,
            "opinion": said.opinion,
            "proposed_cents": said.proposed_cents,
            "internal_comment": said.internal_comment,
            "holder_comment": said.holder_comment,
        }
        await self.api.change(agent, "PATCH", path, written)
        return await self.api.change(agent, "POST", f"{path}/completion", of=path)

    # ------------------------------------------------------------------------------------------------------ committees

    async def plan_committee(self, campaign_id: str, kind: str, title: str, starts_at: datetime) -> str:
        wish = {
            "campaign_id": campaign_id,
            "kind": kind,
            "title": title,
            "place": "Hôtel d’agglomération, salle du conseil",
            "starts_at": starts_at.isoformat(),
        }
        return str((await self.api.post(self.cast.team, f"{PROGRAMMING}/committees", wish))["id"])

    async def send_agenda(self, committee_id: str, dossier_ids: Sequence[str]) -> None:
        path = f"{PROGRAMMING}/committees/{committee_id}"
        await self.api.change(self.cast.team, "PUT", f"{path}/agenda", {"dossier_ids": list(dossier_ids)}, of=path)
        await self.api.change(self.cast.team, "POST", f"{path}/agenda-dispatch", of=path)

    async def open_session(self, committee_id: str, speakers: Mapping[str, str]) -> None:
        """Record who sits around the table: every funder, and who speaks for it."""
        members = [
            {
                "organisation_id": self.cast.organisations[funder.key],
                "name": funder.name,
                "person": speakers[funder.key],
                "presence": "present",
            }
            for funder in FUNDERS
        ]
        path = f"{PROGRAMMING}/committees/{committee_id}"
        await self.api.change(self.cast.team, "PUT", f"{path}/attendance", {"members": members}, of=path)

    async def decide(self, who: Account, committee_id: str, request_id: str, said: Json) -> None:
        await self.api.call(who, "PUT", f"{PROGRAMMING}/committees/{committee_id}/decisions/{request_id}", json=said)

    async def committee_act(self, committee_id: str, act: str) -> None:
        """closing | minutes-signature"""
        path = f"{PROGRAMMING}/committees/{committee_id}"
        await self.api.change(self.cast.team, "POST", f"{path}/{act}", of=path)

    async def notify(self, funder_key: str, dossier_id: str, comment: str) -> None:
        said = {"funder_id": self.cast.organisations[funder_key], "holder_comment": comment}
        await self.api.post(self.cast.signatories[funder_key], f"{_dossier(dossier_id)}/notifications", said)


def sworn(holder_key: str) -> Json:
    """The statement that goes with a dossier."""
    return {
        "sworn_statement": True,
        "republican_commitment": _HOLDERS[holder_key].kind == "association",
        **signatory_of(holder_key),
    }


def signatory_of(holder_key: str) -> Json:
    """Who signs for a holder."""
    person = _HOLDERS[holder_key].legal_representative
    return {"signatory_name": f"{person.first_name} {person.last_name}", "signatory_function": person.function}


def _dossier(dossier_id: str) -> str:
    return f"{PROGRAMMING}/dossiers/{dossier_id}"


def _framework() -> Json:
    return {
        "adopted_on": _SIGNED_ON.isoformat(),
        "enjeux": [
            {
                "code": enjeu.code,
                "title": enjeu.title,
                "objectives": [{"code": objective.code, "title": objective.title} for objective in enjeu.objectives],
            }
            for enjeu in FRAMEWORK.enjeux
        ],
        "transversal_concerns": [{"code": concern.code, "title": concern.title} for concern in FRAMEWORK.transversals],
    }


def _campaign(contract_id: str, call: Call) -> Json:
    return {
        "contract_id": contract_id,
        "code": call.code,
        "year": call.year,
        "title": call.title,
        "opens_at": call.opens_at.isoformat(),
        "closes_at": call.closes_at.isoformat(),
        "criteria": [{"code": c.code, "label": c.label, "weight": c.weight} for c in CRITERIA],
        "required_attachments": {
            kind: [{"code": piece.code, "label": piece.label} for piece in pieces] for kind, pieces in REQUIRED_ATTACHMENTS.items()
        },
    }


def _funder(funder: Funder, organisation_id: str) -> Json:
    return {
        "organisation_id": organisation_id,
        "name": funder.name,
        "short_name": funder.short_name,
        "letter_signatory": f"{funder.signatory.first_name} {funder.signatory.last_name}",
        "letter_signatory_function": funder.signatory.function,
        "budget_lines": [
            {
                "code": line.key,
                "label": line.label,
                "amount_cents": line.amount_cents,
                "natures": line.natures,
                "cap_cents": _RULES[line.key].cap_cents,
                "max_share_bp": _RULES[line.key].max_share_bp,
                "excluded_objective_codes": _RULES[line.key].excluded_objective_codes,
                "excluded_holder_kinds": _RULES[line.key].excluded_holder_kinds,
                "qpv_required": _RULES[line.key].qpv_required,
                "reason": _RULES[line.key].reason,
            }
            for line in funder.budget_lines
        ],
    }
