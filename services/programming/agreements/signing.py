"""Signatures: each party's signatory records its own; the second brings the text into force, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris, today_in_paris
from services.common.etag import require_version
from services.common.files import DISCARD
from services.common.jobs import enqueue
from services.common.problems import NotFound
from services.common.resources import Resources

from ..awards import service as awards
from ..permanent_files import arrivals
from ..permanent_files.schemas import ScanStatus
from . import drafting, letters, repository, rules, service
from .errors import (
    AgreementStateRefused,
    AlreadySigned,
    NotForYouToSign,
    NotYourSignedFile,
    SignatureDateRefused,
    TextNotReady,
    TextOutdated,
)
from .models import Agreement, AgreementSignature, AgreementStatus, AgreementText, Party, TextStatus
from .schemas import SignatureCreate

_ACCEPTED = frozenset({"application/pdf"})
SCAN = "programming:scan_signed_file"


async def sign(
    session: AsyncSession, caller: Principal, agreement_id: UUID, amendment_id: UUID | None, wish: SignatureCreate, *, version: int,
    now: datetime,
) -> Agreement:  # fmt: skip
    """A signatory of a party signs the agreement, or the amendment given. The second signature brings it into force."""
    seen = await service.seen(session, caller, agreement_id)
    text = await _text(session, seen, amendment_id)
    party = _party(caller, seen, wish.organisation_id)
    require_version(seen.version, version)
    if text is None:
        raise AgreementStateRefused(agreement_status=seen.status.value)
    # The version holds from here on or the act is refused below: these are the text's dossiers.
    await awards.take_dossiers(session, [UUID(line["award_id"]) for line in text.lines])
    agreement = await service.taken(session, agreement_id, version)
    others = await repository.signatures(session, [text.id])
    if party in {one.party for one in others}:
        raise AlreadySigned()
    if text.status is not TextStatus.DRAFTED:
        raise AgreementStateRefused(text_status=text.status.value)
    if text.ready_at is None:
        raise TextNotReady(headers={"Retry-After": "2"})
    drafted_on = in_paris(text.drafted_at).date()
    if errors := rules.signature_errors(wish.signed_on, drafted_on=drafted_on, today=today_in_paris(now)):
        raise SignatureDateRefused(errors=errors)
    given = AgreementSignature(text_id=text.id, party=party, recorded_by=caller.account_id, recorded_at=now, **wish.model_dump())
    session.add(given)
    await session.flush()
    await service.note(session, agreement, "agreement.signed", caller, now, number=text.number, party=party.value)
    if others:
        await _bring_into_force(session, caller, agreement, text, [*others, given], now)
    await service.count(session, agreement, caller, now=now)
    return agreement


async def _bring_into_force(
    session: AsyncSession, caller: Principal, agreement: Agreement, text: AgreementText, given: Sequence[AgreementSignature],
    now: datetime,
) -> None:  # fmt: skip
    """What was written becomes so: grants set anew, grants agreed on. Money may have moved since the draft: all is checked again."""
    found = {award.id: award for award in await service.take_awards(session, agreement)}
    if any(found[UUID(line["award_id"])].granted_cents != line["before_cents"] for line in text.lines):
        raise TextOutdated()
    for change in rules.in_order(await drafting.require_possible(session, agreement, text.lines, found)):
        award = found[change.award_id]
        changed = await awards.amend(session, award, change.granted_cents)
        await awards.note(session, award, "award.amended", caller, now, number=text.number, **changed)
    in_force_on = max(one.signed_on for one in given)
    days = await _agreed_days(session, agreement, text)
    for line in text.lines:
        award = found[UUID(line["award_id"])]
        if award.agreed_at is None:
            await awards.record_agreement(session, award, now=now)
            if days:
                await awards.set_payment_clock(session, award, in_force_on + timedelta(days=days))
            await awards.note(session, award, "award.agreed", caller, now, number=text.number)
    text.status, text.signed_at = TextStatus.SIGNED, now
    if text.number == 0:
        agreement.status, agreement.signed_at, agreement.in_force_on = AgreementStatus.SIGNED, now, in_force_on
        agreement.terminated_at = agreement.termination_reason = None
    await session.flush()
    await service.note(session, agreement, "agreement.in_force", caller, now, number=text.number, in_force_on=str(in_force_on))
    said = letters.signed_mail(agreement.funder_name, agreement.year, text.number, in_force_on)
    await service.tell_holder(session, text.recipient, said)


async def _agreed_days(session: AsyncSession, agreement: Agreement, text: AgreementText) -> int | None:
    """The delay of payment of the agreement itself, which its amendments do not change."""
    own = text if text.number == 0 else service.current(await repository.texts(session, agreement.id))
    return own.terms["payment_within_days"] if own else None


async def _text(session: AsyncSession, agreement: Agreement, amendment_id: UUID | None) -> AgreementText | None:
    """The amendment of that id (404 when there is none), or the agreement's own text."""
    if amendment_id is not None:
        return await drafting.amendment_of(session, agreement, amendment_id)
    return service.current(await repository.texts(session, agreement.id))


def _party(caller: Principal, agreement: Agreement, organisation_id: UUID) -> Party:
    parties = {agreement.funder_id: Party.FUNDER, agreement.acting_holder_id: Party.HOLDER}
    if organisation_id not in parties or not caller.has_role(organisation_id, "signatory"):
        raise NotForYouToSign()
    return parties[organisation_id]


# The signed paper


async def keep_signed_file(
    session: AsyncSession, resources: Resources, caller: Principal, agreement_id: UUID, signature_id: UUID, sent: arrivals.Sent, *,
    now: datetime,
) -> AgreementSignature:  # fmt: skip
    """Join, or replace, the copy a party signed: no lock is held while bytes arrive. With a scanner, it waits for its verdict before
    the other party may open it."""

    async def own(asked: AsyncSession) -> tuple[Agreement, AgreementSignature]:
        agreement, signature = await signature_of(asked, caller, agreement_id, signature_id, lock=True)
        _require_own(caller, signature)
        return agreement, signature

    (agreement, signature), arrived = await arrivals.take(own, session, resources, replace(sent, accepted=_ACCEPTED))
    stored = arrived.stored
    if signature.file_key:
        await enqueue(session, DISCARD, key=signature.file_key)
    signature.file_key, signature.file_size, signature.file_sha256 = stored.key, stored.size, stored.sha256
    signature.file_status, signature.file_status_reason = arrived.status, None
    agreement.version += 1
    await session.flush()
    if arrived.status is ScanStatus.WAITING_SCAN:
        await enqueue(session, SCAN, signature_id=str(signature.id))
    changes = {"party": signature.party.value, "sha256": stored.sha256}
    await service.note(session, agreement, "agreement.signed_file_kept", caller, now, **changes)
    return signature


async def signature_of(
    session: AsyncSession, caller: Principal, agreement_id: UUID, signature_id: UUID, *, lock: bool = False
) -> tuple[Agreement, AgreementSignature]:
    """A signature of an agreement the caller sees; `lock` takes the agreement first."""
    agreement = await service.seen(session, caller, agreement_id)
    if lock:
        agreement = await repository.get(session, agreement_id, lock=True) or agreement
    signature = await repository.signature(session, signature_id, lock=lock)
    if signature is None:
        raise NotFound()
    text = await repository.text(session, signature.text_id)
    if text is None or text.agreement_id != agreement_id:
        raise NotFound()
    return agreement, signature


def _require_own(caller: Principal, signature: AgreementSignature) -> None:
    if not caller.has_role(signature.organisation_id, "manager", "signatory"):
        raise NotYourSignedFile()
