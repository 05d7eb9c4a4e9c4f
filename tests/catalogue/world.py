"""A small resource centre to test in: its documentalists, its network, a second centre, and somebody who has no part in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from fastapi import FastAPI, Request, Response
from jose import jwt
from psycopg.types.json import Jsonb

from services.common.ids import new_id
from tests.support import Person, Walk, member_of

V1 = "/catalogue/v1"


def _by_code(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(item["code"]): item for item in items}


#: Two levels of themes and the territories around one neighbourhood, as the directory would tell them.
THEMES: dict[str, dict[str, Any]] = _by_code(
    [
        {"code": "lien-social", "label": "Lien social", "parent_code": None, "synonyms": ["vivre ensemble"]},
        {
            "code": "participation",
            "label": "Participation des habitants",
            "parent_code": "lien-social",
            "synonyms": ["concertation"],
        },
        {"code": "acces-aux-droits", "label": "Accès aux droits", "parent_code": "lien-social", "synonyms": ["non-recours"]},
        {"code": "habitat", "label": "Habitat et cadre de vie", "parent_code": None, "synonyms": ["logement"]},
        {"code": "emploi", "label": "Emploi et insertion", "parent_code": None, "synonyms": []},
    ]
)
TERRITORIES: dict[str, dict[str, Any]] = _by_code(
    [
        {"code": "REG-76", "kind": "region", "name": "Occitanie", "parent_code": None},
        {"code": "11", "kind": "departement", "name": "Aude", "parent_code": "REG-76"},
        {"code": "11069", "kind": "commune", "name": "Carcassonne", "parent_code": "11"},
        {"code": "QP011002", "kind": "qpv", "name": "La Conte – Ozanam", "parent_code": "11069"},
        {"code": "34", "kind": "departement", "name": "Hérault", "parent_code": "REG-76"},
    ]
)


def fake_directory() -> FastAPI:
    """The directory as the catalogue sees it: themes, page by page, territories one by one, and whom a token is."""
    app = FastAPI()

    @app.get("/directory/v1/themes")
    async def themes(cursor: str = "") -> Any:
        codes = sorted(code for code in THEMES if code > cursor)
        return {"items": [THEMES[code] for code in codes[:3]], "next": codes[2] if len(codes) > 3 else None}

    @app.get("/directory/v1/territories/{code}")
    async def territory(code: str) -> Any:
        return TERRITORIES.get(code) or Response(status_code=404)

    @app.get("/directory/v1/me")
    async def me(request: Request) -> Any:
        claims = jwt.get_unverified_claims(request.headers["authorization"].removeprefix("Bearer "))
        return {"id": claims["sub"], "email": f"{claims['sub']}@example.fr"}

    return app


def content(title: str = "Les conseils citoyens", **more: Any) -> dict[str, Any]:
    """A content complete enough to be published."""
    return {"title": title, "abstract": "Statuts, animation, désignation des membres.", **more}


@dataclass
class World(Walk):
    """Who is who, and the acts tests repeat."""

    V1: ClassVar[str] = V1

    keeper: UUID = field(default_factory=new_id)
    other_keeper: UUID = field(default_factory=new_id)
    network: UUID = field(default_factory=new_id)
    centre_id: str = ""
    other_centre_id: str = ""

    def __post_init__(self) -> None:
        self.administrator = Person(administrator=True)
        self.documentalist = member_of(self.keeper)
        self.manager = member_of(self.keeper, roles=["manager"])
        self.neighbour = member_of(self.other_keeper, roles=["manager"])
        self.member = member_of(self.network)
        self.stranger = member_of(new_id(), roles=["manager"])

    async def open(self) -> None:
        """Two centres, and one organisation in the network of the first."""
        self.centre_id = await self._centre(self.keeper, "Villes et Territoires Exemple")
        self.other_centre_id = await self._centre(self.other_keeper, "Autre centre")
        await self.call(
            self.documentalist,
            "PUT",
            f"/centres/{self.centre_id}/members/{self.network}",
            json={"name": "Ville d'Exemple"},
            expect=201,
        )

    async def _centre(self, organisation_id: UUID, name: str) -> str:
        # Codes are the platform's: tests of one module share it.
        code = "C" + new_id().hex[-11:].upper()
        wish = {"organisation_id": str(organisation_id), "code": code, "name": name, "contact_email": "doc@centre.example"}
        return str((await self.call(self.administrator, "POST", "/centres", json=wish, expect=201)).json()["id"])

    async def draft(self, title: str = "Les conseils citoyens", *, kind: str = "capitalisation", **more: Any) -> dict[str, Any]:
        """A draft of the first centre."""
        wish = {"centre_id": self.centre_id, "kind": kind, "content": content(title, **more)}
        body: dict[str, Any] = (await self.call(self.documentalist, "POST", "/drafts", json=wish, expect=201)).json()
        return body

    async def published(self, title: str = "Les conseils citoyens", *, kind: str = "capitalisation", **more: Any) -> dict[str, Any]:
        """A published document of the first centre, as its draft shows it."""
        return await self.publish(await self.draft(title, kind=kind, **more))

    async def publish(self, draft: Mapping[str, Any], **wish: Any) -> dict[str, Any]:
        path = f"/drafts/{draft['id']}"
        answer = await self.change(self.manager, "POST", f"{path}/publication", of=path, json=wish, expect=201)
        body: dict[str, Any] = answer.json()
        return body

    async def write(self, draft: Mapping[str, Any], **content: Any) -> dict[str, Any]:
        answer = await self.change(self.documentalist, "PATCH", f"/drafts/{draft['id']}", json={"content": content}, expect=200)
        body: dict[str, Any] = answer.json()
        return body

    async def withdraw(self, draft: Mapping[str, Any], **wish: Any) -> dict[str, Any]:
        path = f"/drafts/{draft['id']}"
        wish = {"reason": "Remplacé.", **wish}
        answer = await self.change(self.manager, "POST", f"{path}/withdrawal", of=path, json=wish, expect=201)
        body: dict[str, Any] = answer.json()
        return body

    async def stored(self, draft: Mapping[str, Any], **content: Any) -> None:
        """What a document may hold although the door refuses it today: written before the rule was."""
        async with self.running.resources.database.readers.connection() as connection:
            for table, key in (("documents", "id"), ("document_versions", "document_id")):
                await connection.execute(
                    f"UPDATE {table} SET content = content || %s WHERE {key} = %s".encode(),  # noqa: S608 - names of ours
                    [Jsonb(content), draft["id"]],
                )
