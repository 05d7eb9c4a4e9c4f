"""The holder's, the funder's, the team's and the integrator's first day, in plain HTTP on a platform that really runs."""

import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx

from tests.journeys.conftest import Platform

V1 = "/programming/v1"


def _items(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def _mail_about(folder: Path, reference: str) -> str:
    """The text of the first mail that names the reference; the worker has a few seconds to write it."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for file in folder.glob("*.eml"):
            message = message_from_bytes(file.read_bytes(), policy=default)
            if reference in str(message["Subject"]):
                body = message.get_body(("plain",))
                assert body is not None
                return str(body.get_content())
        time.sleep(0.2)
    raise AssertionError(f"no mail about {reference} in {folder}")


def test_a_holder_submits_a_complete_draft_and_is_told_when_to_expect_an_answer(platform: Platform) -> None:
    with platform.signed_in("Porteur de projet") as holder:
        drafts = _items(holder.get(f"{V1}/dossiers", params={"status": "draft"}))
        complete = [d for d in drafts if holder.get(f"{V1}/dossiers/{d['id']}/completeness").json()["complete"]]
        where = f"{V1}/dossiers/{complete[0]['id']}"
        sworn = {
            "sworn_statement": True,
            "republican_commitment": True,
            "signatory_name": "Camille Exemple",
            "signatory_function": "Présidente",
        }
        headers = {"If-Match": holder.get(where).headers["etag"], "Idempotency-Key": "last-evening"}
        first = holder.post(f"{where}/submission", json=sworn, headers=headers)
        again = holder.post(f"{where}/submission", json=sworn, headers=headers)
        assert first.status_code == 201, first.text
        assert (again.status_code, again.json()) == (201, first.json())
        receipt = first.json()
        assert holder.get(where).json()["status_label"] == "Déposé"
        told = _mail_about(platform.data_dir / "mail", receipt["reference"])
        year, month, day = receipt["answer_before"]["promised_on"].split("-")
        assert f"{day}/{month}/{year}" in told


def test_a_funder_finds_its_queue_reads_a_dossier_and_gives_its_avis(platform: Platform) -> None:
    with platform.signed_in("Instruction, CAF") as officer:
        review = _items(officer.get(f"{V1}/reviews", params={"status": ["to_review"]}))[0]
        dossier = officer.get(f"{V1}/dossiers/{review['dossier_id']}").json()
        piece = dossier["attachments"][0]
        file = officer.get(f"{V1}/dossiers/{dossier['id']}/attachments/{piece['id']}")
        assert file.headers["content-type"] == piece["media_type"]
        assert len(file.content) == piece["size"]
        campaign = officer.get(f"{V1}/campaigns/{review['campaign_id']}").json()
        where = f"{V1}/reviews/{review['id']}"
        given = {
            "scores": {criterion["code"]: 4 for criterion in campaign["criteria"]},
            "opinion": "favourable",
            "proposed_cents": review["asked_cents"],
            "internal_comment": "Action utile.",
        }
        saved = officer.patch(where, json=given, headers={"If-Match": officer.get(where).headers["etag"]})
        assert saved.json()["weighted_score"] == 80.0
        done = officer.post(f"{where}/completion", headers={"If-Match": saved.headers["etag"]})
        assert (done.status_code, done.json()["status"]) == (201, "completed")


def test_the_team_sees_every_dossier_and_every_envelope(platform: Platform) -> None:
    with platform.signed_in("Équipe du contrat") as team:
        campaign = _items(team.get(f"{V1}/campaigns", params={"status": "open"}))[0]
        funders = _items(team.get(f"{V1}/campaigns/{campaign['id']}/funders"))
        total = sum(line["amount_cents"] for funder in funders for line in funder["budget_lines"])
        assert (len(funders), total) == (7, 110_000_000)
        waiting = _items(
            team.get(f"{V1}/dossiers", params={"campaign_id": campaign["id"], "status": "submitted", "sort": "submitted_at"})
        )
        where = f"{V1}/dossiers/{waiting[0]['id']}"
        headers = {"If-Match": team.get(where).headers["etag"]}
        admitted = team.post(f"{where}/admissibility", json={"admissible": True}, headers=headers)
        assert (admitted.status_code, admitted.json()["status"]) == (201, "under_review")
        assert [line["act"] for line in _items(team.get(f"{where}/journal"))][:2] == ["dossier.admissible", "dossier.submitted"]


def test_an_integrator_reads_the_contract_its_pages_and_its_problems(platform: Platform) -> None:
    with platform.anonymous() as integrator:
        contract = integrator.get("/openapi.json").json()
        assert {path.split("/")[1] for path in contract["paths"]} >= {"directory", "programming"}
        for page in ("/", "/docs", "/redoc", "/problems"):
            assert integrator.get(page).headers["content-type"].startswith("text/html"), page
        refused = integrator.get(f"{V1}/dossiers", headers={"Accept-Language": "en"})
        assert (refused.status_code, refused.json()["title"]) == (401, "Sign-in required")
        explained = integrator.get(refused.json()["type"])
        assert (explained.status_code, "Connexion requise" in explained.text) == (200, True)
        assert refused.headers["www-authenticate"].startswith("Bearer")
