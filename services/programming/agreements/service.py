"""Use cases of agreements: the sum of a year, its threshold, aid in kind, termination. Texts and signatures have their own files.

Locks are taken in one order by everybody: the dossiers of the awards, the agreement, the awards. A notification, which holds its
dossier, takes the agreement, then those of the year's awards whose agreement falls due, never another dossier.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import fetch_in
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import NotFound

from ..announcements import announce
from ..awards import service as awards
from ..campaigns import service as campaigns
from ..dossiers import instruction
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import AgreementStateRefused, NotForYouToDraft
from .models import Agreement, AgreementStatus, AgreementText, TextStatus
from .schemas import InKindUpdate

if TYPE_CHECKING:
    from ..awards.models import Award


async def follow_award(session: AsyncSession, award: "Award", *, now: datetime) -> None:
    """A grant was notified (its dossier is locked by the caller), or changed by what is above: the year's total follows.

    Crossing the threshold makes the agreement due: nothing is committed any more on the year's grants before it is signed, the
    holder is told by mail and the funder finds it in its list (`due=true`).
    """
    funder = await campaigns.funder_of(session, award.campaign_id, award.funder_id)
    party_year = {"funder_id": award.funder_id, "holder_id": award.holder_id, "year": award.year}
    named = {"funder_name": funder.name, "holder_name": award.holder_name, "successor_id": award.successor_id}
    agreement = await repository.open_or_take(session, party_year, named, now)
    await count(session, agreement, None, now=now, added=award.cpo_id is None)


async def follow_total(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int, *, now: datetime) -> None:
    """Grants of a year were changed by what is above (an amendment of a multi-year agreement): the total follows."""
    found = await repository.of_party_year(session, funder_id, holder_id, year)
    agreement = found and await repository.get(session, found.id, lock=True)
    if agreement:
        await count(session, agreement, None, now=now)


async def take_years(session: AsyncSession, found: Iterable["Award"]) -> None:
    """Lock the agreements of these awards' years, in order, before the awards: what then changes them calls `follow_total`."""
    years = sorted({(award.funder_id, award.holder_id, award.year) for award in found})
    agreements = [await repository.of_party_year(session, *one) for one in years]
    for agreement_id in sorted(one.id for one in agreements if one is not None):
        await repository.get(session, agreement_id, lock=True)


async def follow_successor(session: AsyncSession, holder_id: UUID, successor_id: UUID | None, *, now: datetime) -> None:
    """A holder was dissolved or merged: its successor reads its agreements and signs in its place; None gives them back."""
    for agreement_id in await repository.hand_over(session, holder_id, successor_id):
        agreement = await repository.get(session, agreement_id, lock=True)
        if agreement:
            await note(session, agreement, "agreement.handed_over", None, now, successor_id=successor_id and str(successor_id))


async def set_in_kind(
    session: AsyncSession, caller: Principal, agreement_id: UUID, wish: InKindUpdate, *, version: int, now: datetime
) -> Agreement:
    """The funder values what it gives in kind: it counts with the grants, and may cross the threshold by itself."""
    agreement = await taken_by_funder(session, caller, agreement_id, version)
    if agreement.status is AgreementStatus.TERMINATED:
        raise AgreementStateRefused(agreement_status=agreement.status.value)
    before = agreement.in_kind_cents
    agreement.in_kind_cents, agreement.in_kind_label = wish.amount_cents, wish.label.strip()
    await note(session, agreement, "agreement.in_kind_declared", caller, now, in_kind_cents=[before, wish.amount_cents])
    await count(session, agreement, caller, now=now)
    return agreement


