"""Use cases of certificates: issued from validated presence, corrected with it, verified by whoever has the code."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Row, driver, fetch, fetch_in, fetch_one
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda.schemas import FORMAT_LABELS, EventStatus
from ..attendance import service as attendance
from ..networks import service as networks
from ..registrations import people
from ..registrations import service as registrations
from . import repository, rules
from .errors import CertificateEnded, CertificateNotReady, EventNotHeld, PresenceNotValidated, UnknownCertificate
from .models import Certificate
from .schemas import KIND_LABELS, STATE_LABELS, CertificateKind, CertificateState

#: `certificate_id`: makes the paper and sends it.
WRITE = "events:write_certificate"
#: `certificate_id`: tells somebody that theirs was withdrawn.
TELL_REVOKED = "events:tell_certificate_revoked"
#: `keys`: papers that leave the file store.
DISCARD_PAPERS = "events:discard_papers"
_AT_ONCE = 500
_NO_HOURS = "La présence a été corrigée : aucune heure n'est retenue."
_CORRECTED = "La présence ou le nom a été corrigé."


async def issue(session: AsyncSession, caller: Principal, event_id: UUID, *, now: datetime) -> dict[str, int]:
    """An organiser issues to everybody what their validated presence gives; done again, only what changed is issued again."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    if event.status is not EventStatus.HELD:
        raise EventNotHeld(status=event.status.value)
    rows = await attendance.rows_of(session, event_id, now=now)
    waiting = [row for row in rows if not row["is_validated"] and row["person"]["erased_at"] is None]
    if waiting:
        bare = {cell["session_id"] for row in waiting for cell in row["sessions"] if not cell["state"] and not cell["is_cancelled"]}
        raise PresenceNotValidated(people=len(waiting), sessions=sorted(str(each) for each in bare))
    counts = await _reconcile(session, event, rows, caller.account_id, now)
    if counts["issued"] or counts["revoked"]:
        await agenda.note(session, event, "certificates.issued", caller, now, counts)
    return counts


async def follow(session: AsyncSession, event_id: UUID, attendee_ids: Iterable[UUID], *, now: datetime) -> None:
    """Presence was corrected: once an event has certificates, those of these people follow. Nothing before."""
    event = await agenda.get(session, event_id, lock=True)
    if event.status is not EventStatus.HELD or not await repository.last_number(session, event_id):
        return
    rows = await attendance.rows_of(session, event_id, now=now, attendee_ids=attendee_ids)
    counts = await _reconcile(session, event, [row for row in rows if row["is_validated"]], None, now)
    if counts["issued"] or counts["revoked"]:
        await agenda.note(session, event, "certificates.followed", None, now, counts)


async def revoke(
    session: AsyncSession, caller: Principal, event_id: UUID, certificate_id: UUID, reason: str, *, version: int, now: datetime
) -> Certificate:
    """An organiser withdraws one; it is not issued again unless what it would say changes."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    found = await _of_event(session, event_id, certificate_id)
    require_version(found.version, version)
    if found.state is not CertificateState.ISSUED:
        raise CertificateEnded(state=found.state.value)
    await _end(session, certificate_id, CertificateState.REVOKED, reason, now)
    # The reason stays with the certificate: it may name somebody, and the journal forgets nothing.
    await agenda.note(session, event, "certificate.revoked", caller, now, {"certificate_id": str(certificate_id)})
    return await _of_event(session, event_id, certificate_id)


async def listing(session: AsyncSession, caller: Principal, event_id: UUID, asked: dict[str, Any]) -> list[Row]:
    """Of an event, for its organisers, in the order of their numbers; ended ones too."""
    await agenda.seen_by_organiser(session, caller, event_id)
    return await fetch_in(session, repository.LISTING, {"event_id": event_id, **asked})


async def one(session: AsyncSession, caller: Principal, event_id: UUID, certificate_id: UUID) -> Certificate:
    await agenda.seen_by_organiser(session, caller, event_id)
    return await _of_event(session, event_id, certificate_id)


async def own(session: AsyncSession, caller: Principal, registration_id: UUID) -> list[Row]:
    """Of those one registered with one's account."""
    found = await registrations.own_or_organised(session, caller, registration_id)
    return await fetch_in(session, repository.OF_REGISTRATION, {"id": found.id})


async def own_by_link(session: AsyncSession, resources: Resources, token: str) -> list[Row]:
    found = await registrations.by_link(session, resources, token)
    return await fetch_in(session, repository.OF_REGISTRATION, {"id": found.id})


def chosen(rows: Sequence[Row], certificate_id: UUID) -> Row:
    """The one whose paper its holder downloads: it stands."""
    found = next((row for row in rows if row["id"] == certificate_id), None)
    if found is None:
        raise NotFound()
    if found["state"] != CertificateState.ISSUED.value:
        raise CertificateEnded(state=found["state"])
    return with_paper(found)


def with_paper(row: Row) -> Row:
    if row["file_key"] is None:
        raise CertificateNotReady() if row["ready_at"] is None else NotFound()
    return row


