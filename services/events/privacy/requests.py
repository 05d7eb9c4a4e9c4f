"""Use cases of people about their own data: what the service holds of them, and being forgotten."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, personal_data
from services.common.auth import Principal
from services.common.db import Row, driver
from services.common.limits import retry_after
from services.common.mail import queue_mail
from services.common.resources import Resources
from services.common.sealing import fingerprint

from .. import clients
from ..personal import Erased, Who
from ..tables import KERNEL
from . import letters, links, register, repository, rules, service
from .errors import BadDataRequestLink, TooManyDataRequests
from .models import PersonalDataRequest, RequestKind
from .schemas import DataRequestRead, PersonalDataExport, PersonalDataRequestCreate, RequestAnswer


async def export_of_account(
    reader: AsyncConnection[Any], resources: Resources, caller: Principal, *, now: datetime
) -> PersonalDataExport:
    """All that is held of who is signed in, by their account and by the address the directory had them confirm."""
    account = await clients.account(resources.siblings, caller.token)
    who = Who(account.email.lower(), caller.account_id, account.full_name)
    return await _export(reader, who, now=now)


async def erase_account(session: AsyncSession, resources: Resources, caller: Principal, *, now: datetime) -> RequestAnswer:
    """Who is signed in is forgotten: what is held under their account too, which a mailed link says nothing of."""
    account = await clients.account(resources.siblings, caller.token)
    return await _erase(session, resources, Who(account.email.lower(), caller.account_id, account.full_name), now)


async def ask(session: AsyncSession, resources: Resources, wish: PersonalDataRequestCreate, *, origin: str, now: datetime) -> None:
    """A link is mailed to the address, whether or not anything is held under it: neither the answer nor its delay tells."""
    email = wish.email.lower()
    email_hash = fingerprint(resources.settings.secret_key, "personal data request", email)
    request = PersonalDataRequest(kind=wish.kind, email=email, email_hash=email_hash, origin=origin, asked_at=now)
    await repository.add_request(session, request)
    since = now - rules.WINDOW
    if await repository.requests_from(session, origin, since) > resources.settings.requests_per_hour:
        request.email = None
        raise TooManyDataRequests(headers=retry_after(rules.WINDOW))
    if await repository.requests_about(session, email_hash, since) > resources.settings.mails_per_hour:
        request.email = None
        return
    where = links.address(resources.settings, resources.settings.personal_data_page_url, request.id)
    subject, text = letters.confirmation(wish.kind, where)
    await queue_mail(session, to=email, subject=subject, text=text)
    await _note(session, request, "personal_data.asked", now)


async def read(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> DataRequestRead:
    request, _ = await _pending(session, resources, token, now)
    return DataRequestRead(kind=request.kind, asked_at=request.asked_at, expires_at=request.asked_at + rules.LINK_SERVES)


async def confirm(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> RequestAnswer:
    """Who receives mail at the address confirms: the export, or the erasure, is done at once."""
    request, email = await _pending(session, resources, token, now)
    who = Who(email)
    if request.kind is RequestKind.EXPORT:
        # The link may serve again while it lasts: an answer lost on its way is asked for once more.
        request.done_at = now
        await _note(session, request, "personal_data.exported", now)
        export = await _export(await driver(session), who, now=now)
        return RequestAnswer(kind=request.kind, export=export, erased_count=None, kept=[])
    answer = await _erase(session, resources, who, now)
    request.done_at, request.email = now, None
    await _note(session, request, "personal_data.forgotten", now)
    return answer


async def forget_old(session: AsyncSession, *, now: datetime) -> None:
    """Requests nobody confirmed in time, and the traces limits no longer count."""
    await repository.forget_requests(session, now - rules.LINK_SERVES)


async def _export(reader: AsyncConnection[Any], who: Who, *, now: datetime) -> PersonalDataExport:
    rooms = {holder.room: await holder.export(reader, who) for holder in register.HOLDERS if holder.export is not None}
    return PersonalDataExport(made_at=now, email=who.email, rooms=rooms)


async def _erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> RequestAnswer:
    """Room by room, from the highest to the lowest; the register has its line."""
    erased = Erased()
    for holder in register.HOLDERS:
        if holder.erase is not None:
            erased.add(await holder.erase(session, who, now))
    await service.record(session, resources, rule=rules.REQUEST, before=None, count=erased.count, now=now)
    said = {"kind": RequestKind.ERASURE, "export": None, "erased_count": erased.count, "kept": erased.kept}
    return RequestAnswer.model_validate(said)


async def _pending(session: AsyncSession, resources: Resources, token: str, now: datetime) -> tuple[PersonalDataRequest, str]:
    request = await repository.request(session, links.read(resources.settings, token))
    if request is None or request.email is None or request.asked_at + rules.LINK_SERVES <= now:
        raise BadDataRequestLink()
    return request, request.email


async def _note(session: AsyncSession, request: PersonalDataRequest, act: str, now: datetime) -> None:
    """Without the address."""
    resource = ("personal_data_request", request.id)
    changes = {"kind": request.kind.value}
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=resource, actor=None, changes=changes, confidential=True
    )


async def parts_for(resources: Resources, reader: AsyncConnection[Any], person: personal_data.Who) -> dict[str, list[Row]]:
    """What the directory gathers for somebody: room by room."""
    who = Who(person.email, person.account_id, person.full_name)
    return {holder.room: await holder.export(reader, who) for holder in register.HOLDERS if holder.export is not None}


async def forget(session: AsyncSession, resources: Resources, person: personal_data.Who, now: datetime) -> personal_data.Forgotten:
    """The directory erased somebody: so does this service."""
    answer = await _erase(session, resources, Who(person.email, person.account_id, person.full_name), now)
    return personal_data.Forgotten(answer.erased_count or 0, [each.model_dump() for each in answer.kept])
