"""What tests of mails share: the morning in Paris, an engine that finds what it is told, and the letters laid down."""

import html
import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from services.catalogue.search import service as search
from services.catalogue.search.schemas import Criteria
from services.catalogue.subscriptions import digests
from services.common.clock import PARIS, in_paris
from services.common.mail import FolderMailer
from tests.catalogue.world import World
from tests.support import Person


class Engine:
    """Stands for the search engine: documents that match a word, when they became findable."""

    def __init__(self) -> None:
        self.found: list[tuple[str, datetime, UUID]] = []
        self.asked: list[tuple[datetime, datetime]] = []

    def finds(self, document: dict[str, Any], at: datetime, *, word: str = "") -> None:
        self.found.append((word, at, UUID(document["id"])))

    async def found_between(
        self, reader: Any, audience: Any, criteria: Criteria, *, after: datetime, until: datetime, limit: int
    ) -> Sequence[UUID]:
        self.asked.append((after, until))
        assert not audience.centre_ids, "mails and feeds are for anybody's eyes"
        known = [(at, each) for word, at, each in self.found if after < at <= until and word in criteria.q]
        return [each for _, each in sorted(known)][:limit]

    async def latest(self, reader: Any, audience: Any, criteria: Criteria, *, now: datetime, limit: int) -> Sequence[UUID]:
        assert not audience.centre_ids, "mails and feeds are for anybody's eyes"
        known = [(at, each) for word, at, each in self.found if at <= now and word in criteria.q]
        return [each for _, each in sorted(known, reverse=True)][:limit]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(search, "found_between", engine.found_between)
    monkeypatch.setattr(search, "latest", engine.latest)
    return engine


def letters(world: World, to: Person | str) -> list[EmailMessage]:
    """Letters laid down for somebody, in order."""
    mailer = world.running.resources.mailer
    assert isinstance(mailer, FolderMailer)
    address = to if isinstance(to, str) else f"{to.account_id}@example.fr"
    found = []
    for path in sorted(mailer.folder.glob("*.eml")):
        letter = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        if letter["To"] == address:
            found.append(letter)
    return found


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def leaving(letter: EmailMessage) -> str:
    """The path its `List-Unsubscribe` is POSTed to."""
    found = re.fullmatch(r"<http://canevas\.test(/\S+)>", letter["List-Unsubscribe"])
    assert found is not None
    return found[1]


def shown(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", page.split("</style>")[-1]))


def next_morning(world: World, *, weekday: int | None = None, at: time = time(7, 20)) -> datetime:
    """Move the clock to the next such hour in Paris, of that weekday (0: Monday) when given."""
    clock = world.running.clock
    now = in_paris(clock.now())
    day = now.date()
    while datetime.combine(day, at, PARIS) <= now or (weekday is not None and day.weekday() != weekday):
        day += timedelta(days=1)
    clock.at = datetime.combine(day, at, PARIS)
    return clock.at


async def deliver(world: World) -> None:
    """What the clock calls, then every job."""
    async with world.running.resources.database.transaction() as session:
        await digests.call(session, now=world.running.clock.now())
    await world.running.run_jobs()


async def save(world: World, who: Person, *, frequency: str = "daily", q: str = "", name: str = "Ma recherche") -> dict[str, Any]:
    wish = {"name": name, "criteria": {"q": q}, "frequency": frequency}
    body: dict[str, Any] = (await world.call(who, "POST", "/saved-searches", json=wish, expect=201)).json()
    return body
