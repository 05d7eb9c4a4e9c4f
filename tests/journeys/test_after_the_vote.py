"""From the vote to the money, in plain HTTP on a platform that really runs: the team's, the funder's, the accountant's and the
holder's path, then what everybody may read."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from gateway.demo.carcassonne import FUNDERS, Funder
from gateway.demo.people import account
from tests.journeys.conftest import Platform

V1 = "/programming/v1"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
PDF = b"%PDF-"


class Walk:
    """One dossier, from its last reviews to its payments; each actor keeps their own session."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.people: dict[str, httpx.Client] = {}
        self.dossier: dict[str, Any] = {}

    def sign_in(self, name: str, email: str, password: str) -> httpx.Client:
        if name not in self.people:
            client = self.people[name] = self.platform.anonymous()
            answer = client.post("/directory/v1/sessions", json={"email": email, "password": password})
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self.people[name]

    def shown(self, who: str) -> httpx.Client:
        return self.sign_in(who, *self.platform.accounts[who])

    def of_funder(self, funder_id: str, part: str) -> httpx.Client:
        """`part`: agent | signatory | payer of the funder, found by the name it has in the campaign."""
        funder = self.plan_of(funder_id)
        who = account(getattr(funder, part))
        return self.sign_in(f"{part} {funder.key}", who.email, who.password)

    def plan_of(self, funder_id: str) -> Funder:
        """The funder as the demonstration made it up."""
        (named,) = [f["name"] for f in self.funders if f["organisation_id"] == funder_id]
        (funder,) = [one for one in FUNDERS if one.name == named]
        return funder

    @property
    def funders(self) -> list[dict[str, Any]]:
        return items(self.shown("Équipe du contrat").get(f"{V1}/campaigns/{self.dossier['campaign_id']}/funders"))

    def close(self) -> None:
        for client in self.people.values():
            client.close()


def items(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def done(answer: httpx.Response, status: int = 201) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def change(client: httpx.Client, method: str, path: str, json: object = None, *, of: str | None = None) -> httpx.Response:
    """What an application does: read, then write on what was read."""
    tag = client.get(V1 + (of or path)).headers["etag"]
    return client.request(method, V1 + path, json=json, headers={"If-Match": tag})


def soon(look: Callable[[], httpx.Response], ready: Callable[[httpx.Response], bool]) -> httpx.Response:
    """The worker has half a minute."""
    deadline = time.monotonic() + 30
    while not ready(answer := look()):
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)
    return answer


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Paris")).date()


@pytest.fixture(scope="module")
def walk(platform: Platform) -> Iterator[Walk]:
    walk = Walk(platform)
    with platform.signed_in("Porteur de projet") as holder:
        found = items(holder.get(f"{V1}/dossiers", params={"status": "under_review"}))
        walk.dossier = done(holder.get(f"{V1}/dossiers/{found[0]['id']}"), 200)
    yield walk
    walk.close()


def _requests(walk: Walk) -> list[Mapping[str, Any]]:
    read = walk.shown("Équipe du contrat").get(f"{V1}/dossiers/{walk.dossier['id']}")
    requests: list[Mapping[str, Any]] = done(read, 200)["requests"]
    return requests


