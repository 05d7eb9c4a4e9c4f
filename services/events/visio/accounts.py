"""Use cases of the accounts a network has at providers: managers keep them; their secrets are sealed and never read back."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal, sealing
from services.common.auth import Principal
from services.common.db import Row
from services.common.etag import require_version
from services.common.foreign_tokens import UnusableKey, sign_for
from services.common.language import Text
from services.common.outbound import Outbound, Unreachable
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from ..networks import service as networks
from ..tables import KERNEL
from . import repository, tokens
from .errors import ProviderRefuses, VisioAccountUnusable
from .models import ProviderKind, VisioAccount
from .providers.bigbluebutton import BigBlueButton
from .providers.contract import TROUBLES, Account, Guest, Provider, Room, Trouble
from .providers.external import External
from .providers.jitsi import Jitsi
from .providers.livekit import LiveKit
from .schemas import KIND_LABELS, REQUIRED_OF_ANY, LinkRole, VisioAccountCreate, VisioAccountUpdate, missing_of

_PURPOSE = "visio accounts"
_SECRETS = ("secret", "webhook_secret")
AGENT = "Canevas (visio)"


async def add(
    session: AsyncSession, resources: Resources, caller: Principal, network_id: UUID, wish: VisioAccountCreate, *, now: datetime
) -> VisioAccount:
    """A manager gives an account: it is looked at before it is kept, so that a wrong address or key is said at once."""
    network = await networks.managed_by(session, caller, network_id)
    account = VisioAccount(
        **wish.model_dump(exclude={"is_default", *_SECRETS}),
        network_id=network.id,
        key=secrets.token_urlsafe(24),
        created_at=now,
    )
    _seal(resources, account, wish)
    await _require_usable(resources, account)
    if wish.is_default:
        await repository.no_default(session, network.id)
        account.is_default = True
    session.add(account)
    await session.flush()
    await _note(session, account, "visio_account.added", caller, network.organisation_id, now, sorted(wish.model_fields_set))
    return account


async def change(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    account_id: UUID,
    wish: VisioAccountUpdate,
    *,
    version: int,
    now: datetime,
) -> VisioAccount:
    """A manager changes an account; links stay, rooms that are made next follow."""
    account, organisation_id = await _managed(session, caller, account_id)
    require_version(account.version, version)
    for name in wish.model_fields_set - {"is_default", *_SECRETS}:
        if getattr(wish, name) is not None or name in {"server_address", "subject", "key_id"}:
            setattr(account, name, getattr(wish, name))
    _seal(resources, account, wish)
    given = {name for name in REQUIRED_OF_ANY if name != "secret" and getattr(account, name) is not None}
    missing = missing_of(account.kind, given | ({"secret"} if account.secret_sealed else set()), account.address)
    if missing:
        listed = ", ".join(missing)
        raise VisioAccountUnusable(errors=[FieldError("", Text(f"Il manque : {listed}.", f"Missing: {listed}."), "missing")])
    await _require_usable(resources, account)
    if wish.is_default is not None and account.retired_at is None and wish.is_default != account.is_default:
        if wish.is_default:
            await repository.no_default(session, account.network_id)
        account.is_default = wish.is_default
    account.version += 1
    await session.flush()
    await _note(session, account, "visio_account.changed", caller, organisation_id, now, sorted(wish.model_fields_set))
    return account


async def retire(session: AsyncSession, caller: Principal, account_id: UUID, *, version: int, now: datetime) -> VisioAccount:
    """No session chooses it any more; sessions that did have the network's default account."""
    account, organisation_id = await _managed(session, caller, account_id)
    require_version(account.version, version)
    if account.retired_at is None:
        account.retired_at, account.is_default = now, False
        account.version += 1
        await session.flush()
        await _note(session, account, "visio_account.retired", caller, organisation_id, now, [])
    return account


async def try_out(resources: Resources, caller: Principal, account_id: UUID, *, now: datetime) -> VisioAccount:
    """Ask the provider something harmless with the account's secret: a wrong one is known before people come."""
    async with resources.database.transaction() as session:
        account = await one(session, caller, account_id)
    nobody = Room(f"canevas-{secrets.token_hex(8)}", "", now, now, address=account.address)
    try:
        async with web(resources) as out:
            asked = provider(resources, account, out, now)
            await asked.is_running(nobody)
            if account.address is not None:
                asked.join(nobody, Guest("0" * 32, "", LinkRole.VIEWER), now=now)
    except Trouble as trouble:
        raise ProviderRefuses(TROUBLES[trouble.code], failure=trouble.code) from trouble
    return account


async def one(session: AsyncSession, caller: Principal, account_id: UUID) -> VisioAccount:
    """For managers (403 to other organisers of the network, 404 to everybody else)."""
    account = await repository.account(session, account_id)
    if account is None:
        raise NotFound()
    await _require_manager(session, caller, account)
    return account


