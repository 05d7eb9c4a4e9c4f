"""One real platform (`canevas up`) with its demonstration, for everything that is walked as people walk it."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gateway.demo import season_seed, seed
from gateway.demo.clock import Clock
from gateway.demo.http import CATALOGUE, EVENTS, PROGRAMMING, Account, Api, Json
from gateway.demo.scratch import running, scratch_folder

#: The campaign, dossiers, reviews, documents, followed contracts, the agenda, who is registered at the open event.
Seen = tuple[Json, list[Json], list[Json], list[Json], list[Json], list[Json], list[Json]]


@dataclass(frozen=True)
class Platform:
    """Where it answers, and who may sign in: `accounts[who]` is (e-mail, password)."""

    base_url: str
    data_dir: Path
    accounts: dict[str, tuple[str, str]]
    #: What its people saw after the first loading, and after a second one that gave the same.
    once: Seen
    again: Seen

    def anonymous(self) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, timeout=30)

    @contextmanager
    def signed_in(self, who: str) -> Iterator[httpx.Client]:
        """A person at the keyboard: plain HTTP, with their token."""
        email, password = self.accounts[who]
        with self.anonymous() as client:
            answer = client.post("/directory/v1/sessions", json={"email": email, "password": password})
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client


@pytest.fixture(scope="package")
def platform() -> Iterator[Platform]:
    with ExitStack() as ending:
        scratch = ending.enter_context(scratch_folder())
        scratch.clock_file.write_text("0")
        ending.enter_context(running(scratch))
        loaded = seed.load(scratch.base_url, scratch.data_dir)
        once = asyncio.run(_seen(scratch.base_url, loaded.accounts))
        assert seed.load(scratch.base_url, scratch.data_dir) == loaded
        again = asyncio.run(_seen(scratch.base_url, loaded.accounts))
        accounts = {who: (email, password) for who, email, password in loaded.accounts}
        yield Platform(scratch.base_url, scratch.data_dir, accounts, once, again)


async def _seen(base_url: str, accounts: list[tuple[str, str, str]]) -> Seen:
    """The campaign, the dossiers and the catalogue as the contract's team sees them, reviews of the State, contracts of the centre,
    the agenda as its organiser sees it and who is registered."""
    people = {who: Account(who, email, password) for who, email, password in accounts}
    async with Api(base_url, Clock()) as api:
        for person in people.values():
            assert await api.try_sign_in(person) == 201
        (campaign,) = await api.pages(None, f"{PROGRAMMING}/campaigns")
        team, state = people["Équipe du contrat"], people["Instruction, État"]
        dossiers = await api.pages(team, f"{PROGRAMMING}/dossiers", limit=100)
        reviews = await api.pages(state, f"{PROGRAMMING}/reviews", limit=100)
        documents = await api.pages(team, f"{CATALOGUE}/documents", limit=100)
        (centre,) = await api.pages(None, f"{CATALOGUE}/centres")
        path = f"{CATALOGUE}/centres/{centre['id']}/followed-contracts"
        followed = await api.pages(people["Documentaliste"], path)
        organiser = people["Organisation des rencontres"]
        agenda = await api.pages(organiser, f"{EVENTS}/events", since="2000-01-01", limit=100)
        (opened,) = [event for event in agenda if event["title"] == season_seed.OPEN]
        registered = await api.pages(organiser, f"{EVENTS}/events/{opened['id']}/registrations", limit=100)
        return campaign, dossiers, reviews, documents, followed, agenda, registered
