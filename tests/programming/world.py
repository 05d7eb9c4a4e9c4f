"""A small contrat de ville to test in: a team, three funders, two associations, an open campaign."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI, Header, Request, Response
from jose import jwt
from psycopg import sql

from services.common.ids import new_id
from services.common.outbox import Event
from services.programming.worker import close_expired_campaigns
from tests.programming.papers import FRAMEWORK, PDF, SWORN, budget_line, contract, funder, refusal
from tests.support import Person, Walk, member_of
from tests.walked import Steps, walked_once

V1 = "/programming/v1"


def campaign_code() -> str:
    return f"T{new_id().hex[-8:].upper()}"


def contract_code() -> str:
    """Any department, any year: one that is taken is drawn again."""
    drawn = int(new_id().hex[-8:], 16)
    return f"CN0{drawn % 95 + 1:02d}{drawn // 95 % 90 + 10}{'IM'[drawn // 95 // 90 % 2]}"


#: Who else is a member of an organisation, and their name: besides whoever calls, whose token says it.
ROSTERS: dict[UUID, dict[UUID, str]] = {}


def fake_directory(organisations: Mapping[UUID, dict[str, Any]]) -> FastAPI:
    """The directory as programming sees it: who organisations are, their members, and who the caller is."""
    app = FastAPI()

    def roster(organisation_id: UUID, request: Request) -> dict[UUID, str]:
        claims = jwt.get_unverified_claims(request.headers["authorization"].removeprefix("Bearer "))
        own = {UUID(claims["sub"]): "Vous"} if str(organisation_id) in claims["orgs"] else {}
        return {**own, **ROSTERS.get(organisation_id, {})}

    @app.get("/directory/v1/organisations/{organisation_id}/memberships")
    async def members(organisation_id: UUID, request: Request) -> Any:
        people = roster(organisation_id, request).items()
        return {"items": [{"account_id": str(i), "full_name": name, "roles": ["member"]} for i, name in people], "next": None}

    @app.get("/directory/v1/organisations/{organisation_id}/memberships/{account_id}")
    async def member(organisation_id: UUID, account_id: UUID, request: Request) -> Any:
        name = roster(organisation_id, request).get(account_id)
        return {"account_id": str(account_id), "full_name": name} if name else Response(status_code=404)

    @app.get("/directory/v1/organisations/{organisation_id}")
    async def read(organisation_id: UUID) -> Any:
        return organisations.get(organisation_id) or Response(status_code=404)

    @app.get("/directory/v1/me")
    async def me(authorization: Annotated[str, Header()]) -> Any:
        account_id = UUID(jwt.get_unverified_claims(authorization.removeprefix("Bearer "))["sub"])
        own = {"id": str(account_id), "email": address_of(account_id), "full_name": name_of(account_id)}
        return {**own, "verified_at": "2026-01-01T08:00:00Z", **organisations.get(account_id, {})}

    return app


def address_of(account_id: UUID) -> str:
    """The address of somebody's account, unless the test says otherwise."""
    return f"personne-{account_id.hex[-12:]}@example.org"


def name_of(account_id: UUID) -> str:
    return f"Personne {account_id.hex[-6:]}"