async def terminate(
    session: AsyncSession, caller: Principal, agreement_id: UUID, reason: str, *, version: int, now: datetime
) -> Agreement:
    """The funder ends a signed agreement: what is committed may still be paid, nothing more is committed."""
    seen_first = await seen_by_funder(session, caller, agreement_id)
    await awards.take_dossiers(session, [award.id for award in await awards_of(session, seen_first)])
    agreement = await taken_by_funder(session, caller, agreement_id, version)
    if agreement.status is not AgreementStatus.SIGNED:
        raise AgreementStateRefused(agreement_status=agreement.status.value)
    signed = [text for text in await repository.texts(session, agreement.id) if text.status is TextStatus.SIGNED]
    covered = {line["award_id"] for text in signed for line in text.lines}
    for award in await take_awards(session, agreement):
        if str(award.id) in covered and award.agreed_at is not None:
            await awards.end_agreement(session, award)
            await awards.note(session, award, "award.agreement_terminated", caller, now, reason=reason)
    closing = {TextStatus.DRAFTED: TextStatus.WITHDRAWN, TextStatus.SIGNED: TextStatus.TERMINATED}
    await repository.close_texts(session, agreement.id, closing)
    agreement.status, agreement.terminated_at, agreement.termination_reason = AgreementStatus.TERMINATED, now, reason
    await note(session, agreement, "agreement.terminated", caller, now, reason=reason)
    await count(session, agreement, caller, now=now)
    await tell_holder(session, signed[-1].recipient, letters.termination_mail(agreement.funder_name, agreement.year, reason))
    return agreement


# For the files beside this one: texts and signatures.


async def seen(session: AsyncSession, caller: Principal, agreement_id: UUID) -> Agreement:
    """The agreement, for its two parties (404 for others)."""
    agreement = await repository.get(session, agreement_id)
    if agreement is None or not _is_party(caller, agreement):
        raise NotFound()
    return agreement


async def seen_by_funder(session: AsyncSession, caller: Principal, agreement_id: UUID) -> Agreement:
    """For those who write for the funder (403 for the other party and the funder's other members)."""
    agreement = await seen(session, caller, agreement_id)
    if not caller.has_role(agreement.funder_id, "manager", "signatory"):
        raise NotForYouToDraft()
    return agreement


async def taken(session: AsyncSession, agreement_id: UUID, version: int) -> Agreement:
    """The agreement, locked, if it is still as the caller read it (412 otherwise)."""
    agreement = await repository.get(session, agreement_id, lock=True)
    if agreement is None:
        raise NotFound()
    require_version(agreement.version, version)
    return agreement


async def taken_by_funder(session: AsyncSession, caller: Principal, agreement_id: UUID, version: int) -> Agreement:
    await seen_by_funder(session, caller, agreement_id)
    return await taken(session, agreement_id, version)


async def awards_of(session: AsyncSession, agreement: Agreement) -> list["Award"]:
    """The year's grants, as they are read."""
    return await awards.of_party_year(session, agreement.funder_id, agreement.holder_id, agreement.year)


async def take_awards(session: AsyncSession, agreement: Agreement) -> list["Award"]:
    """The year's grants, locked after the agreement."""
    return await awards.take_party_year(session, agreement.funder_id, agreement.holder_id, agreement.year)


async def whole(session: AsyncSession, agreement: Agreement) -> dict[str, Any]:
    """The agreement as its parties read it: with its grants, its text, its amendments and who signed them."""
    texts = [text for text in await repository.texts(session, agreement.id) if text.status is not TextStatus.WITHDRAWN]
    signed = await repository.signatures(session, [text.id for text in texts])
    shown = [
        text.model_dump()
        | {"reason": text.terms.get("reason", "")}
        | {"signatures": [s.model_dump() | {"agreement_id": agreement.id} for s in signed if s.text_id == text.id]}
        for text in texts
    ]
    return {
        **agreement.model_dump(),
        "awards": await awards_of(session, agreement),
        "text": next((text for text in reversed(shown) if text["number"] == 0), None),
        "amendments": [text for text in shown if text["number"]],
    }


def current(texts: Sequence[AgreementText], number: int = 0) -> AgreementText | None:
    """The latest text of that number that was not withdrawn."""
    found = [text for text in texts if text.number == number and text.status is not TextStatus.WITHDRAWN]
    return found[-1] if found else None


def open_text(texts: Sequence[AgreementText]) -> AgreementText | None:
    """The text being signed, if any."""
    return next((text for text in texts if text.status is TextStatus.DRAFTED), None)


def grant_of(award: "Award") -> rules.Grant:
    return rules.Grant(award.id, award.granted_cents, award.cpo_id is not None, award.agreed_at is not None)


