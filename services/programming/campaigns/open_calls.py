"""The calls for projects open now, as anybody may read them. Only what is public of them is selected."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.calendars import Entry, Title
from services.common.clock import in_paris
from services.common.db import Row, fetch
from services.common.texts import fold

from ..contracts import published as contracts
from .models import BudgetLine, Campaign, CampaignFunder, CampaignStatus, DeadlineExtension

_C: Any = Campaign.__table__  # type: ignore[attr-defined]
_F: Any = CampaignFunder.__table__  # type: ignore[attr-defined]
_L: Any = BudgetLine.__table__  # type: ignore[attr-defined]
_E: Any = DeadlineExtension.__table__  # type: ignore[attr-defined]

_NOW = bindparam("now", type_=sa.DateTime(timezone=True))
_CAMPAIGNS = bindparam("campaigns", type_=ARRAY(sa.Uuid))
_EXTENDED = sa.exists().where(_E.c.campaign_id == _C.c.id).label("extended")

#: Those that close first, first. There are as many as contrats de ville at most (some hundreds): filters are applied to what is read.
OPEN = (
    sa.select(
        _C.c.id, _C.c.contract_id, _C.c.code, _C.c.year, _C.c.title, _C.c.opens_at, _C.c.closes_at, _C.c.answer_within_months,
        _C.c.framework_number, _C.c.qpv_codes, _C.c.objective_codes, _C.c.outside_qpv_allowed, _C.c.required_attachments,
        _C.c.version, _EXTENDED,
    )
    .where(_C.c.status == CampaignStatus.OPEN, _C.c.opens_at <= _NOW, _C.c.closes_at >= _NOW)
    .order_by(_C.c.closes_at, _C.c.id)
)  # fmt: skip
FUNDERS = (
    sa.select(_F.c.campaign_id, _F.c.organisation_id.label("id"), _F.c.name, _F.c.short_name)
    .where(_F.c.campaign_id == sa.any_(_CAMPAIGNS))
    .order_by(_F.c.id)
)
#: The charter; never the envelope.
LINES = (
    sa.select(
        _L.c.campaign_id, _L.c.funder_id, _L.c.code, _L.c.label, _L.c.natures, _L.c.cap_cents, _L.c.max_share_bp,
        _L.c.excluded_objective_codes, _L.c.excluded_holder_kinds, _L.c.qpv_required, _L.c.reason,
    )
    .where(_L.c.campaign_id == sa.any_(_CAMPAIGNS))
    .order_by(_L.c.funder_id, _L.c.position)
)  # fmt: skip


async def calls(reader: AsyncConnection[Any], *, now: datetime, form_url: str) -> list[Row]:
    """Every call that takes dossiers at `now`, whole."""
    rows = await fetch(reader, OPEN, {"now": now})
    ids = [row["id"] for row in rows]
    contract_of = await contracts.faces(reader, {(row["contract_id"], row["framework_number"]) for row in rows})
    funders = await fetch(reader, FUNDERS, {"campaigns": ids})
    lines = await fetch(reader, LINES, {"campaigns": ids})
    return [
        _call(
            row,
            contract_of[row["contract_id"], row["framework_number"]],
            _own(row["id"], funders),
            _own(row["id"], lines),
            now,
            form_url,
        )
        for row in rows
    ]


def _own(campaign_id: UUID, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["campaign_id"] == campaign_id]


def _call(row: Row, face: Mapping[str, Any], funders: Sequence[Row], lines: Sequence[Row], now: datetime, form_url: str) -> Row:
    today, last = in_paris(now).date(), in_paris(row["closes_at"]).date()
    months = row["answer_within_months"]
    return {
        **row,
        "reference": f"{row['year']}-{row['code']}",
        "contract": {"id": row["contract_id"], "code": face["code"], "name": face["name"]},
        "qpvs": [{"code": code, "name": face["qpvs"].get(code, code)} for code in row["qpv_codes"]],
        "objectives": [each for each in face["objectives"] if each["code"] in set(row["objective_codes"])],
        "natures": sorted({nature for line in lines for nature in line["natures"]}),
        "funders": [{**funder, "lines": [line for line in lines if line["funder_id"] == funder["id"]]} for funder in funders],
        "days_left": (last - today).days,
        "answer_before_if_today": _months_after(today, months),
        "answer_before_at_latest": _months_after(last, months),
        "form_url": form_url.replace("{campaign_id}", quote(str(row["id"]), safe="")),
    }


def _months_after(day: date, months: int) -> date:
    """As the clock of a dossier counts them (`dossiers.rules.clocks`)."""
    later: date = day + relativedelta(months=months)
    return later


def matching(found: Iterable[Row], wish: Mapping[str, Any]) -> list[Row]:
    """Those that every filter given keeps."""
    words = fold(str(wish.get("q") or "")).split()
    return [call for call in found if _kept(call, wish) and all(word in _text(call) for word in words)]


def _kept(call: Row, wish: Mapping[str, Any]) -> bool:
    themes = {each[name] for each in call["objectives"] for name in ("code", "enjeu_code")}
    values = {
        "qpv": {each["code"] for each in call["qpvs"]},
        "contract": {call["contract"]["code"]},
        "department": _departments(call),
        "objective": themes,
        "nature": set(call["natures"]),
    }
    return all(not wish.get(name) or not values[name].isdisjoint(wish[name]) for name in values)


def _departments(call: Row) -> set[str]:
    """`CN01102I` is of the Aude (11), `CN97201N` of the Martinique (972); a code of 2015 (`CV425`) says nothing of it, its
    neighbourhoods do."""
    code = call["contract"]["code"]
    codes = [code] if code.startswith("CN") else [each["code"] for each in call["qpvs"]]
    return {one[2:5].removeprefix("0") for one in codes}


def _text(call: Row) -> str:
    named = [*call["qpvs"], call["contract"]]
    titled = [each[name] for each in call["objectives"] for name in ("title", "enjeu")]
    return fold(" ".join([call["title"], *(each["name"] for each in named), *titled]))


def title(address: str) -> Title:
    """How that calendar presents itself."""
    return Title("Appels à projets : dates limites", address, timedelta(hours=6))


def marks(found: Iterable[Row]) -> list[Entry]:
    """Deadlines for a calendar; one that is put off moves under the same `UID`."""
    return [
        Entry(
            uid=f"call-{call['id']}-deadline",
            sequence=call["version"],
            summary=f"Date limite : {call['title']}",
            description=f"{call['contract']['name']}\nRéponse avant le {call['answer_before_at_latest']:%d/%m/%Y}.\n{call['form_url']}",
            starts_at=call["closes_at"] - timedelta(hours=1),
            ends_at=call["closes_at"],
            busy=False,
            url=call["form_url"],
        )
        for call in found
    ]
