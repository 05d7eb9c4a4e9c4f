"""For holders: similar actions of others who accepted to be found, that acceptance, and writing to them."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import limits
from services.common.auth import Principal
from services.common.db import Row
from services.common.mail import queue_mail
from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..contracts import service as contracts
from ..dossiers import instruction, resemblance
from ..dossiers import service as dossiers
from . import letters, publics, repository, rules
from .errors import NoAddressToAnswer, NoAddressToWriteTo, TooManyContacts, VisibilityNotYours
from .models import HolderContact
from .profiling import keys_of

if TYPE_CHECKING:
    from ..dossiers.models import Dossier

#: Actions that are judged: nobody looks at the least alike of a longer list.
_MOST = 120
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_AN_HOUR, _TO_ONE_A_DAY = 10, 2

# Consent to be found


async def visibility(session: AsyncSession, caller: Principal, dossier_id: UUID) -> Row:
    """Whether other holders may find the dossier, for its own."""
    return await _visibility(session, await resemblance.held_by(session, caller, dossier_id))


async def show(session: AsyncSession, caller: Principal, dossier_id: UUID, *, now: datetime) -> Row:
    """A manager of the holder accepts that other holders find the dossier. Said again, it stays of the day it was first said."""
    dossier = await _managed(session, caller, dossier_id)
    if await repository.visibility(session, dossier.id, dossier.acting_holder_id) is None:
        row = {"dossier_id": dossier.id, "holder_id": dossier.acting_holder_id, "given_at": now, "given_by": caller.account_id}
        await repository.consent(session, row)
        await dossiers.note(session, dossier, "dossier.shown_to_holders", caller, now)
    return await _visibility(session, dossier)


async def hide(session: AsyncSession, caller: Principal, dossier_id: UUID, *, now: datetime) -> None:
    """A manager of the holder takes the acceptance back: from this instant nobody finds the dossier."""
    dossier = await _managed(session, caller, dossier_id)
    if await repository.withdraw_consent(session, dossier.id):
        await dossiers.note(session, dossier, "dossier.hidden_from_holders", caller, now)


async def _managed(session: AsyncSession, caller: Principal, dossier_id: UUID) -> "Dossier":
    dossier = await dossiers.held_by(session, caller, dossier_id)
    if not caller.has_role(dossier.acting_holder_id, "manager"):
        raise VisibilityNotYours()
    return dossier


async def _visibility(session: AsyncSession, dossier: "Dossier") -> Row:
    found = await repository.visibility(session, dossier.id, dossier.acting_holder_id)
    return {"visible": found is not None, "given_at": found["given_at"] if found else None}


# Similar actions


async def similar_actions(
    session: AsyncSession, caller: Principal, dossier_id: UUID, *, after: tuple[float, UUID] | None, limit: int
) -> list[Row]:
    """Similar actions of other holders after a score and an id, the most similar first; of one action renewed, the most similar
    year."""
    dossier = await resemblance.held_by(session, caller, dossier_id)
    action, values = await _asked(session, dossier)
    judged = [(row, rules.similar(action, _action(row))) for row in await repository.similar(session, values, _MOST)]
    ranked = [(-likeness.score, row["dossier_id"], row, likeness) for row, likeness in judged if likeness]
    once: dict[UUID, tuple[float, UUID, Row, rules.Likeness]] = {}
    for each in sorted(ranked, key=lambda one: one[:2]):
        once.setdefault(each[2]["action_id"], each)
    left = [each for each in once.values() if after is None or each[:2] > (-after[0], after[1])]
    return [_shown(row, likeness) for _, _, row, likeness in left[:limit]]


async def _asked(session: AsyncSession, dossier: "Dossier") -> tuple[rules.Action, Row]:
    """The dossier as it stands now, draft or not, and what is looked for. Without dates, the year of the call."""
    campaign = await campaigns.get(session, dossier.campaign_id)
    contract = await contracts.get(session, campaign.contract_id)
    codes = {name: getattr(dossier, name) for name in ("objective_codes", "transversal_codes", "qpv_codes")}
    values: Row = {
        **keys_of(contract, codes),
        "publics": publics.groups(public["label"] for public in dossier.content.get("publics", ())),
        "starts_on": dossier.starts_on or date(campaign.year, 1, 1),
        "ends_on": dossier.ends_on or date(campaign.year, 12, 31),
        "holder_id": dossier.acting_holder_id,
    }
    return _action({**values, "contract_code": contract.code}), values


def _action(row: Row) -> rules.Action:
    return rules.Action(
        contract=row["contract_code"],
        theme_keys=frozenset(row["theme_keys"]),
        qpv_keys=frozenset(row["qpv_keys"]),
        publics=frozenset(row["publics"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
    )


def _shown(row: Row, likeness: rules.Likeness) -> Row:
    """What another holder is told, and no more."""
    return {
        "dossier_id": row["dossier_id"],
        "title": row["title"],
        "holder_name": row["holder_name"],
        "objective_codes": sorted(key.partition(":")[2] for key in row["theme_keys"]),
        "qpv_codes": row["qpv_keys"],
        "publics": row["publics"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "score": likeness.score,
        "why": [asdict(why) for why in likeness.why],
    }


# Writing to another holder


async def write_to(session: AsyncSession, caller: Principal, dossier_id: UUID, other_id: UUID, text: str, *, now: datetime) -> Row:
    """A member of the holder writes to the holder of a similar action (404 unless it is one that may be found)."""
    dossier = await resemblance.held_by(session, caller, dossier_id)
    # From here the other holder cannot take its acceptance back before the message is gone: that act needs the dossier's row.
    await resemblance.hold_still(session, (dossier_id, other_id))
    action, _ = await _asked(session, dossier)
    found = await repository.findable(session, other_id, dossier.acting_holder_id)
    if found is None or rules.similar(action, _action(found)) is None:
        raise NotFound()
    answers_to = dossier.contact.get("email")
    if not answers_to:
        raise NoAddressToAnswer()
    await _require_within_limits(session, dossier.acting_holder_id, other_id, now)
    other = await instruction.read(session, other_id)
    address = str(other.contact.get("email") or "")
    if not address or address.endswith("invalid"):
        raise NoAddressToWriteTo()
    contact = HolderContact(
        from_dossier_id=dossier.id,
        to_dossier_id=other_id,
        holder_id=dossier.acting_holder_id,
        written_by=caller.account_id,
        written_at=now,
    )
    session.add(contact)
    await session.flush()
    subject, body = letters.message(
        title=other.title,
        asking_title=dossier.title,
        asking_holder=str(dossier.holder["name"]),
        text=text,
        answers_to=str(answers_to),
    )
    await queue_mail(session, to=address, subject=subject, text=body, reply_to=str(answers_to))
    await dossiers.note(session, dossier, "holder.contacted", caller, now, contact_id=str(contact.id))
    return {"id": contact.id, "dossier_id": other_id, "written_at": now, "answers_to": answers_to}


async def _require_within_limits(session: AsyncSession, holder_id: UUID, other_id: UUID, now: datetime) -> None:
    written = await repository.written_lately(session, holder_id, now - _DAY)
    hourly = [row["written_at"] for row in written if row["written_at"] > now - _HOUR]
    to_it = [row["written_at"] for row in written if row["to_dossier_id"] == other_id]
    waits = (limits.wait(hourly, _AN_HOUR, _HOUR, now), limits.wait(to_it, _TO_ONE_A_DAY, _DAY, now))
    if longest := max(filter(None, waits), default=None):
        raise TooManyContacts(headers=limits.retry_after(longest))
