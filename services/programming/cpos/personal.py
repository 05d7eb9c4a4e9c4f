"""What multi-year agreements hold of people: whom to write to, and who signed for each party. The signature stays, the name goes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import ANONYMOUS, Who
from services.common.resources import Resources

from ..personal import Erased, Signature, end_of_retention, is_contact, is_named, mended, without_contact
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
        if (holder := mended(cpo.holder, who)) != cpo.holder:
            cpo.holder, erased.count = holder, erased.count + 1
        if (content := mended(cpo.content, who)) != cpo.content:
            cpo.content, erased.count = content, erased.count + 1
        if cpo.holder_signature is not None and _is_theirs(cpo.holder_signature, (cpo.holder_id, cpo.successor_id), who):
            cpo.holder_signature = _unsigned(cpo.holder_signature, "cpo.holder_signature", cpo.id, cpo, who, years, erased)
        for funder in await personal_repository.funders(session, cpo.id):
            if funder.signature is not None and _is_theirs(funder.signature, (funder.funder_id,), who):
                # One line per funder: an agreement's id tells it apart together with the funder's.
                kind = f"cpo.funder_signature:{funder.position}"
                funder.signature = _unsigned(funder.signature, kind, cpo.id, cpo, who, years, erased)
        for amendment in await personal_repository.amendments(session, cpo.id):
            amendment.changes = mended(amendment.changes, who)
            amendment.signatures = [
                _unsigned(each, f"cpo.amendment_signature:{place}", amendment.id, cpo, who, years, erased)
                if _is_theirs(each, (UUID(each["organisation_id"]),), who)
                else each
                for place, each in enumerate(amendment.signatures)
            ]
        if erased.count > before:
            cpo.version += 1
    await session.flush()
    return erased


async def forget_contacts(session: AsyncSession, before: datetime, limit: int) -> int:
    """Whom to write to about agreements that ended before then; how many."""
    cpos = await personal_repository.ended_before(session, before.date(), limit)
    for cpo in cpos:
        cpo.contact, cpo.version = without_contact(cpo.contact), cpo.version + 1
    await session.flush()
    return len(cpos)


async def forget_signatories(session: AsyncSession, day: date, limit: int) -> int:
    """Who signed, for each party, agreements that ended before that day, and their amendments; how many signatures."""
    count = 0
    for cpo in await personal_repository.signed_before(session, day, limit):
        nobody = Erased()
        if cpo.holder_signature is not None:
            cpo.holder_signature = _nameless(cpo.holder_signature, nobody)
        if cpo.holder.get("legal_representative"):
            cpo.holder = {**cpo.holder, "legal_representative": None}
        for funder in await personal_repository.funders(session, cpo.id):
            if funder.signature is not None:
                funder.signature = _nameless(funder.signature, nobody)
        for amendment in await personal_repository.amendments(session, cpo.id):
            amendment.signatures = [_nameless(each, nobody) for each in amendment.signatures]
        cpo.version += 1
        count += nobody.count
    await session.flush()
    return count


def _is_theirs(signature: Mapping[str, Any], parties: Sequence[UUID | None], who: Who) -> bool:
    """Recorded by them, or given for an organisation they belonged to: a namesake at another party's keeps their name."""
    return signature.get("signed_by") == str(who.account_id) or any(party in who.organisation_ids for party in parties)


def _nameless(signature: Mapping[str, Any], nobody: Erased) -> dict[str, Any]:
    if signature.get("signatory_name") in {None, ANONYMOUS}:
        return dict(signature)
    nobody.count += 1
    return {**signature, "signatory_name": ANONYMOUS, "signatory_function": ""}


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
