"""What a first start loads, and that loading again makes nothing twice."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.demo import season_seed, seed
from gateway.demo.clock import PARIS, Clock
from gateway.demo.data import library
from gateway.demo.http import CATALOGUE, EVENTS, PROGRAMMING, Account, Api, Json
from gateway.demo.scratch import running, scratch_folder
from gateway.demo.seed import CannotLoad, Stage, call_open_at, plans_of

Seen = tuple[Json, list[Json], list[Json], list[Json], list[Json], list[Json], list[Json]]


@pytest.mark.parametrize(("now", "year"), [(datetime(2026, 8, 31, 12, tzinfo=UTC), 2026), (datetime(2026, 9, 1, tzinfo=UTC), 2027)])
def test_the_call_is_open_sixty_days_until_midnight_in_paris(now: datetime, year: int) -> None:
    call = call_open_at(now)
    assert call.year == year
    assert call.opens_at < now < call.closes_at
    closing = call.closes_at.astimezone(PARIS)
    assert (closing.date() - now.astimezone(PARIS).date()).days == 60
    assert (closing.hour, closing.minute, closing.second) == (23, 59, 59)


def test_the_dozen_shows_every_stage_and_everybody_has_something_to_do() -> None:
    staged = plans_of(2031)
    assert Counter(stage for _, stage in staged) == {Stage.BEGUN: 2, Stage.COMPLETE: 2, Stage.SUBMITTED: 3, Stage.UNDER_REVIEW: 5}
    assert all(plan.ends_on.year == 2031 for plan, _ in staged)
    assert len({(plan.title, plan.holder_key) for plan, _ in staged}) == len(staged)
    under_review = {r.funder_key for plan, stage in staged if stage is Stage.UNDER_REVIEW for r in plan.requests}
    assert {"etat", "caf", "agglo"} <= under_review
    shown = {stage for plan, stage in staged if plan.holder_key == "centre-social-autan"}
    assert shown == set(Stage)


def test_a_platform_that_sends_real_mail_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CANEVAS_SMTP_URL", "smtp://mail.example.org")
    with pytest.raises(CannotLoad, match="CANEVAS_SMTP_URL"):
        seed.load("http://127.0.0.1:1", tmp_path)


def test_loading_twice_makes_nothing_twice() -> None:
    with scratch_folder() as scratch:
        scratch.clock_file.write_text("0")
        with running(scratch):
            loaded = seed.load(scratch.base_url, scratch.data_dir)
            shown = {who for who, _, _ in loaded.accounts}
            assert {"Signataire, État", "Comptable, État", "Documentaliste", "Direction du centre"} <= shown
            once = asyncio.run(_seen(scratch.base_url, loaded.accounts))
            assert seed.load(scratch.base_url, scratch.data_dir) == loaded
            assert asyncio.run(_seen(scratch.base_url, loaded.accounts)) == once
    campaign, dossiers, reviews, documents, followed, agenda, registered = once
    assert Counter(event["status"] for event in agenda) == {"open": 2, "tentative": 1, "held": 1}
    assert [each["state"] for each in registered] == ["seated"] * 5
    (tentative,) = [event for event in agenda if event["status"] == "tentative"]
    assert (tentative["starts_at"], tentative["vague_date"]) == (None, "Après l’été ?")
    assert campaign["status"] == "open"
    assert Counter(dossier["status"] for dossier in dossiers)["submitted"] == 3
    assert len(dossiers) == 8, "drafts are their holder's alone"
    assert {review["status"] for review in reviews} == {"to_review", "completed"}
    assert len(documents) == len(library.documents())
    assert [each["contract_id"] for each in followed] == [campaign["contract_id"]]


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
