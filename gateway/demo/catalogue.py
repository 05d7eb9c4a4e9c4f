"""The catalogue: a resource centre opens, enters its network, imports and publishes its holdings, and a professional searches them.

Each step looks for what is there before it makes anything: interrupted, it is simply run again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from .carcassonne import FUNDERS
from .data import library
from .data.library import Search
from .http import CATALOGUE, Account, Api, Json, Refused, everybody
from .people import Cast, Registry, account

_PATIENCE = 180.0
_DRAFTS_PATIENCE = 60.0
#: An answer is good when what is expected is among the first.
_FIRST = 5


def network_of(cast: Cast) -> dict[str, str]:
    """The contract's funders read what the centre keeps for its members."""
    return {cast.organisations[funder.key]: funder.name for funder in FUNDERS}


@dataclass(frozen=True)
class Found:
    """A search as it was made, the titles it gave first, and whether what was expected is among them.

    `total`: how many documents; `kinds`: (kind, how many), the most numerous first.
    """

    search: Search
    titles: tuple[str, ...]
    total: int = 0
    kinds: tuple[tuple[str, int], ...] = ()

    @property
    def is_ok(self) -> bool:
        return self.search.expected in self.titles[:_FIRST]


@dataclass(frozen=True)
class Holdings:
    """What a professional of the network finds: how many documents, and what three searches gave."""

    documents: int
    searches: tuple[Found, ...]

    def summary(self) -> dict[str, int]:
        """For the last line of the demonstration."""
        return {"documents": self.documents, "searches_ok": sum(found.is_ok for found in self.searches)}

    def faults(self) -> list[str]:
        """What is not as it should be, in French."""
        expected = len(library.documents())
        wrong = [f"{self.documents} documents publiés au lieu de {expected}"] if self.documents != expected else []
        return wrong + [
            f"« {found.search.query} » ne trouve pas « {found.search.expected} » mais {list(found.titles[:_FIRST])}"
            for found in self.searches
            if not found.is_ok
        ]


@dataclass
class Library:
    """The centre's people and what they do; `network` names the organisations that read what is kept for members."""

    api: Api
    registry: Registry
    centre_id: str = ""
    organisation_id: str = ""

    def __post_init__(self) -> None:
        self.manager, self.documentalist = account(library.MANAGER), account(library.DOCUMENTALIST)

    async def load(self, network: Mapping[str, str], reader: Account) -> Holdings:
        """From nothing to a catalogue that answers. `network`: organisation id → name, the reader's among them."""
        await self._open()
        await everybody(self._enter(organisation_id, name) for organisation_id, name in network.items())
        made = await self._import()
        await self._relate(made)
        return await self.read(reader)

    async def read(self, reader: Account) -> Holdings:
        """What that professional of the network finds."""
        listed = await self.api.pages(reader, f"{CATALOGUE}/documents", centre_id=self.centre_id, limit=100)
        return Holdings(len(listed), tuple([await self._search(reader, search) for search in library.SEARCHES]))

    async def follow(self, contract_id: str, name: str) -> None:
        """Closed dossiers of that contract become drafts of the centre, from now on."""
        path = f"{CATALOGUE}/centres/{self.centre_id}/followed-contracts"
        followed = await self.api.pages(self.manager, path, limit=100)
        if all(each["contract_id"] != contract_id for each in followed):
            await self.api.call(self.manager, "PUT", f"{path}/{contract_id}", json={"name": name})

    async def drafts_of_dossiers(self, expected: int) -> list[Json]:
        """Drafts made of closed dossiers, once there are as many as expected or patience has run out."""
        path, until = f"{CATALOGUE}/experience-proposals", monotonic() + _DRAFTS_PATIENCE
        while True:
            made = await self.api.pages(self.documentalist, path, state="made", limit=100)
            if len(made) >= expected or monotonic() > until:
                return [proposal["draft"] for proposal in made]
            await asyncio.sleep(1)

    async def _open(self) -> None:
        people = [self.documentalist]
        self.organisation_id = await self.registry.settle_association(library.ORGANISATION, self.manager, people)
        centres = await self.api.pages(None, f"{CATALOGUE}/centres", limit=100)
        centre = next((each for each in centres if each["code"] == library.CODE), None)
        if centre is None:
            wish = {
                "organisation_id": self.organisation_id,
                "code": library.CODE,
                "name": library.NAME,
                "description": library.DESCRIPTION,
                "contact_email": library.CONTACT,
            }
            centre = await self.api.post(self.registry.cast.administrator, f"{CATALOGUE}/centres", wish)
        self.centre_id = centre["id"]

    async def _enter(self, organisation_id: str, name: str) -> None:
        path = f"{CATALOGUE}/centres/{self.centre_id}/members/{organisation_id}"
        await self.api.call(self.documentalist, "PUT", path, json={"name": name})

    async def _import(self) -> dict[str, str]:
        """The file is tried, then imported and published; `identifier → document`."""
        path, content = f"{CATALOGUE}/centres/{self.centre_id}/imports", library.file()
        for asked in ({"dry_run": "true"}, {}):
            params = {"name": "fonds.csv", "publish": "true", **asked}
            sent = (await self.api.call(self.manager, "POST", path, params=params, content=content)).json()
            done = await self._finished(sent)
            if done["refused"]:
                raise await self._refusals(done)
        lines = await self.api.pages(self.manager, f"{CATALOGUE}/imports/{done['id']}/lines", limit=100)
        return {line["identifier"]: line["document_id"] for line in lines}

    async def _finished(self, sent: Json) -> Json:
        """The import once the worker has gone through it, or as it stands when patience has run out."""
        until = monotonic() + _PATIENCE
        while sent["state"] in {"waiting", "running"} and monotonic() < until:
            await asyncio.sleep(0.5)
            sent = await self.api.get(self.manager, f"{CATALOGUE}/imports/{sent['id']}")
        return sent

    async def _refusals(self, done: Json) -> Refused:
        path = f"{CATALOGUE}/imports/{done['id']}/lines"
        lines = await self.api.pages(self.manager, path, outcome="refused", limit=100)
        said = " | ".join(f"ligne {line['number']} : {problem['detail']}" for line in lines for problem in line["problems"])
        return Refused("GET", path, 200, said)

    async def _relate(self, made: Mapping[str, str]) -> None:
        """A file says nothing of relations: a documentalist writes them, the manager publishes again."""
        wanted: dict[str, list[Json]] = {}
        for relation in library.relations():
            told = {"kind": relation.kind, "target": "document", "target_id": made[relation.to]}
            wanted.setdefault(made[relation.of], []).append(told)
        await everybody(self._link(document_id, told) for document_id, told in wanted.items())

    async def _link(self, document_id: str, relations: list[Json]) -> None:
        path = f"{CATALOGUE}/drafts/{document_id}"
        if (await self.api.get(self.documentalist, path))["content"]["relations"] != relations:
            await self.api.change(self.documentalist, "PATCH", path, {"content": {"relations": relations}})
        if (await self.api.get(self.manager, path))["work"] != "clean":
            note = {"note": "Relié à ce qui l’entoure."}
            await self.api.change(self.manager, "POST", f"{path}/publication", note, of=path)
            self.api.forget_tag(self.manager, path)

    async def _search(self, reader: Account, search: Search) -> Found:
        found = await self.api.get(reader, f"{CATALOGUE}/search", q=search.query, facets="kind", limit=10)
        kinds = tuple((value["label"], value["count"]) for value in found["facets"]["kind"])
        return Found(search, tuple(item["title"] for item in found["items"]), found["total"], kinds)
