"""A question desk to test at: who works there, and the acts tests repeat."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from services.catalogue.questions import upkeep
from services.common.ids import new_id
from tests.catalogue.world import World
from tests.support import Person, member_of

#: Organisation → accounts, as the directory tells them.
MEMBERS: dict[str, list[str]] = {}
Body = dict[str, Any]
_BODY = TypeAdapter(Body)


class DeskWorld:
    """The first centre of a world with its desk open, and somebody who asks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.asker = Person(memberships={new_id(): ["member"]})
        self.colleague = member_of(world.keeper)
        staff = (world.documentalist, world.manager, self.colleague)
        MEMBERS[str(world.keeper)] = [str(person.account_id) for person in staff]

    async def open(self, **wish: Any) -> "DeskWorld":
        body = {"is_open": True, "answer_within_days": 7, **wish}
        await self.world.call(self.world.manager, "PUT", self.path, json=body, expect=201)
        return self

    @property
    def path(self) -> str:
        return f"/centres/{self.world.centre_id}/desk"

    def wish(self, **more: Any) -> Body:
        return {
            "centre_id": self.world.centre_id,
            "subject": "Financer un café associatif",
            "text": "Nous cherchons des exemples de cafés tenus par des habitants.",
            "reply_email": "camille@asso.example",
            **more,
        }

    async def ask(self, who: Person | None = None, **more: Any) -> Body:
        answer = await self.world.call(who or self.asker, "POST", "/questions", json=self.wish(**more), expect=201)
        return _BODY.validate_python(answer.json())

    async def act(self, who: Person, asked: Mapping[str, Any], act: str, /, **wish: Any) -> httpx.Response:
        path = f"/questions/{asked['id']}"
        return await self.world.change(who, "POST", f"{path}/{act}", of=path, expect=201, **({"json": wish} if wish else {}))

    async def refused(self, who: Person, asked: Mapping[str, Any], act: str, status: int, slug: str, /, **wish: Any) -> Body:
        path = f"/questions/{asked['id']}"
        tag = (await self.world.call(who, "GET", path, expect=200)).headers["etag"]
        sent: dict[str, Any] = {"headers": {"If-Match": tag}, **({"json": wish} if wish else {})}
        return await self.world.refused(who, "POST", f"{path}/{act}", status, slug, **sent)

    async def taken(self, **more: Any) -> Body:
        question = await self.ask(**more)
        return _BODY.validate_python((await self.act(self.world.documentalist, question, "taking")).json())

    async def answered(self, **more: Any) -> Body:
        question = await self.taken(**more)
        answer = await self.act(self.world.documentalist, question, "answer", text="Voici trois fiches.")
        return _BODY.validate_python(answer.json())

    async def thanked(self, **more: Any) -> Body:
        question = await self.answered(**more)
        return _BODY.validate_python((await self.act(self.asker, question, "thanks")).json())

    async def read(self, who: Person, question: Mapping[str, Any]) -> Body:
        return _BODY.validate_python((await self.world.call(who, "GET", f"/questions/{question['id']}", expect=200)).json())

    async def thread(self, who: Person, question: Mapping[str, Any]) -> list[Body]:
        return await self.world.pages(who, f"/questions/{question['id']}/messages", limit=1)

    async def mails(self) -> list[Body]:
        """What was queued, whatever became of it: `to`, `subject`, `text`."""
        return [job["args"] for job in await self.world.running.jobs("kernel:send_mail")]

    async def journal(self, question: Mapping[str, Any]) -> list[Body]:
        sql = "SELECT * FROM journal_lines WHERE resource_id = %(id)s ORDER BY id"
        return await self.world.running.rows(sql, id=UUID(str(question["id"])))

    async def remind(self) -> None:
        resources = self.world.running.resources
        async with resources.database.transaction() as session:
            await upkeep.remind(session, resources, now=self.world.running.clock.now())

    async def nightly(self) -> None:
        resources = self.world.running.resources
        for run in (upkeep.lapse, upkeep.anonymise):
            async with resources.database.transaction() as session:
                await run(session, resources, now=self.world.running.clock.now())
