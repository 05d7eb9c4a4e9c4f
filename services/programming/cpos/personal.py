"""What multi-year agreements hold of people: whom to write to, and who signed for each party. The signature stays, the name goes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import ANONYMOUS, Who
from services.common.resources import Resources

from ..personal import Erased, Signature, end_of_retention, is_contact, is_named, without_contact
from . import personal_repository
from .models import Cpo


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{title, contact, drawn_up_by_you, signature}`: the contact and the holder's signature only when they are theirs."""
    asked = {"account_id": who.account_id, "email": who.email}
    found = []
    for row in await fetch(reader, personal_repository.HELD, asked):
        drawn_up, signature = row.pop("created_by") == who.account_id, row.pop("holder_signature")
        row["contact"] = row["contact"] if is_contact(row["contact"], who, theirs=drawn_up) else None
        theirs = signature if signature and signature.get("signed_by") == str(who.account_id) else None
        found.append({**row, "drawn_up_by_you": drawn_up, "signature": theirs})
    return found


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    erased = Erased()
    years = int(resources.settings.retention_signatures_years)
    for cpo in await personal_repository.concerned(session, who):
        before = erased.count
        if is_contact(cpo.contact, who, theirs=cpo.created_by == who.account_id):
            cpo.contact, erased.count = without_contact(cpo.contact), erased.count + 1
        if cpo.holder_signature is not None:
            cpo.holder_signature = _unsigned(cpo.holder_signature, "cpo.holder_signature", cpo.id, cpo, who, years, erased)
        for funder in await personal_repository.funders(session, cpo.id):
            if funder.signature is not None:
                # One line per funder: an agreement's id tells it apart together with the funder's.
                kind = f"cpo.funder_signature:{funder.position}"
                funder.signature = _unsigned(funder.signature, kind, cpo.id, cpo, who, years, erased)
        for amendment in await personal_repository.amendments(session, cpo.id):
            amendment.signatures = [
                _unsigned(each, f"cpo.amendment_signature:{place}", amendment.id, cpo, who, years, erased)
                for place, each in enumerate(amendment.signatures)
            ]
        if erased.count > before:
            cpo.version += 1
    await session.flush()
    return erased


def _unsigned(
    signature: Mapping[str, Any], act: str, act_id: UUID, cpo: Cpo, who: Who, years: int, erased: Erased
) -> dict[str, Any]:
    name = str(signature.get("signatory_name", ""))
    if not is_named(name, who):
        return dict(signature)
    until = end_of_retention(cpo.ends_on, years)
    function = str(signature.get("signatory_function", ""))
    erased.signatures.append(Signature(act, act_id, cpo.title[:40], name, function, until))
    erased.kept.append({"reference": cpo.title, "what": "signature", "until": until.isoformat()})
    erased.count += 1
    return {**signature, "signatory_name": ANONYMOUS, "signatory_function": ""}
