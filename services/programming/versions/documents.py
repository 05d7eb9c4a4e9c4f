"""The PDF of a dossier as it was submitted: the Cerfa 12156*06 in substance."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import pdf
from services.common.clock import in_paris
from services.common.jobs import enqueue
from services.common.language import day_in_words, euros
from services.common.resources import Resources
from services.common.texts import paragraphs

from ..campaigns import service as campaigns
from ..contracts import service as contracts
from ..dossiers import answers, history, instruction
from .service import WRITE

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "dossier.typ"
#: Looked for every minute; then, once an hour, what was missed within a week. Older ones are made when somebody asks for them.
_FRESH, _RECENT = timedelta(minutes=10), timedelta(days=7)
_AT_ONCE, _MISSED = 40, 400

_NATURES = {"action": "Projet, action", "fonctionnement": "Fonctionnement global", "investissement": "Investissement"}
_PARTS = {
    "need": "Besoin auquel l'action répond",
    "description": "Description de l'action",
    "means": "Moyens mis en œuvre",
    "indicators": "Indicateurs et évaluation",
}
_SWORN = (
    "que les informations de cette demande sont exactes et sincères, notamment celles des demandes de subvention déposées auprès "
    "d'autres financeurs",
    "que le porteur est à jour de ses obligations administratives, comptables, sociales et fiscales",
    "être habilité(e) à engager le porteur",
)
_REPUBLICAN = "que l'association souscrit au contrat d'engagement républicain (décret n° 2021-1947 du 31 décembre 2021)"


async def write(session: AsyncSession, resources: Resources, submission_id: UUID) -> None:
    """Make the PDF and keep it. Run twice, it is written once."""
    kept = await history.of_id(session, submission_id)
    if kept is None or kept.document_key is not None:
        return
    dossier = await instruction.read(session, kept.dossier_id)
    campaign = await campaigns.get(session, dossier.campaign_id)
    contract = await contracts.get(session, campaign.contract_id)
    framework = await contracts.framework_of(session, contract.id, campaign.framework_number)
    names: dict[str, Any] = {
        "campaign": campaign.title,
        "contract": contract.name,
        "funders": {str(line.funder_id): line.funder for line in await campaigns.charter_of(session, campaign.id)},
        "lines": {(str(line.funder_id), line.code): line.label for line in await campaigns.charter_of(session, campaign.id)},
        "qpvs": {one["code"]: one["name"] for one in contract.qpvs},
        "objectives": _titles(framework.model_dump()),
        "required": {piece["code"]: piece["label"] for pieces in campaign.required_attachments.values() for piece in pieces},
    }
    forms = await campaigns.form_versions(session, campaign.id)
    form = answers.version(forms.get(kept.snapshot.get("form_number") or 0))
    judged = answers.judge_document(form, kept.snapshot, await instruction.requests_of(session, dossier.id))
    names["answers"] = answers.told(judged, "fr")
    act = {
        "reference": kept.reference,
        "number": kept.number,
        "submitted_at": kept.submitted_at,
        "signatory": kept.signatory_name,
        "function": kept.signatory_function,
    }
    made = await pdf.render(_TEMPLATE, document(kept.snapshot, act, names))
    stored = await resources.files.write(f"dossier-{kept.id.hex}", made)
    kept.document_size, kept.document_sha256 = stored.size, stored.sha256
    kept.document_key = stored.key


async def write_missing(session: AsyncSession, *, now: datetime) -> None:
    """Have the PDFs of recent submissions made, a few at a time so that a rush of submissions is not slowed down."""
    hourly = now.minute == 0
    since, most = (now - _RECENT, _MISSED) if hourly else (now - _FRESH, _AT_ONCE)
    for submission_id in await history.unprinted(session, since, most):
        await enqueue(session, WRITE, lock=f"dossier-pdf:{submission_id}", submission_id=str(submission_id))


def _titles(tree: Any) -> dict[str, str]:
    """Code → title of every objective and concern of a framework."""
    found: dict[str, str] = {}
    if isinstance(tree, dict):
        if "code" in tree and "title" in tree:
            found[tree["code"]] = tree["title"]
        for value in tree.values():
            found |= _titles(value)
    elif isinstance(tree, list):
        for value in tree:
            found |= _titles(value)
    return found


def document(sent: Mapping[str, Any], act: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Data of `letters/dossier.typ`: every amount and date already in words people read, every text fit to be printed."""
    arrived = in_paris(act["submitted_at"])
    content, holder = sent.get("content") or {}, sent.get("holder") or {}
    written: dict[str, Any] = {
        "title": f"Dossier {act['reference']}",
        "reference": act["reference"],
        "number": act["number"],
        "submitted": f"{day_in_words(arrived.date())} à {arrived:%H:%M}",
        "submitted_on": f"{arrived:%d/%m/%Y}",
        "campaign": names["campaign"],
        "contract": names["contract"],
        "action": sent["title"],
        "kind": _kind(sent),
        "holder": _holder(holder),
        "contact": _pairs(sent.get("contact") or {}, {"full_name": "Nom", "email": "E-mail", "phone": "Téléphone"}),
        "parts": _parts(content, _PARTS),
        "publics": [{"label": one["label"], "count": _count(one.get("count"))} for one in content.get("publics") or ()],
        "territory": content.get("territory") or "",
        "qpvs": _coded(sent.get("qpv_codes") or (), names["qpvs"]) or ["Hors quartier prioritaire"],
        "objectives": _coded(sent.get("objective_codes") or (), names["objectives"]),
        "transversal": _coded(sent.get("transversal_codes") or (), names["objectives"]),
        "held": _period(sent.get("starts_on"), sent.get("ends_on")),
        "exercise": _period(sent.get("exercise_starts_on"), sent.get("exercise_ends_on")),
        "calendar": content.get("calendar") or "",
        "budget": _budget(sent.get("budget") or {}),
        "requests": [
            {
                "funder": names["funders"].get(one["funder_id"], "Financeur"),
                "line": names["lines"].get((one["funder_id"], one["budget_line"]), one["budget_line"]),
                "amount": euros(one["amount_cents"]),
            }
            for one in sent.get("requests") or ()
        ],
        "asked": euros(sent.get("asked_cents") or 0),
        "answers": _answers(sent.get("answers") or {}, names.get("answers") or ()),
        "attachments": [
            {"kind": names["required"].get(one["kind"], one["kind"]), "name": one["name"], "sha256": one["sha256"]}
            for one in sent.get("attachments") or ()
        ],
        "sworn": [*_SWORN, *([_REPUBLICAN] if holder.get("kind") == "association" else [])],
        "signatory": act["signatory"],
        "function": act["function"],
    }
    clean: dict[str, Any] = printable(written)
    return clean


