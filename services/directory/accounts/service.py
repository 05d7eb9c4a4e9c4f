"""Use cases of the accounts. Nothing an anonymous caller hears depends on whether an address has an account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.limits import retry_after
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from ..tables import KERNEL
from . import letters, passwords, repository, rules
from .errors import AccountUnknown, LinkNoLongerValid, TooManyRequests, WeakPassword
from .letters import Letter
from .models import Account, AccountRequest, MailedToken, Purpose, RequestKind
from .schemas import AccountSummary, AccountUpdate, Credentials, Registration

_PUBLIC = (RequestKind.REGISTRATION, RequestKind.PASSWORD_RESET)


async def register(session: AsyncSession, resources: Resources, wish: Registration, *, origin: str, now: datetime) -> None:
    """Ask for an account. Whoever asks last for an address nobody confirmed is whom it waits for."""
    refuse_weak(wish.password, wish.email)
    await _refuse_flood(resources, origin, now)
    password_hash = await passwords.hashed(wish.password, resources.settings.password_cost)
    if not await _may_write_to(session, resources, wish.email, RequestKind.REGISTRATION, origin=origin, now=now):
        return
    wanted = Account(email=wish.email, full_name=wish.full_name, password_hash=password_hash, created_at=now)
    account, is_new = await repository.add_unless_known(session, wanted)
    if account.verified_at is not None:
        await _send(session, account.email, letters.already_registered(resources.settings.public_url, account.full_name))
        return
    if is_new:
        await _record(session, account.id, "account.registered", None, now)
    account.full_name, account.password_hash = wish.full_name, password_hash
    await _send_verification(session, resources, account, now)


async def send_verification_again(session: AsyncSession, resources: Resources, email: str, *, origin: str, now: datetime) -> None:
    if not await _may_write_to(session, resources, email, RequestKind.REGISTRATION, origin=origin, now=now):
        return
    account = await repository.by_email(session, email)
    if account is None:
        return
    if account.verified_at is None:
        await _send_verification(session, resources, account, now)
    else:
        await _send(session, email, letters.already_registered(resources.settings.public_url, account.full_name))


async def verify(session: AsyncSession, token: str, *, now: datetime) -> Account:
    """The address was reached: the account opens as that very registration asked."""
    link, account = await _open_link(session, token, Purpose.VERIFICATION, now)
    if account.verified_at is not None or link.full_name is None or link.password_hash is None:
        raise LinkNoLongerValid()
    account.full_name, account.password_hash = link.full_name, link.password_hash
    account.verified_at, account.version = now, account.version + 1
    await repository.spend_tokens(session, account.id, now, Purpose.VERIFICATION)
    await _record(session, account.id, "account.verified", None, now)
    return account


async def ask_password_reset(session: AsyncSession, resources: Resources, email: str, *, origin: str, now: datetime) -> None:
    if not await _may_write_to(session, resources, email, RequestKind.PASSWORD_RESET, origin=origin, now=now):
        return
    account = await repository.by_email(session, email)
    if account is None:
        return
    token = rules.new_token()
    session.add(
        MailedToken(
            account_id=account.id,
            purpose=Purpose.PASSWORD_RESET,
            token_hash=rules.fingerprint(token),
            expires_at=now + rules.RESET_KEPT,
        )
    )
    await _send(session, email, letters.password_reset(resources.settings.public_url, account.full_name, token))


async def reset_password(session: AsyncSession, resources: Resources, token: str, password: str, *, now: datetime) -> UUID:
    """Choose a new password by a mailed link, which also proves the address. The caller closes the account's sessions."""
    password_hash = await passwords.hashed(password, resources.settings.password_cost)
    _, account = await _open_link(session, token, Purpose.PASSWORD_RESET, now)
    refuse_weak(password, account.email)
    account.verified_at = account.verified_at or now
    await _set_password(session, account, password_hash, None, now)
    return account.id


async def hash_of_new(resources: Resources, password: str, email: str) -> str:
    refuse_weak(password, email, pointer="/new")
    return await passwords.hashed(password, resources.settings.password_cost)


