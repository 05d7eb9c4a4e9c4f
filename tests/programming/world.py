"""A small contrat de ville to test in: a team, three funders, two associations, an open campaign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI, Response

from services.common.ids import new_id
from tests.support import Person, Running, member_of

V1 = "/programming/v1"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def fake_directory(organisations: Mapping[UUID, dict[str, Any]]) -> FastAPI:
    """The directory as programming sees it: one address that answers with an organisation."""
    app = FastAPI()

    @app.get("/directory/v1/organisations/{organisation_id}")
    async def read(organisation_id: UUID) -> Any:
        return organisations.get(organisation_id) or Response(status_code=404)

    return app


@dataclass
class World:
    """Who is who, what is open, and the acts tests repeat."""

    running: Running
    organisations: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    lead: UUID = field(default_factory=new_id)
    state: UUID = field(default_factory=new_id)
    caf: UUID = field(default_factory=new_id)
    region: UUID = field(default_factory=new_id)
    association: UUID = field(default_factory=new_id)
    neighbour: UUID = field(default_factory=new_id)
    contract_id: str = ""
    campaign_id: str = ""

    def __post_init__(self) -> None:
        self.team = member_of(self.lead, roles=["manager"])
        self.state_officer = member_of(self.state, roles=["manager"])
        self.caf_officer = member_of(self.caf, roles=["manager"])
        self.region_officer = member_of(self.region, roles=["manager"])
        self.holder = member_of(self.association, roles=["manager"])
        self.helper = member_of(self.association)
        self.stranger = member_of(self.neighbour, roles=["manager"])
        for organisation_id, name in ((self.association, "Les Ateliers imaginaires"), (self.neighbour, "La Voisine fictive")):
            self.organisations[organisation_id] = {
                "id": str(organisation_id),
                "kind": "association",
                "name": name,
                "rna": "W119000001",
                "address": {"street": "1 rue Inventée", "postcode": "11000", "city": "Carcassonne"},
                "legal_representative": {"full_name": "Camille Exemple", "function": "Présidente"},
            }

    async def call(
        self,
        who: Person | None,
        method: str,
        path: str,
        *,
        expect: int | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """One request; `expect` asserts the status and shows the body otherwise."""
        sent = {**(who.headers if who else {}), **(headers or {})}
        answer = await self.running.client.request(
            method, path if path.startswith("/programming") else V1 + path, headers=sent, **more
        )
        assert expect is None or answer.status_code == expect, (answer.status_code, answer.text)
        return answer

    async def open(self, *, envelopes: Mapping[str, int] | None = None, code: str | None = None, **campaign: Any) -> None:
        """A contract and its campaign, open until next month; `envelopes` per budget line in cents."""
        number = int(new_id().hex[-5:], 16) % 90 + 10
        department = f"{int(new_id().hex[-4:], 16) % 900 % 95 + 1:02d}"
        answer = await self.call(self.team, "POST", "/contracts", json=_contract(self.lead, f"CN0{department}{number}I"))
        while answer.status_code == 409:
            number = number % 99 + 1
            answer = await self.call(self.team, "POST", "/contracts", json=_contract(self.lead, f"CN0{department}{number:02d}M"))
        assert answer.status_code == 201, answer.text
        self.contract_id = answer.json()["id"]
        await self.call(self.team, "POST", f"/contracts/{self.contract_id}/frameworks", json=FRAMEWORK, expect=201)
        await self._open_campaign(envelopes or {}, code or f"T{new_id().hex[-8:].upper()}", campaign)

    async def _open_campaign(self, envelopes: Mapping[str, int], code: str, more: Mapping[str, Any]) -> None:
        now = self.running.clock.now()
        campaign = {
            "contract_id": self.contract_id,
            "code": code,
            "year": now.year,
            "title": "Appel à projets",
            "opens_at": (now - timedelta(days=1)).isoformat(),
            "closes_at": (now + timedelta(days=30)).isoformat(),
            "criteria": [
                {"code": "besoin", "label": "Réponse au besoin", "weight": 60},
                {"code": "budget", "label": "Budget", "weight": 40},
            ],
            "required_attachments": {"association": [{"code": "statuts", "label": "Statuts signés"}]},
            **more,
        }
        made = (await self.call(self.team, "POST", "/campaigns", json=campaign, expect=201)).json()
        self.campaign_id = made["id"]
        for organisation_id, name, lines in self._funders(envelopes):
            funder = {
                "organisation_id": str(organisation_id),
                "name": name,
                "short_name": name,
                "letter_signatory": "Dominique Exemple",
                "letter_signatory_function": "Directeur",
                "budget_lines": lines,
            }
            await self.call(self.team, "POST", f"/campaigns/{self.campaign_id}/funders", json=funder, expect=201)
        current = await self.call(self.team, "GET", f"/campaigns/{self.campaign_id}", expect=200)
        if_match = {"If-Match": current.headers["etag"]}
        await self.call(self.team, "POST", f"/campaigns/{self.campaign_id}/opening", headers=if_match, expect=201)

    def _funders(self, envelopes: Mapping[str, int]) -> list[tuple[UUID, str, list[dict[str, Any]]]]:
        def line(code: str, natures: list[str], **rule: Any) -> dict[str, Any]:
            amount = envelopes.get(code, 10_000_000)
            return {"code": code, "label": f"Ligne {code}", "natures": natures, "amount_cents": amount, **rule}

        state = line("p147", ["action", "fonctionnement"], qpv_required=True, max_share_bp=8000, reason="Crédits réservés aux QPV.")
        caf = line("caf", ["action"], excluded_objective_codes=["8"], cap_cents=2_000_000, reason="Hors emploi.")
        region = line("region", ["action", "investissement"])
        return [(self.state, "État", [state]), (self.caf, "CAF", [caf]), (self.region, "Région", [region])]

    def content(self, **asks: int) -> dict[str, Any]:
        """A complete dossier asking `state`, `caf` or `region` so many euros; its budget balances."""
        asks = asks or {"state": 8_000, "caf": 4_000}
        funders = {"state": (self.state, "p147"), "caf": (self.caf, "caf"), "region": (self.region, "region")}
        requests = [
            {"funder_id": str(funders[name][0]), "budget_line": funders[name][1], "amount_cents": euros * 100}
            for name, euros in asks.items()
        ]
        produits = [
            {"account": "74", "label": name, "amount_cents": euros * 100, "funder_id": str(funders[name][0])}
            for name, euros in asks.items()
        ]
        total = sum(asks.values()) + 3_000
        year = self.running.clock.now().year
        return {
            "title": "Ateliers sociolinguistiques",
            "nature": "action",
            "starts_on": f"{year}-03-01",
            "ends_on": f"{year}-12-15",
            "qpv_codes": ["QP011002"],
            "objective_codes": ["2"],
            "content": {
                "need": "Apprendre le français près de chez soi.",
                "description": "Quatre ateliers par semaine.",
                "publics": [{"label": "Adultes", "count": 40}],
                "means": "Deux formatrices.",
                "indicators": "Assiduité, niveau atteint.",
            },
            "contact": {"full_name": "Camille Exemple", "email": "contact@ateliers.example.org"},
            "budget": {
                "charges": [{"account": "64", "label": "Salaires", "amount_cents": total * 100}],
                "produits": [*produits, {"account": "70", "label": "Participations", "amount_cents": 3_000 * 100}],
                "voluntary_uses": [{"account": "864", "label": "Bénévolat", "amount_cents": 50_000}],
                "voluntary_resources": [{"account": "875", "label": "Bénévolat", "amount_cents": 50_000}],
            },
            "requests": requests,
        }

    async def draft(self, content: Mapping[str, Any] | None = None, *, attach: bool = True) -> tuple[str, str]:
        """A draft filled with `content` (complete by default): its id and ETag."""
        wish = {"campaign_id": self.campaign_id, "organisation_id": str(self.association)}
        made = await self.call(self.holder, "POST", "/dossiers", json=wish, expect=201)
        dossier_id, tag = made.json()["id"], made.headers["etag"]
        if attach:
            where = f"/dossiers/{dossier_id}/attachments"
            await self.call(self.holder, "POST", where, params={"kind": "statuts", "name": "statuts.pdf"}, content=PDF, expect=201)
            tag = await self.tag(dossier_id)
        body = self.content() if content is None else dict(content)
        saved = await self.call(self.holder, "PATCH", f"/dossiers/{dossier_id}", json=body, headers={"If-Match": tag}, expect=200)
        return dossier_id, saved.headers["etag"]

    async def tag(self, dossier_id: str, who: Person | None = None) -> str:
        return (await self.call(who or self.holder, "GET", f"/dossiers/{dossier_id}", expect=200)).headers["etag"]

    async def submit(self, dossier_id: str, tag: str, *, who: Person | None = None, **more: Any) -> httpx.Response:
        headers = {"If-Match": tag, **more.pop("headers", {})}
        return await self.call(
            who or self.holder, "POST", f"/dossiers/{dossier_id}/submission", json=SWORN, headers=headers, **more
        )

    async def submitted(self, **asks: int) -> dict[str, Any]:
        """A submitted dossier, as its holder reads it."""
        dossier_id, tag = await self.draft(self.content(**asks))
        answer = await self.submit(dossier_id, tag)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = (await self.call(self.holder, "GET", f"/dossiers/{dossier_id}", expect=200)).json()
        return found

    async def admitted(self, **asks: int) -> dict[str, Any]:
        """A dossier under review, as the team reads it."""
        dossier = await self.submitted(**asks)
        tag = await self.tag(dossier["id"], self.team)
        where = f"/dossiers/{dossier['id']}/admissibility"
        await self.call(self.team, "POST", where, json={"admissible": True}, headers={"If-Match": tag}, expect=201)
        return await self.seen(dossier["id"], self.team)

    async def seen(self, dossier_id: str, who: Person) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call(who, "GET", f"/dossiers/{dossier_id}", expect=200)).json()
        return found

    async def review(self, who: Person, dossier_id: str, *, opinion: str = "favourable", proposed_cents: int | None = None) -> dict[str, Any]:
        """The funder's whole instruction, given."""
        (funder_id,) = who.memberships
        query = {"dossier_id": dossier_id, "funder_id": str(funder_id)}
        (review,) = (await self.call(who, "GET", "/reviews", params=query, expect=200)).json()["items"]
        body = {
            "scores": {"besoin": 4, "budget": 3},
            "opinion": opinion,
            "proposed_cents": review["asked_cents"] if proposed_cents is None else proposed_cents,
            "internal_comment": "À soutenir.",
        }
        where = f"/reviews/{review['id']}"
        tag = (await self.call(who, "GET", where, expect=200)).headers["etag"]
        tag = (await self.call(who, "PATCH", where, json=body, headers={"If-Match": tag}, expect=200)).headers["etag"]
        given: dict[str, Any] = (await self.call(who, "POST", f"{where}/completion", headers={"If-Match": tag}, expect=201)).json()
        return given

    async def reviewed(self, **asks: int) -> dict[str, Any]:
        """A dossier that every funder asked has reviewed, favourably and in full."""
        dossier = await self.admitted(**asks)
        asked = {request["funder_id"] for request in dossier["requests"]}
        for officer in (self.state_officer, self.caf_officer, self.region_officer):
            if str(next(iter(officer.memberships))) in asked:
                await self.review(officer, dossier["id"])
        return await self.seen(dossier["id"], self.team)

    async def convene(self, *dossier_ids: str, kind: str = "steering") -> str:
        """A session under way, with these dossiers on its agenda and every funder at the table: its id."""
        wish = {
            "campaign_id": self.campaign_id,
            "kind": kind,
            "title": "Séance",
            "starts_at": self.running.clock.now().isoformat(),
        }
        made = await self.call(self.team, "POST", "/committees", json=wish, expect=201)
        where, tag = f"/committees/{made.json()['id']}", made.headers["etag"]
        agenda = {"dossier_ids": list(dossier_ids)}
        tag = (await self.call(self.team, "PUT", f"{where}/agenda", json=agenda, headers={"If-Match": tag}, expect=200)).headers["etag"]
        members = [
            {"organisation_id": str(organisation), "name": name, "presence": "present"}
            for organisation, name in ((self.state, "État"), (self.caf, "CAF"), (self.region, "Région"))
        ]
        sent = {"json": {"members": members}, "headers": {"If-Match": tag}}
        await self.call(self.team, "PUT", f"{where}/attendance", **sent, expect=200)
        return str(made.json()["id"])

    async def decide(self, who: Person, committee_id: str, request_id: str, **decision: Any) -> httpx.Response:
        return await self.call(who, "PUT", f"/committees/{committee_id}/decisions/{request_id}", json=decision)

    async def close(self, committee_id: str) -> None:
        tag = (await self.call(self.team, "GET", f"/committees/{committee_id}", expect=200)).headers["etag"]
        await self.call(self.team, "POST", f"/committees/{committee_id}/closing", headers={"If-Match": tag}, expect=201)

    def request_of(self, dossier: Mapping[str, Any], funder_id: UUID) -> dict[str, Any]:
        found: dict[str, Any] = next(r for r in dossier["requests"] if r["funder_id"] == str(funder_id))
        return found


SWORN = {
    "sworn_statement": True,
    "republican_commitment": True,
    "signatory_name": "Camille Exemple",
    "signatory_function": "Présidente",
}

FRAMEWORK = {
    "adopted_on": "2024-03-31",
    "enjeux": [
        {"code": "GRANDIR", "title": "La vie des habitants", "objectives": [{"code": "2", "title": "Réussir l'éducation"}]},
        {"code": "TRAVAILLER", "title": "La vie économique", "objectives": [{"code": "8", "title": "Rapprocher de l'emploi"}]},
    ],
    "transversal_concerns": [{"code": "climat", "title": "Le changement climatique"}],
}


def _contract(lead: UUID, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": "Contrat de ville imaginaire",
        "lead_organisation_id": str(lead),
        "starts_on": "2024-01-01",
        "ends_on": "2030-12-31",
        "mid_term_review_year": 2027,
        "qpvs": [{"code": "QP011002", "name": "La Conte – Ozanam", "population": 2060}],
    }