async def verify(reader: AsyncConnection[Any], given: str) -> Row:
    """What whoever has the code may know, and nothing more."""
    code = rules.code_in(given)
    found = await fetch_one(reader, repository.BY_CODE, {"code": code}) if code else None
    if found is None:
        raise UnknownCertificate()
    person = (await people.by_id(reader, [found["attendee_id"]])).get(found["attendee_id"])
    is_known = person is not None and person["erased_at"] is None and bool(found["holder_name"])
    state, kind = CertificateState(found["state"]), CertificateKind(found["kind"])
    return {
        "code": rules.spelt(found["code"]),
        "stands": state is CertificateState.ISSUED,
        "state": state,
        "state_label": STATE_LABELS[state],
        "kind": kind,
        "kind_label": KIND_LABELS[kind],
        "holder_name": found["holder_name"] if is_known else None,
        "event_title": found["facts"]["event_title"],
        "network": found["facts"]["network"],
        "days": found["facts"]["days"],
        "minutes": found["minutes"],
        "hours": rules.hours(found["minutes"]),
        "issued_on": in_paris(found["issued_at"]).date(),
    }


def shown(resources: Resources, row: Mapping[str, Any]) -> Row:
    """As `CertificateRead` shows it."""
    state, kind = CertificateState(row["state"]), CertificateKind(row["kind"])
    return {
        **row,
        "code": rules.spelt(row["code"]),
        "kind_label": KIND_LABELS[kind],
        "state_label": STATE_LABELS[state],
        "hours": rules.hours(row["minutes"]),
        "verification_url": address(resources, row["code"]),
        "is_ready": row["file_key"] is not None,
    }


def address(resources: Resources, code: str) -> str:
    """Where anyone verifies it."""
    template: str = resources.settings.certificate_page_url
    template = template or f"{resources.settings.public_url}/events/v1/certificates/{{code}}"
    return template.replace("{code}", rules.spelt(code))


async def forget(session: AsyncSession, attendee_ids: Sequence[UUID]) -> None:
    """People who are erased: names and papers go; the code still says that something was certified, to nobody's name."""
    await discard(session, await repository.forget(session, attendee_ids))


async def discard(session: AsyncSession, keys: Sequence[str]) -> None:
    """Papers nobody downloads any more leave the store, once this transaction has ended."""
    for start in range(0, len(keys), _AT_ONCE):
        await enqueue(session, DISCARD_PAPERS, keys=list(keys[start : start + _AT_ONCE]))


async def of_event(reader: AsyncConnection[Any], event_id: UUID) -> list[Row]:
    """Every paper of an event, for rooms that count them."""
    return await fetch(reader, repository.LISTING, {"event_id": event_id, "after": 0, "states": None, "limit": 1_000_000})


async def _reconcile(session: AsyncSession, event: Any, rows: Sequence[Row], by: UUID | None, now: datetime) -> dict[str, int]:
    """Under the event's lock: each person's paper says what their presence says."""
    latest = await repository.latest(session, event.id)
    number = await repository.last_number(session, event.id)
    face = (await networks.faces(await driver(session), {event.network_id}))[event.network_id]
    counts: Counter[rules.Step] = Counter()
    for row in rows:
        person = row["person"]
        if person["erased_at"] is not None:
            continue
        last, name = latest.get(person["id"]), f"{person['given_name']} {person['family_name']}"
        kind = rules.kind_for(row["minutes"], row["total_minutes"], event.certificate_share)
        step = rules.step(last, kind, row["minutes"], row["total_minutes"], name)
        counts[step] += 1
        if last is not None and step in {rules.Step.REPLACE, rules.Step.REVOKE}:
            is_over = step is rules.Step.REVOKE
            state = CertificateState.REVOKED if is_over else CertificateState.REPLACED
            await _end(session, last["id"], state, _NO_HOURS if is_over else _CORRECTED, now, told=is_over)
        if kind is not None and step in {rules.Step.ISSUE, rules.Step.REPLACE}:
            number += 1
            facts = rules.facts(event, FORMAT_LABELS[event.format], face, row)
            made = {"kind": kind, "holder_name": name, "facts": facts, "replaces_id": last["id"] if last else None}
            await _add(session, event, number, row, made, by, now)
    return {
        "issued": counts[rules.Step.ISSUE] + counts[rules.Step.REPLACE],
        "replaced": counts[rules.Step.REPLACE],
        "revoked": counts[rules.Step.REVOKE],
        "kept": counts[rules.Step.KEEP],
        "nothing": counts[rules.Step.NOTHING],
    }


async def _add(session: AsyncSession, event: Any, number: int, row: Row, made: Row, by: UUID | None, now: datetime) -> None:
    certificate = {
        **made,
        "id": new_id(),
        "event_id": event.id,
        "registration_id": row["person"]["registration_id"],
        "attendee_id": row["person"]["id"],
        "number": number,
        "reference": f"{event.reference}-C{number:04d}",
        "code": rules.new_code(),
        "state": CertificateState.ISSUED,
        "minutes": row["minutes"],
        "total_minutes": row["total_minutes"],
        "issued_at": now,
        "issued_by": by,
        "file_size": 0,
        "version": 1,
    }
    await repository.add(session, certificate)
    await enqueue(session, WRITE, lock=f"certificate:{certificate['id']}", certificate_id=str(certificate["id"]))


async def _end(
    session: AsyncSession, certificate_id: UUID, state: CertificateState, reason: str, now: datetime, *, told: bool = True
) -> None:
    await repository.end(session, certificate_id, state=state, ended_at=now, ended_reason=reason)
    if told:
        await enqueue(session, TELL_REVOKED, lock=f"certificate:{certificate_id}", certificate_id=str(certificate_id))


async def _of_event(session: AsyncSession, event_id: UUID, certificate_id: UUID) -> Certificate:
    found = await repository.get(session, certificate_id)
    if found is None or found.event_id != event_id:
        raise NotFound()
    return found