async def change_password(session: AsyncSession, caller: Principal, password_hash: str, *, now: datetime) -> None:
    """The current one was proved. The caller closes the account's other sessions."""
    account = await repository.get(session, caller.account_id)
    if account is None:
        raise NotFound()
    await _set_password(session, account, password_hash, caller, now)


async def rename(session: AsyncSession, caller: Principal, changes: AccountUpdate, *, version: int, now: datetime) -> Account:
    account = await repository.get(session, caller.account_id)
    if account is None:
        raise NotFound()
    require_version(account.version, version)
    account.full_name, account.version = changes.full_name, version + 1
    await _record(session, account.id, "account.renamed", caller, now)
    return account


async def own(reader: AsyncConnection[Row], caller: Principal) -> Row:
    row = await fetch_one(reader, repository.OWN, {"account_id": caller.account_id})
    if row is None:
        raise NotFound()
    return row


async def ensure_administrator(
    session: AsyncSession, resources: Resources, *, email: str, password: str, full_name: str, now: datetime
) -> UUID:
    """An administrator at this address, confirmed at once. An account that exists keeps its name and password."""
    refuse_weak(password, email)
    password_hash = await passwords.hashed(password, resources.settings.password_cost)
    wanted = Account(email=email, full_name=full_name, password_hash=password_hash, created_at=now)
    account, _ = await repository.add_unless_known(session, wanted)
    if account.verified_at is None:  # nobody's yet: neither is the password somebody asked for it with
        account.full_name, account.password_hash, account.verified_at = full_name, password_hash, now
        await repository.spend_tokens(session, account.id, now, *Purpose)
    if not account.is_administrator:
        account.is_administrator, account.version = True, account.version + 1
        await _record(session, account.id, "account.made_administrator", None, now)
    return account.id


async def forget_old(session: AsyncSession, now: datetime) -> None:
    await repository.forget(session, tokens=now, requests=now - rules.WINDOW, unverified=now - rules.UNVERIFIED_KEPT)


# ── For the rooms above ───────────────────────────────────────────────────────────────────────────────────────────


async def credentials(reader: AsyncConnection[Row], email: str) -> Credentials | None:
    row = await fetch_one(reader, repository.CREDENTIALS, {"email": email})
    return Credentials(**row) if row else None


async def is_password(resources: Resources, known: Credentials | None, password: str) -> tuple[bool, str | None]:
    """Whether it is, and the hash to keep from now on if any; as long to say for nobody's address as for somebody's."""
    return await passwords.matches(password, known.password_hash if known else None, resources.settings.password_cost)


async def is_unchanged(session: AsyncSession, proved: Credentials) -> bool:
    """Whether the password proved is still the account's, until the end of the act."""
    return await repository.unchanged(session, proved.id, proved.version)


async def keep_rehash(session: AsyncSession, proved: Credentials, password_hash: str) -> None:
    await repository.rehash(session, proved.id, proved.password_hash, password_hash)


async def is_administrator(session: AsyncSession, account_id: UUID) -> bool:
    return await repository.is_administrator(session, account_id)


async def summaries(reader: AsyncConnection[Row], ids: Sequence[UUID]) -> dict[UUID, AccountSummary]:
    rows = await fetch(reader, repository.SUMMARIES, {"ids": list(ids)})
    return {row["id"]: AccountSummary(**row) for row in rows}


async def summary(session: AsyncSession, account_id: UUID) -> AccountSummary:
    account = await repository.get(session, account_id)
    if account is None:
        raise NotFound()
    return AccountSummary(account.id, account.email, account.full_name)


async def find(session: AsyncSession, email: str, *, asked_by: Principal, now: datetime) -> AccountSummary:
    """The confirmed account of an address. Misses are counted: adding members is no way to learn who has an account."""
    origin = f"account:{asked_by.account_id}"
    if await repository.requests_from(session, _asked(origin, [RequestKind.LOOK_UP], now)) >= rules.LOOK_UPS_PER_HOUR:
        raise _too_many()
    account = await repository.by_email(session, email)
    if account is None or account.verified_at is None:
        missed = AccountRequest(kind=RequestKind.LOOK_UP, email_hash=rules.fingerprint(email), origin=origin, at=now)
        await repository.note_request(session, missed)
        raise AccountUnknown()
    return AccountSummary(account.id, account.email, account.full_name)


