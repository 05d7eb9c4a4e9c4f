"""Use cases of contracts."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.problems import NotFound

from ..tables import KERNEL
from . import repository, rules
from .errors import FrameworkRefused, NotContractLead
from .models import Contract, FrameworkVersion
from .schemas import ContractCreate, ContractUpdate, Framework, FrameworkCreate

#: What a merge patch may clear; elsewhere in a contract null changes nothing.
_CLEARED_BY_NULL = {"mid_term_review_year"}


async def create(session: AsyncSession, caller: Principal, wish: ContractCreate, *, now: datetime) -> Contract:
    """The platform's administrator opens a contract and names its lead; a lead may also open its own."""
    if not (caller.is_administrator or caller.has_role(wish.lead_organisation_id, "manager")):
        raise NotContractLead()
    contract = Contract(
        **wish.model_dump(mode="json", exclude={"starts_on", "ends_on", "lead_organisation_id"}),
        created_at=now,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        lead_organisation_id=wish.lead_organisation_id,
    )
    session.add(contract)
    await session.flush()
    await _note(session, contract, "contract.created", caller, now, code=contract.code)
    return contract


async def update(
    session: AsyncSession, caller: Principal, contract_id: UUID, wish: ContractUpdate, *, version: int, now: datetime
) -> Contract:
    contract = await _led_by(session, caller, contract_id)
    require_version(contract.version, version)
    sent = {k: v for k, v in wish.model_dump(exclude_unset=True).items() if v is not None or k in _CLEARED_BY_NULL}
    for name, value in sent.items():
        stored = wish.model_dump(mode="json", include={name})[name] if name in {"qpvs", "signatories"} else value
        setattr(contract, name, stored)
    contract.version += 1
    await session.flush()
    await _note(session, contract, "contract.updated", caller, now, fields=sorted(sent))
    return contract


async def adopt_framework(
    session: AsyncSession, caller: Principal, contract_id: UUID, wish: FrameworkCreate, *, now: datetime
) -> FrameworkVersion:
    """A new version of the framework comes into force; campaigns already open keep the one they opened with."""
    contract = await _led_by(session, caller, contract_id)
    if errors := rules.framework_errors(wish):
        raise FrameworkRefused(errors=errors)
    contract.framework_number += 1
    contract.version += 1
    adopted = FrameworkVersion(
        contract_id=contract.id,
        number=contract.framework_number,
        adopted_on=wish.adopted_on,
        tree=wish.model_dump(mode="json", exclude={"adopted_on"}),
        created_at=now,
    )
    session.add(adopted)
    await session.flush()
    await _note(session, contract, "contract.framework_adopted", caller, now, number=adopted.number)
    return adopted


async def get(session: AsyncSession, contract_id: UUID) -> Contract:
    """For the rooms above: the contract, or 404."""
    contract = await repository.get(session, contract_id)
    if contract is None:
        raise NotFound()
    return contract


async def framework_of(session: AsyncSession, contract_id: UUID, number: int) -> Framework:
    """For the rooms above: one version of the framework."""
    found = await repository.framework(session, contract_id, number)
    if found is None:
        raise NotFound()
    return Framework.model_validate(found.tree)


async def _led_by(session: AsyncSession, caller: Principal, contract_id: UUID) -> Contract:
    contract = await repository.get(session, contract_id, lock=True)
    if contract is None:
        raise NotFound()
    if not (caller.is_administrator or caller.belongs_to(contract.lead_organisation_id)):
        raise NotContractLead()
    return contract


async def _note(session: AsyncSession, contract: Contract, act: str, caller: Principal, now: datetime, **changes: object) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("contract", contract.id),
        actor=caller,
        organisation_id=contract.lead_organisation_id,
        changes=changes,
    )
