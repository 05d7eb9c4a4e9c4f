"""One real platform (`canevas up`) with its demonstration, for everything that is walked as people walk it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gateway.demo import seed
from gateway.demo.scratch import running, scratch_folder


@dataclass(frozen=True)
class Platform:
    """Where it answers, and who may sign in: `accounts[who]` is (e-mail, password)."""

    base_url: str
    data_dir: Path
    accounts: dict[str, tuple[str, str]]

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
    with scratch_folder() as scratch, running(scratch):
        loaded = seed.load(scratch.base_url, scratch.data_dir)
        accounts = {who: (email, password) for who, email, password in loaded.accounts}
        yield Platform(scratch.base_url, scratch.data_dir, accounts)