async def at_address(session: AsyncSession, email: str) -> UUID | None:
    """The confirmed account of an address, for a use case that does not tell whether there is one."""
    account = await repository.by_email(session, email)
    return account.id if account and account.verified_at else None


async def administrators(session: AsyncSession) -> list[AccountSummary]:
    """The platform's: whom to write to when an organisation has nobody to decide."""
    return [await summary(session, account_id) for account_id in await repository.administrators(session)]


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def refuse_weak(password: str, email: str, pointer: str = "/password") -> None:
    if reason := rules.password_refusal(password, email):
        raise WeakPassword(reason, errors=[FieldError(pointer, reason)])


async def _may_write_to(
    session: AsyncSession, resources: Resources, email: str, kind: RequestKind, *, origin: str, now: datetime
) -> bool:
    """Whether the address may be sent one more mail; refuses (429) an origin that asks about too many of them."""
    email_hash = rules.fingerprint(email)
    await repository.note_request(session, AccountRequest(kind=kind, email_hash=email_hash, origin=origin, at=now))
    if await repository.requests_from(session, _asked(origin, _PUBLIC, now)) > resources.settings.requests_per_hour:
        raise _too_many()
    about = await repository.requests_about(session, email_hash, kind, now - rules.WINDOW)
    return about <= int(resources.settings.mails_per_hour)


async def _refuse_flood(resources: Resources, origin: str, now: datetime) -> None:
    """Before argon2 works for them: those who ask too much do not slow the others' sign-in."""
    async with resources.database.readers.connection() as reader:
        asked = await fetch(reader, repository.REQUESTS_FROM, _asked(origin, _PUBLIC, now))
    if asked[0]["count"] >= resources.settings.requests_per_hour:
        raise _too_many()


def _asked(origin: str, kinds: Sequence[RequestKind], now: datetime) -> dict[str, Any]:
    return {"origin": origin, "kinds": [kind.value for kind in kinds], "since": now - rules.WINDOW}


def _too_many() -> TooManyRequests:
    return TooManyRequests(headers=retry_after(rules.WINDOW))


async def _open_link(session: AsyncSession, token: str, purpose: Purpose, now: datetime) -> tuple[MailedToken, Account]:
    link = await repository.token(session, rules.fingerprint(token), purpose)
    if link is None or link.spent_at is not None or link.expires_at <= now:
        raise LinkNoLongerValid()
    account = await repository.get(session, link.account_id)
    if account is None:
        raise LinkNoLongerValid()
    return link, account


async def _set_password(
    session: AsyncSession, account: Account, password_hash: str, actor: Principal | None, now: datetime
) -> None:
    account.password_hash, account.version = password_hash, account.version + 1
    await repository.spend_tokens(session, account.id, now, *Purpose)
    await _record(session, account.id, "account.password_changed", actor, now)
    await _send(session, account.email, letters.password_changed(account.full_name))


async def _send_verification(session: AsyncSession, resources: Resources, account: Account, now: datetime) -> None:
    token = rules.new_token()
    session.add(
        MailedToken(
            account_id=account.id,
            purpose=Purpose.VERIFICATION,
            token_hash=rules.fingerprint(token),
            expires_at=now + rules.VERIFICATION_KEPT,
            full_name=account.full_name,
            password_hash=account.password_hash,
        )
    )
    await _send(session, account.email, letters.verification(resources.settings.public_url, account.full_name, token))


async def _send(session: AsyncSession, email: str, letter: Letter) -> None:
    await queue_mail(session, to=email, subject=letter.subject, text=letter.text)


async def _record(session: AsyncSession, account_id: UUID, act: str, actor: Principal | None, now: datetime) -> None:
    """What changed is personal: the line says that it did, not what it became."""
    await journal.record(session, KERNEL.journal, at=now, act=act, resource=("account", account_id), actor=actor)
