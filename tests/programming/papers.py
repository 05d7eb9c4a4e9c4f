"""What people fill in and read in the tests of programming: contracts, funders, statements, refusals."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx

from services.common.language import Language
from services.common.problems import catalogue
from tests.support import BASE_URL

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

SWORN = {
    "sworn_statement": True,
    "republican_commitment": True,
    "signatory_name": "Camille Exemple",
    "signatory_function": "Présidente",
}

FRAMEWORK = {
    "adopted_on": "2024-03-31",
    "enjeux": [
        {"code": "GRANDIR", "title": "La vie des habitants", "objectives": [{"code": "2", "title": "Réussir l'éducation"}]},
        {"code": "TRAVAILLER", "title": "La vie économique", "objectives": [{"code": "8", "title": "Rapprocher de l'emploi"}]},
    ],
    "transversal_concerns": [{"code": "climat", "title": "Le changement climatique"}],
}


def budget_line(code: str, natures: list[str], amount_cents: int = 10_000_000, **rule: Any) -> dict[str, Any]:
    return {"code": code, "label": f"Ligne {code}", "natures": natures, "amount_cents": amount_cents, **rule}


def funder(organisation_id: UUID, name: str, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "organisation_id": str(organisation_id),
        "name": name,
        "short_name": name,
        "letter_signatory": "Dominique Exemple",
        "letter_signatory_function": "Directeur",
        "budget_lines": lines,
    }


def refusal(answer: httpx.Response, status: int, slug: str, *, language: Language = "fr") -> dict[str, Any]:
    """Asserts that the answer is this named problem in that language, and gives its body."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"{BASE_URL}/problems/{slug}", body
    assert body["title"] == catalogue()[slug].title.to(language)
    assert body["status"] == status
    return body


def codes(problem: Mapping[str, Any]) -> dict[str, str]:
    """What a problem points at: pointer → code."""
    return {error["pointer"]: error["code"] for error in problem["errors"]}


def tampered(cursor: str) -> list[str]:
    """What somebody may make of a cursor."""
    keys, _, signature = cursor.rpartition(".")
    other = "A" if signature[0] != "A" else "B"
    return [f"{keys}.{other}{signature[1:]}", f"A{cursor}", keys, f"{keys}.", f"WyIvIiwieCJd.{signature}", "🎨", ".", ""]


def contract(lead: UUID, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": "Contrat de ville imaginaire",
        "lead_organisation_id": str(lead),
        "starts_on": "2024-01-01",
        "ends_on": "2030-12-31",
        "mid_term_review_year": 2027,
        "qpvs": [{"code": "QP011002", "name": "La Conte – Ozanam", "population": 2060}],
    }