async def listing(session: AsyncSession, caller: Principal, network_id: UUID, *, after_id: UUID, limit: int) -> list[Row]:
    """For managers, the oldest first."""
    await networks.managed_by(session, caller, network_id)
    return await repository.accounts(session, network_id, after_id, limit)


def shown(resources: Resources, row: Row) -> Row:
    """As `VisioAccountRead` shows it: of secrets, only that they are there."""
    return {
        **{name: value for name, value in row.items() if not name.endswith("_sealed") and name != "key"},
        "kind_label": KIND_LABELS[ProviderKind(row["kind"])],
        "has_secret": row["secret_sealed"] is not None,
        "has_webhook_secret": row["webhook_secret_sealed"] is not None,
        "webhook_address": tokens.notice_address(resources.settings, row["key"]),
    }


def face(account: VisioAccount) -> Row:
    return {"id": account.id, "kind": account.kind, "kind_label": KIND_LABELS[account.kind], "name": account.name}


def provider(resources: Resources, account: VisioAccount | None, web: Outbound, now: datetime) -> Provider:
    """The account's provider, its secrets opened; without an account, an address and nothing else. Raises `Trouble`."""
    if account is None:
        return External(Account())
    opened = Account(
        address=account.address or "",
        server_address=account.server_address,
        identifier=account.identifier or "",
        subject=account.subject,
        key_id=account.key_id,
        algorithm=account.algorithm,
        secret=_opened(resources, account.secret_sealed),
        webhook_secret=_opened(resources, account.webhook_secret_sealed),
    )
    match account.kind:
        case ProviderKind.BIGBLUEBUTTON:
            return BigBlueButton(opened, web)
        case ProviderKind.JITSI:
            return Jitsi(opened)
        case ProviderKind.LIVEKIT:
            return LiveKit(opened, web, now)
        case ProviderKind.EXTERNAL:
            return External(opened)


def makes_rooms(account: VisioAccount | None) -> bool:
    """Whether a server is asked for a room before people enter; elsewhere an address or a token is all there is."""
    if account is None:
        return False
    return account.kind is ProviderKind.BIGBLUEBUTTON or (
        account.kind is ProviderKind.LIVEKIT and account.server_address is not None
    )


def web(resources: Resources) -> Outbound:
    """The way out to providers, to be entered by who calls one: private addresses are refused in production."""
    return Outbound.of(resources.settings, AGENT)


def _seal(resources: Resources, account: VisioAccount, wish: VisioAccountCreate | VisioAccountUpdate) -> None:
    for name in _SECRETS:
        given: SecretStr | None = getattr(wish, name)
        if given is not None:
            sealed = sealing.seal(resources.settings.secret_key, _PURPOSE, given.get_secret_value().strip())
            setattr(account, f"{name}_sealed", sealed)


def _opened(resources: Resources, sealed: str | None) -> str:
    if sealed is None:
        return ""
    try:
        return sealing.opened(resources.settings.secret_key, _PURPOSE, sealed)
    except sealing.SealBroken as error:
        raise Trouble("unreadable_secret") from error


async def _require_usable(resources: Resources, account: VisioAccount) -> None:
    """Refuse an address that may not be called, and a key that signs nothing."""
    for name in ("address", "server_address"):
        address: str | None = getattr(account, name)
        called = name == "server_address" or account.kind is ProviderKind.BIGBLUEBUTTON
        if address is not None and called:
            try:
                await web(resources).require_readable(address)
            except Unreachable as error:
                said = TROUBLES.get(error.code, TROUBLES["unreachable"])
                raise VisioAccountUnusable(errors=[FieldError(f"/{name}", said, error.code)]) from error
    if account.kind in {ProviderKind.JITSI, ProviderKind.LIVEKIT}:
        try:
            sign_for({}, _opened(resources, account.secret_sealed), "RS256" if account.algorithm == "RS256" else "HS256")
        except UnusableKey as error:
            said = Text("Cette clé ne convient pas à l'algorithme choisi.", "This key does not fit the chosen algorithm.")
            raise VisioAccountUnusable(errors=[FieldError("/secret", said, "unusable_key")]) from error


async def _managed(session: AsyncSession, caller: Principal, account_id: UUID) -> tuple[VisioAccount, UUID]:
    account = await repository.account(session, account_id, lock=True)
    if account is None:
        raise NotFound()
    return account, await _require_manager(session, caller, account)


async def _require_manager(session: AsyncSession, caller: Principal, account: VisioAccount) -> UUID:
    network = await networks.get(session, account.network_id)
    if not caller.belongs_to(network.organisation_id):
        raise NotFound()
    await networks.managed_by(session, caller, network.id)
    return network.organisation_id


async def _note(
    session: AsyncSession,
    account: VisioAccount,
    act: str,
    caller: Principal,
    organisation_id: UUID,
    now: datetime,
    fields: list[str],
) -> None:
    """Which fields, never their values: some are secrets."""
    changes: dict[str, Any] = {"kind": account.kind.value, "fields": fields}
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("visio_account", account.id),
        actor=caller,
        organisation_id=organisation_id,
        changes=changes,
    )