def printable(value: Any) -> Any:
    """Texts as a page can show them: without the control and direction-turning characters that pasting brings along, a picture that
    no font of ours draws said in words, a word without end given places to be cut."""
    if isinstance(value, str):
        return _ENDLESS.sub(_cut, _PICTURES.sub("[émoji]", paragraphs(value)))
    if isinstance(value, Mapping):
        return {name: one if name == "sha256" else printable(one) for name, one in value.items()}
    return [printable(one) for one in value] if isinstance(value, Sequence) else value


#: Emoji with what joins and colours them.
_PICTURES = re.compile("[\U0001f000-\U0001faff][\U0001f000-\U0001faff\u200d\ufe0e\ufe0f\u2640\u2642]*")
_ENDLESS = re.compile(r"\S{45,}")


def _cut(found: re.Match[str]) -> str:
    word = found[0]
    return "\u200b".join(word[i : i + 20] for i in range(0, len(word), 20))


def _kind(sent: Mapping[str, Any]) -> str:
    said = [_NATURES.get(sent.get("nature") or "", ""), "renouvellement" if sent.get("renewal") else "première demande"]
    return ", ".join([*(one for one in said if one), *(["pluriannuelle"] if sent.get("multi_year") else [])])


def _holder(holder: Mapping[str, Any]) -> list[list[str]]:
    address, person = holder.get("address") or {}, holder.get("legal_representative") or {}
    where = ", ".join(
        one for one in (address.get("street"), f"{address.get('postcode', '')} {address.get('city', '')}".strip()) if one
    )
    who = ", ".join(one for one in (person.get("full_name"), person.get("function")) if one)
    said = {
        "Nom": holder.get("name"),
        "SIRET": holder.get("siret"),
        "RNA": holder.get("rna"),
        "Adresse": where,
        "Représentant légal": who,
    }
    return [[label, str(value)] for label, value in said.items() if value]


def _pairs(given: Mapping[str, Any], labels: Mapping[str, str]) -> list[list[str]]:
    return [[label, str(given[name])] for name, label in labels.items() if given.get(name)]


def _parts(content: Mapping[str, Any], labels: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"title": label, "text": content[name].strip()} for name, label in labels.items() if (content.get(name) or "").strip()]


def _answers(given: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Answers to the campaign's own form, in its order and under its titles (`told`, of `answers.told`); those whose question is not
    known any more by their key: lists on one line, yes and no in words."""
    known = [one for one in told if one["key"] in given]
    asked = [{"title": str(one["title"]), "text": str(one["said"]) or _answer(given[one["key"]])} for one in known]
    left = given.keys() - {one["key"] for one in known}
    return asked + [{"title": str(name), "text": _answer(value)} for name, value in given.items() if name in left]


def _answer(value: Any) -> str:
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, Mapping):
        return "\n".join(f"{name} : {_answer(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_answer(one) for one in value)
    return "–" if value is None else str(value)


def _coded(codes: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    return [f"{code} – {titles[code]}" if code in titles else code for code in codes]


def _count(count: int | None) -> str:
    return "–" if count is None else str(count)


def _period(first: str | None, last: str | None) -> str:
    if not first or not last:
        return ""
    return f"du {day_in_words(date.fromisoformat(first))} au {day_in_words(date.fromisoformat(last))}"


def _budget(budget: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _column(budget.get(name) or ()) for name in ("charges", "produits", "voluntary_uses", "voluntary_resources")}


def _column(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ordered = sorted(lines, key=lambda line: str(line["account"]))
    return {
        "lines": [{"account": line["account"], "label": line["label"], "amount": euros(line["amount_cents"])} for line in ordered],
        "total": euros(sum(line["amount_cents"] for line in lines)),
    }