@dataclass
class World(Walk):
    """Who is who, what is open, and the acts tests repeat."""

    V1: ClassVar[str] = V1
    COMMON: ClassVar[Sequence[str]] = ("legal_parameters",)
    DRAWN: ClassVar[Mapping[str, Callable[[], str]]] = {r"\bT[0-9A-F]{8}\b": campaign_code, r"\bCN0\d{4}[IM]\b": contract_code}

    steps: Steps = field(default_factory=Steps, init=False)  # the first of its ids
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
        self.state_signatory = member_of(self.state, roles=["signatory"])
        self.state_payer = member_of(self.state, roles=["payer"])
        self.caf_signatory = member_of(self.caf, roles=["signatory"])
        self.caf_payer = member_of(self.caf, roles=["payer"])
        self.holder = member_of(self.association, roles=["manager"])
        self.president = member_of(self.association, roles=["signatory"])
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

    async def refused(self, who: Person | None, method: str, path: str, status: int, slug: str, **sent: Any) -> dict[str, Any]:
        """The problem that answers, said in French and, to who prefers it, in English."""
        french = refusal(await self.call(who, method, path, **sent), status, slug)
        headers = {**sent.pop("headers", {}), "Accept-Language": "en-GB, fr;q=0.3"}
        refusal(await self.call(who, method, path, headers=headers, **sent), status, slug, language="en")
        return french

    @asynccontextmanager
    async def holding(self, table: str, row_id: str) -> AsyncIterator[None]:
        """Somebody else's transaction holds the row: acts that need it wait until this block ends."""
        conninfo = self.running.resources.settings.database_url
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            await other.execute(sql.SQL("SELECT 1 FROM {} WHERE id = %s FOR UPDATE").format(sql.Identifier(table)), [row_id])
            yield
            await other.rollback()

    async def until_waiting(self, count: int = 1) -> None:
        """Returns once that many acts wait for a row of this test's database."""
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while len(await self.running.rows(waiting)) < count:
            continue

    async def mails(self, word: str) -> list[dict[str, Any]]:
        """Mails queued so far whose subject holds the word: to, subject, text, attachments."""
        return [job["args"] for job in await self.running.jobs("kernel:send_mail") if word in job["args"]["subject"]]

    async def announce(self, event: str, subject: UUID, data: Mapping[str, Any]) -> None:
        """The directory says something happened."""
        consume = self.running.service.all_consumers[event]
        heard = Event(new_id(), event, "directory", str(subject), self.running.clock.now(), data)
        async with self.running.resources.database.transaction() as session:
            await consume(session, self.running.resources, heard)

    async def pages(self, who: Person | None, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every item of a listing, page after page."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            asked = {**query, **({"cursor": cursor} if cursor else {})}
            page = (await self.call(who, "GET", path, params=asked, expect=200)).json()
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    async def at_deadline(self) -> datetime:
        """The clock stands at the very instant of the deadline."""
        campaign = (await self.call(self.team, "GET", f"/campaigns/{self.campaign_id}", expect=200)).json()
        self.running.clock.at = datetime.fromisoformat(campaign["closes_at"])
        return self.running.clock.at

    async def close_expired(self) -> None:
        """The periodic job, as the worker runs it."""
        async with self.running.resources.database.transaction() as session:
            await close_expired_campaigns.run(session, self.running.resources, timestamp=0)

    @walked_once
    async def grant(self, who: Person, committee_id: str, request_id: str, amount_cents: int) -> None:
        granted = await self.decide(who, committee_id, request_id, outcome="granted", amount_cents=amount_cents)
        assert granted.status_code == 200, granted.text

    @walked_once
    async def open(self, *, envelopes: Mapping[str, int] | None = None, code: str | None = None, **campaign: Any) -> None:
        """A contract and its campaign, open until next month; `envelopes` per budget line in cents."""
        await self.sign_contract()
        await self.call(self.team, "POST", f"/contracts/{self.contract_id}/frameworks", json=FRAMEWORK, expect=201)
        await self.prepare_campaign(envelopes=envelopes, code=code, **campaign)
        await self.act("opening")

    async def sign_contract(self) -> None:
        """A contract without framework yet."""
        answer = await self.call(self.team, "POST", "/contracts", json=contract(self.lead, contract_code()))
        while answer.status_code == 409:
            answer = await self.call(self.team, "POST", "/contracts", json=contract(self.lead, contract_code()))
        assert answer.status_code == 201, answer.text
        self.contract_id = answer.json()["id"]

    async def act(self, name: str, *, who: Person | None = None, expect: int = 201) -> httpx.Response:
        """One act of the campaign's life, by the team, on its latest version."""
        where = f"/campaigns/{self.campaign_id}"
        if_match = {"If-Match": (await self.call(self.team, "GET", where, expect=200)).headers["etag"]}
        return await self.call(who or self.team, "POST", f"{where}/{name}", headers=if_match, expect=expect)

    def campaign(self, **more: Any) -> dict[str, Any]:
        """A call for projects of the contract, as its team writes it."""
        now = self.running.clock.now()
        return {
            "contract_id": self.contract_id,
            "code": campaign_code(),
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

    @walked_once
    async def prepare_campaign(
        self, *, envelopes: Mapping[str, int] | None = None, code: str | None = None, funders: bool = True, **more: Any
    ) -> None:
        """A draft campaign with its three funders."""
        wish = self.campaign(**({"code": code} if code else {}), **more)
        self.campaign_id = (await self.call(self.team, "POST", "/campaigns", json=wish, expect=201)).json()["id"]
        for organisation_id, name, lines in self._funders(envelopes or {}) if funders else ():
            wish = funder(organisation_id, name, lines)
            await self.call(self.team, "POST", f"/campaigns/{self.campaign_id}/funders", json=wish, expect=201)

    def _funders(self, envelopes: Mapping[str, int]) -> list[tuple[UUID, str, list[dict[str, Any]]]]:
        def line(code: str, natures: list[str], **rule: Any) -> dict[str, Any]:
            return budget_line(code, natures, envelopes.get(code, 10_000_000), **rule)

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

    async def refused_submission(
        self, dossier_id: str, tag: str, status: int, slug: str, *, who: Person | None = None, **statement: Any
    ) -> dict[str, Any]:
        sent = {"json": {**SWORN, **statement}, "headers": {"If-Match": tag}}
        return await self.refused(who or self.holder, "POST", f"/dossiers/{dossier_id}/submission", status, slug, **sent)

    async def submitted(self, **asks: int) -> dict[str, Any]:
        """A submitted dossier, as its holder reads it."""
        return await self.submitted_with(self.content(**asks))

    async def submitted_with(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return await self.seen(await self._submit(content), self.holder)

    @walked_once
    async def _submit(self, content: Mapping[str, Any]) -> str:
        dossier_id, tag = await self.draft(content)
        answer = await self.submit(dossier_id, tag)
        assert answer.status_code == 201, answer.text
        return dossier_id

    async def admitted(self, **asks: int) -> dict[str, Any]:
        """A dossier under review, as the team reads it."""
        return await self.seen(await self._admit(self.content(**asks)), self.team)

    @walked_once
    async def _admit(self, content: Mapping[str, Any]) -> str:
        dossier_id = await self._submit(content)
        tag = await self.tag(dossier_id, self.team)
        where = f"/dossiers/{dossier_id}/admissibility"
        await self.call(self.team, "POST", where, json={"admissible": True}, headers={"If-Match": tag}, expect=201)
        return dossier_id

    async def seen(self, dossier_id: str, who: Person) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call(who, "GET", f"/dossiers/{dossier_id}", expect=200)).json()
        return found

    async def review(
        self, who: Person, dossier_id: str, *, opinion: str = "favourable", proposed_cents: int | None = None
    ) -> dict[str, Any]:
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
        return await self.seen(await self._have_reviewed(asks), self.team)

    @walked_once
    async def _have_reviewed(self, asks: Mapping[str, int]) -> str:
        dossier = await self.admitted(**asks)
        asked = {request["funder_id"] for request in dossier["requests"]}
        for officer in (self.state_officer, self.caf_officer, self.region_officer):
            if str(next(iter(officer.memberships))) in asked:
                await self.review(officer, dossier["id"])
        return str(dossier["id"])

    @walked_once
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
        tag = (await self.call(self.team, "PUT", f"{where}/agenda", json=agenda, headers={"If-Match": tag}, expect=200)).headers[
            "etag"
        ]
        members = [
            {"organisation_id": str(organisation), "name": name, "presence": "present"}
            for organisation, name in ((self.state, "État"), (self.caf, "CAF"), (self.region, "Région"))
        ]
        body, if_match = {"members": members}, {"If-Match": tag}
        await self.call(self.team, "PUT", f"{where}/attendance", json=body, headers=if_match, expect=200)
        return str(made.json()["id"])

    async def decide(
        self, who: Person, committee_id: str, request_id: str, *, over: str | None = None, **decision: Any
    ) -> httpx.Response:
        """A first decision, or one `over` another whose ETag was read."""
        headers = {"If-Match": over} if over else {}
        return await self.call(who, "PUT", f"/committees/{committee_id}/decisions/{request_id}", json=decision, headers=headers)

    @walked_once
    async def close(self, committee_id: str) -> None:
        tag = (await self.call(self.team, "GET", f"/committees/{committee_id}", expect=200)).headers["etag"]
        await self.call(self.team, "POST", f"/committees/{committee_id}/closing", headers={"If-Match": tag}, expect=201)

    def request_of(self, dossier: Mapping[str, Any], funder_id: UUID) -> dict[str, Any]:
        found: dict[str, Any] = next(r for r in dossier["requests"] if r["funder_id"] == str(funder_id))
        return found

    # What follows the vote.

    async def awarded(self, *, granted: Mapping[str, int] | None = None, **asks: int) -> dict[str, Any]:
        """A dossier asked, granted and notified: `asks` and `granted` in euros by `state`, `caf`, `region` (all that was asked
        by default; 0 refuses). The dossier as its holder reads it, with its awards by funder under `awards`."""
        asks = asks or {"state": 8_000, "caf": 4_000}
        funders = {"state": self.state, "caf": self.caf, "region": self.region}
        told = await self.seen(await self._award(asks, granted or asks), self.holder)
        awards = await self.pages(self.holder, "/awards", dossier_id=told["id"])
        told["awards"] = {name: next((a for a in awards if a["funder_id"] == str(funders[name])), None) for name in asks}
        return told

    @walked_once
    async def _award(self, asks: Mapping[str, int], granted: Mapping[str, int]) -> str:
        officers = {"state": self.state_officer, "caf": self.caf_officer, "region": self.region_officer}
        funders = {"state": self.state, "caf": self.caf, "region": self.region}
        dossier = await self.reviewed(**asks)
        committee_id = await self.convene(dossier["id"])
        for name in asks:
            request = self.request_of(dossier, funders[name])
            amount = granted.get(name, 0) * 100
            said = (
                {"outcome": "granted", "amount_cents": amount} if amount else {"outcome": "refused", "motive": "Enveloppe épuisée."}
            )
            decided = await self.decide(officers[name], committee_id, request["id"], **said)
            assert decided.status_code == 200, decided.text
        await self.close(committee_id)
        for name in asks:
            wish = {"funder_id": str(funders[name])}
            await self.call(officers[name], "POST", f"/dossiers/{dossier['id']}/notifications", json=wish, expect=201)
        return str(dossier["id"])

    async def commit(self, who: Person, award_id: str, **wish: Any) -> dict[str, Any]:
        """The funder commits the award, all of it by default."""
        committed: dict[str, Any] = (
            await self.change(who, "POST", f"/awards/{award_id}/commitment", of=f"/awards/{award_id}", json=wish, expect=201)
        ).json()
        return committed