async def count(
    session: AsyncSession, agreement: Agreement, caller: Principal | None, *, now: datetime, added: bool = False
) -> None:
    """Count the year's grants anew (agreement locked by the caller), and draw what follows. A new version of the agreement."""
    above = await parameters.value(session, Parameter.AGREEMENT_ABOVE_CENTS, today_in_paris(now))
    found = await awards_of(session, agreement)
    grants = [grant_of(award) for award in found]
    before = agreement.status
    agreement.granted_cents = sum(grant.granted_cents for grant in grants)
    agreement.required = rules.required(grants, agreement.in_kind_cents, above)
    terminated = agreement.terminated_at is not None
    agreement.status = rules.status(before, required=agreement.required, added=added, terminated=terminated)
    falls_due = agreement.status is AgreementStatus.DUE and before is not AgreementStatus.DUE
    agreement.due_at = now if falls_due else agreement.due_at
    for award, grant in zip(found, grants, strict=True):
        needed = rules.needs_agreement(agreement.status, grant, required=agreement.required)
        if needed and not award.agreement_required:
            await awards.take(session, award)
            await awards.require_agreement(session, award)
        elif award.agreement_required and not needed and agreement.status in rules.FREE and not terminated and not grant.agreed:
            await awards.take(session, award)
            await awards.waive_agreement(session, award)
    texts = await repository.texts(session, agreement.id)
    agreement.text_due = rules.text_due(agreement.status, grants, agreement.in_kind_cents, _cover(texts))
    agreement.version += 1
    if falls_due:
        await _fall_due(session, agreement, found[-1], caller, above, now)
    await session.flush()


def _cover(texts: Sequence[AgreementText]) -> rules.Cover:
    opened = open_text(texts)
    last = opened or next((text for text in reversed(texts) if text.status is TextStatus.SIGNED), None)
    return rules.Cover(
        frozenset(UUID(line["award_id"]) for line in opened.lines) if opened else frozenset(),
        last.in_kind_cents if last else None,
    )


async def _fall_due(
    session: AsyncSession, agreement: Agreement, award: "Award", caller: Principal | None, above_cents: int, now: datetime
) -> None:
    """Both parties are told: the holder by mail, the funder by its list of agreements to write."""
    await note(session, agreement, "agreement.due", caller, now, total_cents=agreement.total_cents, above_cents=above_cents)
    recipient = await contact_of(session, award)
    said = letters.due_mail(agreement.funder_name, agreement.holder_name, agreement.year, agreement.total_cents, above_cents)
    await tell_holder(session, recipient, said)


async def contact_of(session: AsyncSession, award: "Award") -> str:
    """The address the holder gave in the dossier."""
    dossier = (await instruction.look_up(session, [award.dossier_id]))[award.dossier_id]
    return str(dossier.contact["email"])


async def tell_holder(session: AsyncSession, recipient: str, said: tuple[str, str], **more: Any) -> None:
    subject, text = said
    await queue_mail(session, to=recipient, subject=subject, text=text, **more)


async def note(
    session: AsyncSession, agreement: Agreement, act: str, caller: Principal | None, now: datetime, *, reason: str | None = None,
    **changes: object,
) -> None:  # fmt: skip
    """A line in the agreement's journal, which both parties read."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("agreement", agreement.id),
        actor=caller,
        organisation_id=agreement.funder_id,
        changes=changes,
        reason=reason,
    )
    facts = {
        "agreement_id": agreement.id,
        "funder_id": agreement.funder_id,
        "holder_id": agreement.acting_holder_id,
        "year": agreement.year,
    }
    await announce(session, act, subject=agreement.id, at=now, facts=facts)


def _is_party(caller: Principal, agreement: Agreement) -> bool:
    parties = (agreement.funder_id, agreement.holder_id, agreement.successor_id)
    return any(one is not None and caller.belongs_to(one) for one in parties)


async def has_text(session: AsyncSession, award: "Award") -> bool:
    """A text to sign, or signed, already covers the award: what it grants changes by an amendment only."""
    found = await repository.of_party_year(session, award.funder_id, award.acting_holder_id, award.year)
    if found is None:
        return False
    texts = await repository.texts(session, found.id)
    covering = (text for text in texts if text.status in {TextStatus.DRAFTED, TextStatus.SIGNED})
    return any(line["award_id"] == str(award.id) for text in covering for line in text.lines)


async def parties(session: AsyncSession, agreement_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """For the rooms above: by agreement, the organisations that may see it."""
    found: dict[UUID, set[UUID]] = {}
    for row in await fetch_in(session, repository.PARTIES, {"agreements": list(agreement_ids)}):
        found[row["id"]] = {one for one in row["parties"] if one is not None}
    return found
