"""Every listing costs the same number of statements whatever it lists."""

import pytest

from services.programming.similar.jobs import profile_more
from tests.programming.change_requests.asks import ask
from tests.programming.collaborators.people import joined
from tests.programming.other_subsidies.rights import _AID, _SUBSIDY
from tests.programming.permanent_files.papers import keep
from tests.programming.reviews.rounds import choose, colleague, conflict
from tests.programming.world import World
from tests.support import Person, counted

pytestmark = pytest.mark.anyio
_POINTERS = ("/content/need", "/content/means", "/content/indicators", "/contact/phone", "/budget/charges")


async def _more(world: World, dossier_id: str, session: str, number: int, guest: Person) -> None:
    """One more line of everything that is listed."""
    call, holder = world.call, world.holder
    where = f"/dossiers/{dossier_id}"
    other = await world.admitted(state=8_000, caf=4_000)
    await joined(world, dossier_id)
    draft, _ = await world.draft()
    await call(holder, "POST", f"/dossiers/{draft}/sign-off", json={}, expect=201)
    wish = {"email": f"personne-{guest.account_id.hex[-12:]}@example.org", "part": "editor"}
    await call(holder, "POST", f"/dossiers/{draft}/collaborators", json=wish, expect=201)
    mail = [one for one in await world.mails("vous invite") if one["to"] == wish["email"]][-1]
    token = next(line for line in mail["text"].splitlines() if line.startswith("http")).rpartition("/")[2]
    await call(guest, "POST", "/collaborations", json={"token": token}, expect=201)
    for one in (dossier_id, other["id"]):
        message = {"kind": "holder", "organisation_id": str(world.caf), "text": f"Question {number}"}
        await call(holder, "POST", f"/dossiers/{one}/messages", json=message, expect=201)
    await ask(world, world.team, dossier_id, _POINTERS[number])
    await conflict(world, colleague(world), dossier_id=other["id"])
    amounts = [{"request_id": world.request_of(other, world.caf)["id"], "amount_cents": 100_000}]
    scenario = {"organisation_id": str(world.caf), "title": f"S{number}", "amounts": amounts}
    await call(world.caf_officer, "POST", f"/campaigns/{world.campaign_id}/scenarios", json=scenario, expect=201)
    await call(world.team, "POST", f"/committees/{session}/papers", json={"kind": "agenda"}, expect=201)
    interest = {"organisation_id": str(world.state), "person": f"Dominique {number}"}
    await call(world.team, "POST", f"/committees/{session}/dossiers/{dossier_id}/deports", json=interest, expect=201)
    own = f"/organisations/{world.association}"
    await call(holder, "POST", f"{own}/declared-subsidies", json=_SUBSIDY, expect=201)
    await call(holder, "POST", f"{own}/de-minimis-aids", json=_AID, expect=201)
    await keep(world, f"piece-{number}")
    body = {"funder_id": str(world.caf)}
    await call(world.caf_officer, "POST", f"/campaigns/{world.campaign_id}/bulk-notifications", json=body, expect=201)
    query = {"dossier_id": other["id"], "funder_id": str(world.caf)}
    (review,) = await world.pages(world.caf_officer, "/reviews", **query)
    officer = world.caf_officer.account_id
    taken = {"assignee_id": str(officer)}
    where = f"/reviews/{review['id']}"
    await world.change(world.caf_officer, "POST", f"{where}/assignment", of=where, json=taken, expect=201)
    day = f"2031-04-{number + 1:02d}"
    meeting = {"organisation_id": str(world.caf), "name": f"CA {number}", "meets_on": day, "deposit_days": 20}
    await call(world.caf_officer, "POST", "/assemblies", json=meeting, expect=201)
    hook = {"organisation_id": str(world.caf), "url": "http://127.0.0.1:9/", "event_types": ["dossier.submitted"]}
    await call(world.caf_officer, "POST", "/webhooks", json=hook, expect=201)


def _listings(world: World, dossier_id: str, session: str, guest: Person) -> list[tuple[Person | None, str]]:
    holder, caf, team = world.holder, world.caf_officer, world.team
    campaign, dossier = f"/campaigns/{world.campaign_id}", f"/dossiers/{dossier_id}"
    own, desk = f"/organisations/{world.association}", f"{campaign}/funders/{world.caf}"
    return [
        *((who, "/dossiers") for who in (holder, caf, team, guest)),
        *((who, "/conversations") for who in (holder, caf)),
        *((who, f"{dossier}/change-requests") for who in (holder, caf)),
        *((who, f"{dossier}/other-subsidies") for who in (holder, caf)),
        *((who, "/me/due") for who in (holder, caf, team, world.president, guest)),
        *((who, "/me/due/counts") for who in (holder, caf)),
        (holder, f"{dossier}/collaborators"), (guest, "/collaborations"), (world.president, "/sign-offs"),
        (holder, f"{dossier}/submissions"), (holder, f"{dossier}/journal"), (holder, f"{dossier}/similar-actions"),
        (caf, f"{dossier}/overlaps"), (caf, f"{campaign}/overlaps"), (caf, f"{campaign}/scenarios"),
        (caf, f"{campaign}/bulk-notifications"), (caf, f"{campaign}/coverage"), (caf, f"{campaign}/retroplanning"),
        (caf, "/reviews"), (caf, "/me/reviews"), (caf, "/conflicts"), (caf, f"{desk}/calibration"), (caf, f"/assemblies?organisation_id={world.caf}"),
        (caf, f"/committees/{session}/papers"), (caf, f"/committees/{session}/deports"), (caf, f"/committees?campaign_id={world.campaign_id}"),
        (caf, "/webhooks"), (holder, f"{own}/declared-subsidies"), (holder, f"{own}/de-minimis-aids"),
        (holder, f"{own}/permanent-files"), (holder, f"{own}/other-subsidies"), (None, f"{campaign}/notices"), (None, "/open-campaigns"),
    ]  # fmt: skip


async def test_a_listing_sends_as_many_statements_for_one_line_as_for_several(
    running: object, fresh_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = fresh_world
    await choose(world, readings=1)
    dossier = await world.reviewed(state=8_000, caf=4_000)
    session = await world.convene(dossier["id"])
    guest = Person()

    async def costs() -> dict[str, tuple[int, int]]:
        async with world.running.resources.database.transaction() as session_:
            await profile_more.run(session_, world.running.resources)
        found = {}
        for number, (who, path) in enumerate(_listings(world, dossier["id"], session, guest)):
            sent = []
            for _ in range(3):  # the fewest: the service has its own to send meanwhile, and keeps some answers
                with counted(monkeypatch) as statements:
                    answered = await world.call(who, "GET", path, expect=200)
                sent.append(len(statements))
            items = answered.json().get("items", [])
            found[f"{number} {path.replace(world.campaign_id, 'C').replace(dossier['id'], 'D')}"] = (min(sent), len(items))
        return found

    await _more(world, dossier["id"], session, 0, guest)
    few = await costs()
    for number in range(1, 4):
        await _more(world, dossier["id"], session, number, guest)
    many = await costs()
    listed = {path for path in many if many[path][1] > few[path][1]}
    assert len(listed) > 20, sorted(set(many) - listed)
    grown = {path: (few[path], many[path]) for path in few if few[path][0] != many[path][0]}
    assert grown == {}