def test_the_last_reviews_are_given_and_each_funder_decides_and_notifies(walk: Walk) -> None:
    team, dossier_id = walk.shown("Équipe du contrat"), walk.dossier["id"]
    campaign = done(team.get(f"{V1}/campaigns/{walk.dossier['campaign_id']}"), 200)
    for request in _requests(walk):
        agent = walk.of_funder(request["funder_id"], "agent")
        for review in items(agent.get(f"{V1}/reviews", params={"dossier_id": dossier_id, "funder_id": request["funder_id"]})):
            if review["status"] != "completed":
                given = {
                    "scores": {criterion["code"]: 4 for criterion in campaign["criteria"]},
                    "opinion": "favourable",
                    "proposed_cents": review["asked_cents"],
                }
                done(change(agent, "PATCH", f"/reviews/{review['id']}", given), 200)
                done(change(agent, "POST", f"/reviews/{review['id']}/completion", of=f"/reviews/{review['id']}"))
    wish = {
        "campaign_id": campaign["id"],
        "kind": "steering",
        "title": "Comité",
        "starts_at": datetime.now().astimezone().isoformat(),
    }
    where = f"/committees/{done(team.post(V1 + '/committees', json=wish))['id']}"
    done(change(team, "PUT", f"{where}/agenda", {"dossier_ids": [dossier_id]}, of=where), 200)
    members = [{"organisation_id": f["organisation_id"], "name": f["name"], "presence": "present"} for f in walk.funders]
    done(change(team, "PUT", f"{where}/attendance", {"members": members}, of=where), 200)
    for request in _requests(walk):
        said = {"outcome": "granted", "amount_cents": request["amount_cents"]}
        signatory = walk.of_funder(request["funder_id"], "signatory")
        done(signatory.put(f"{V1}{where}/decisions/{request['id']}", json=said), 200)
    booklet = team.post(f"{V1}{where}/booklet")
    assert booklet.status_code in {201, 202}, booklet.text
    ready = soon(lambda: team.get(f"{V1}{where}/booklet"), lambda answer: answer.status_code == 200)
    assert ready.content.startswith(PDF)
    done(change(team, "POST", f"{where}/closing", of=where))
    for request in _requests(walk):
        signatory = walk.of_funder(request["funder_id"], "signatory")
        done(signatory.post(f"{V1}/dossiers/{dossier_id}/notifications", json={"funder_id": request["funder_id"]}))
    told = done(walk.shown("Porteur de projet").get(f"{V1}/dossiers/{dossier_id}"), 200)
    assert (told["status"], told["granted_cents"]) == ("notified", told["asked_cents"])


def _awards(walk: Walk) -> list[dict[str, Any]]:
    return items(walk.shown("Porteur de projet").get(f"{V1}/awards", params={"dossier_id": walk.dossier["id"]}))


def test_what_the_law_wants_signed_is_signed(walk: Walk) -> None:
    """Only agreements that are due: the threshold is the law's, so there may be none for this holder."""
    holder = walk.shown("Porteur de projet")
    for award in [award for award in _awards(walk) if award["agreement_required"]]:
        agent, signatory = walk.of_funder(award["funder_id"], "agent"), walk.of_funder(award["funder_id"], "signatory")
        asked = {"funder_id": award["funder_id"], "holder_id": award["holder_id"], "year": award["year"]}
        (agreement,) = items(agent.get(f"{V1}/agreements", params=asked))
        where = f"/agreements/{agreement['id']}"
        terms = {
            "object": "Le soutien aux actions.",
            "payment_terms": "Avance, puis solde.",
            "ends_on": f"{award['year'] + 1}-06-30",
        }
        done(change(agent, "POST", f"{where}/draft", terms, of=where))
        document = soon(partial(holder.get, f"{V1}{where}/document"), lambda answer: answer.status_code == 200)
        assert document.content.startswith(PDF)
        for who, organisation in ((holder, award["holder_id"]), (signatory, award["funder_id"])):
            signed = {
                "organisation_id": organisation,
                "signed_on": today().isoformat(),
                "name": "Camille Exemple",
                "function": "Présidente",
            }
            done(change(who, "POST", f"{where}/signatures", signed, of=where))
    assert all(award["agreed_at"] for award in _awards(walk) if award["agreement_required"])


def test_the_holder_gives_its_account_and_the_accountant_pays_it_in_part(walk: Walk) -> None:
    holder, award = walk.shown("Porteur de projet"), _awards(walk)[0]
    payer = walk.of_funder(award["funder_id"], "payer")
    accounts = f"{V1}/organisations/{award['holder_id']}/bank-accounts"
    proposed = done(holder.post(accounts, json={"iban": IBAN, "account_holder": "Centre social"}))
    assert IBAN.replace(" ", "") not in str(proposed), "who gives it sees it masked"
    refused = change(holder, "POST", f"/bank-accounts/{proposed['id']}/confirmation", of=f"/bank-accounts/{proposed['id']}")
    assert refused.status_code in {403, 409}, "a second person confirms"
    done(change(payer, "POST", f"/bank-accounts/{proposed['id']}/confirmation", of=f"/bank-accounts/{proposed['id']}"))
    assert IBAN.replace(" ", "") in str(done(payer.post(f"{V1}/bank-accounts/{proposed['id']}/disclosure"))).replace(" ", "")
    where = f"/awards/{award['id']}"
    done(change(payer, "POST", f"{where}/commitment", {}, of=where))
    parts = [{"kind": "advance", "share_bp": 7000}, {"kind": "balance", "share_bp": 3000, "condition": "bilan_accepted"}]
    schedule = done(change(payer, "PUT", f"{where}/schedule", {"instalments": parts}, of=f"{where}/payments"), 200)
    advance, balance = (part["amount_cents"] for part in schedule["instalments"])
    assert advance + balance == award["granted_cents"]
    asked = done(holder.post(f"{V1}{where}/payment-requests", json={"instalment": 1}))
    order = {"number": "M-1", "ordered_on": today().isoformat(), "request_id": asked["id"]}
    done(payer.post(f"{V1}{where}/orders", json=order))
    payment = {"paid_on": today().isoformat(), "reference": "VIR-1", "amount_cents": advance}
    done(payer.post(f"{V1}{where}/payments", json=payment))
    twice = payer.post(f"{V1}{where}/payments", json=payment)
    assert twice.status_code == 409, "the same reference is not paid twice"
    read = done(holder.get(f"{V1}{where}"), 200)
    assert (read["paid_cents"], read["status"]) == (advance, "partly_paid")
    too_much = payer.post(f"{V1}{where}/payments", json={**payment, "reference": "VIR-2", "amount_cents": balance + 1})
    assert (too_much.status_code, too_much.json()["limit_cents"]) == (409, balance)


def test_the_bilan_is_begun_and_says_what_it_still_needs(walk: Walk) -> None:
    holder, where = walk.shown("Porteur de projet"), f"/dossiers/{walk.dossier['id']}/bilan"
    soon(lambda: holder.get(f"{V1}{where}"), lambda answer: answer.status_code == 200)
    saved = done(change(holder, "PATCH", where, {"report": {"done": "Les ateliers ont commencé."}}), 200)
    assert saved["report"]["done"] == "Les ateliers ont commencé."
    missing = done(holder.get(f"{V1}{where}/completeness"), 200)
    assert not missing["complete"]
    assert all(one["detail"] for one in missing["missing"])


def test_the_team_sees_the_programme_and_projects_it(walk: Walk) -> None:
    team, campaign = walk.shown("Équipe du contrat"), f"{V1}/campaigns/{walk.dossier['campaign_id']}"
    matrix = done(team.get(f"{campaign}/coverage", params={"stage": "granted"}), 200)
    assert matrix["totals"]["granted"]["amount_cents"] == sum(award["granted_cents"] for award in _awards(walk))
    drawn = team.get(f"{campaign}/coverage", params={"format": "svg"})
    assert (drawn.headers["content-type"].split(";")[0], "<title" in drawn.text) == ("image/svg+xml", True)
    for kind, start in (("pdf", PDF), ("xlsx", b"PK"), ("csv", b"")):
        made = team.get(f"{campaign}/coverage", params={"format": kind})
        assert made.status_code == 200
        assert made.content.startswith(start)
    monitoring = done(team.get(f"{campaign}/monitoring"), 200)
    assert monitoring["funders"]
    assert done(team.get(f"{campaign}/multi-year-share"), 200)["target_bp"] == 5_000


def test_an_officer_publishes_its_subsidies_and_anybody_reads_them(walk: Walk) -> None:
    award = _awards(walk)[0]
    agent = walk.of_funder(award["funder_id"], "agent")
    funder = walk.plan_of(award["funder_id"])
    identity = {"name": funder.name, "siret": funder.siret, "contact_email": "opendata@financeur.example.org"}
    publication = f"{V1}/funders/{award['funder_id']}/publication"
    assert agent.put(publication, json=identity).status_code in {200, 201}
    published = agent.post(f"{publication}s", json={"year": award["year"]})
    assert published.status_code in {200, 201}, published.text
    with walk.platform.anonymous() as anybody:
        datasets = items(anybody.get(f"{V1}/open-data/subventions"))
        assert datasets
        catalogue = done(anybody.get(f"{V1}/open-data/catalog.jsonld"), 200)
        assert "dcat" in str(catalogue)


def test_what_is_not_yours_stays_closed(walk: Walk) -> None:
    award = _awards(walk)[0]
    others = [funder for funder in walk.funders if funder["organisation_id"] not in {a["funder_id"] for a in _awards(walk)}]
    stranger = walk.of_funder(others[0]["organisation_id"], "payer")
    for path in (f"/awards/{award['id']}", f"/awards/{award['id']}/payments", f"/dossiers/{walk.dossier['id']}/bilan"):
        assert stranger.get(V1 + path).status_code == 404
    assert stranger.get(f"{V1}/organisations/{award['holder_id']}/bank-accounts").status_code in {403, 404}
    assert timedelta(days=59) < date.fromisoformat(award["pay_before_on"]) - today() <= timedelta(days=60)
