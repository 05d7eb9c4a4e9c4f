"""Who takes part: accounts, organisations, memberships. Everything goes through HTTP but the first administrator.

A platform that has just been started has nobody to make its first administrator: that one account comes from
`canevas user create-admin`, as it does in life.
"""

import asyncio
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .carcassonne import FUNDERS, Funder, Holder, Person
from .http import DIRECTORY, Account, Api, Json, together
from .mailbox import Mailbox

PASSWORD = "canevas-demonstration"  # of made-up people, on a platform that listens to this machine only
#: Kinds of organisations that only an administrator may open.
_PUBLIC_KINDS = {"state", "epci", "commune", "departement", "region", "caf"}
_INVITATION = re.compile(r"/invitation\?token=(\S+)")
_CER_SIGNED_ON = date(2024, 9, 2)


def account(person: Person) -> Account:
    return Account(f"{person.first_name} {person.last_name}", person.email, PASSWORD)


def administrator() -> Account:
    return Account("Ondine Nénuphar", "ondine.nenuphar@canevas.example.org", PASSWORD)


class CannotMakeAdministrator(RuntimeError):
    """What `canevas user create-admin` answered."""


@dataclass
class Cast:
    """Accounts and organisations by the keys of the data; `team` leads the contract."""

    administrator: Account = field(default_factory=administrator)
    agents: dict[str, Account] = field(default_factory=dict)
    signatories: dict[str, Account] = field(default_factory=dict)
    payers: dict[str, Account] = field(default_factory=dict)
    holders: dict[str, Account] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)

    @property
    def team(self) -> Account:
        return self.agents["agglo"]


async def make_administrator(who: Account, data_dir: Path, environment: Mapping[str, str]) -> None:
    """Through the command line; an account that is an administrator already stays as it is."""
    command = ["user", "create-admin", who.email, "--name", who.full_name, "--password-stdin", "--data-dir", str(data_dir)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway.cli",
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environment),
    )
    try:
        _, said = await process.communicate(f"{who.password}\n".encode())
    finally:
        if process.returncode is None:  # we are interrupted: it must not keep the database awake
            process.terminate()
            await process.wait()
    if process.returncode:
        raise CannotMakeAdministrator(f"Le compte d'administration n'a pas pu être créé : {said.decode(errors='replace').strip()}")


@dataclass
class Registry:
    """Makes who is missing and finds who is there: run again after an interruption, it goes on where it stopped."""

    api: Api
    mailbox: Mailbox
    cast: Cast
    #: On an empty platform there is nobody to look for.
    is_empty: bool = False

    async def settle(self, data_dir: Path, environment: Mapping[str, str], holders: Iterable[Holder]) -> None:
        """Everybody: the administrator first, whom public bodies need; associations do without."""

        async def settle_public() -> None:
            # The one act that is not HTTP: nobody is there yet to make the first administrator.
            await make_administrator(self.cast.administrator, data_dir, environment)
            await together(self._settle_funder(funder) for funder in FUNDERS)

        await together([settle_public(), together(self._settle_holder(holder) for holder in holders)])

    async def settle_association(self, described: Json, manager: Account, members: Collection[Account]) -> str:
        """An association that is neither a funder nor a holder: its people, and the id of its organisation."""
        await together(self._enter(who) for who in (manager, *members))
        found = await self._open(manager, described)
        manager.roles_changed()
        for who in members:
            await self._add_member(manager, found["id"], who, "member")
        return str(found["id"])

    async def join(self, manager: Account, organisation_id: str, who: Account, role: str) -> Json:
        """`who` is invited to the organisation by mail, makes an account and accepts; the membership."""
        await self.api.post(
            manager, f"{DIRECTORY}/organisations/{organisation_id}/invitations", {"email": who.email, "roles": [role]}
        )
        token = await self.mailbox.link(who.email, "Invitation à rejoindre", _INVITATION)
        await self._enter(who)
        joined = await self.api.post(who, f"{DIRECTORY}/invitations/acceptance", {"token": token})
        who.roles_changed()
        return joined

    async def enter(self, who: Account) -> None:
        """Have an account, its address confirmed by the mailed link."""
        await self._enter(who)

    async def _settle_funder(self, funder: Funder) -> None:
        agent, signatory, payer = account(funder.agent), account(funder.signatory), account(funder.payer)
        await together(self._enter(who) for who in (agent, signatory, payer))
        described = {
            "kind": funder.kind,
            "name": funder.name,
            "siret": funder.siret,
            "legal_representative": _named(funder.signatory),
        }
        if funder.kind in _PUBLIC_KINDS:
            found = await self._open(self.cast.administrator, {**described, "manager_email": agent.email})
        else:
            found = await self._open(agent, described)
        agent.roles_changed()
        await self._add_member(agent, found["id"], signatory, "signatory")
        await self._add_member(agent, found["id"], payer, "payer")
        self.cast.agents[funder.key], self.cast.signatories[funder.key] = agent, signatory
        self.cast.payers[funder.key] = payer
        self.cast.organisations[funder.key] = found["id"]

    async def _settle_holder(self, holder: Holder) -> None:
        manager = account(holder.legal_representative)
        await self._enter(manager)
        described = {
            "kind": holder.kind,
            "name": holder.name,
            "siret": holder.siret,
            "address": {"street": holder.street, "postcode": holder.postal_code, "city": holder.city},
            "legal_representative": _named(holder.legal_representative),
            **({"rna": holder.rna} if holder.rna else {}),
        }
        found = await self._open(manager, described)
        if holder.kind == "association" and found["cer_signed_on"] is None:
            signed = {"signed_on": _CER_SIGNED_ON.isoformat(), "signatory_name": manager.full_name}
            await self.api.post(manager, f"{DIRECTORY}/organisations/{found['id']}/cer", signed)
        await self._let_sign(manager, found["id"])
        manager.roles_changed()
        self.cast.holders[holder.key], self.cast.organisations[holder.key] = manager, found["id"]

    async def _enter(self, who: Account) -> None:
        """Have an account, its address confirmed by the mailed link."""
        if not self.is_empty and await self.api.try_sign_in(who) == 201:
            return
        received = self.mailbox.count(who.email)
        wish = {"email": who.email, "password": who.password, "full_name": who.full_name}
        await self.api.post(None, f"{DIRECTORY}/accounts", wish)
        token = await self.mailbox.next_token(who.email, received)
        await self.api.post(None, f"{DIRECTORY}/accounts/verification", {"token": token})

    async def _open(self, who: Account, described: Json) -> Json:
        """The organisation of that SIRET, opened if need be."""
        if not self.is_empty:
            for found in await self.api.pages(who, f"{DIRECTORY}/organisations", q=described["siret"]):
                if found["siret"] == described["siret"]:
                    return found
        return await self.api.post(who, f"{DIRECTORY}/organisations", described)

    async def _add_member(self, manager: Account, organisation_id: str, who: Account, role: str) -> None:
        path = f"{DIRECTORY}/organisations/{organisation_id}/memberships"
        if not self.is_empty:
            members = await self.api.pages(manager, path)
            if any(member["email"] == who.email for member in members):
                return
        await self.api.post(manager, path, {"email": who.email, "roles": [role]})
        who.roles_changed()

    async def _let_sign(self, manager: Account, organisation_id: str) -> None:
        """Whoever opened an organisation manages it; its legal representative signs for it too."""
        path = f"{DIRECTORY}/organisations/{organisation_id}/memberships"
        (own,) = [member for member in await self.api.pages(manager, path) if member["email"] == manager.email]
        if "signatory" not in own["roles"]:
            await self.api.change(manager, "PATCH", f"{path}/{own['account_id']}", {"roles": ["manager", "signatory"]})


def _named(person: Person) -> Json:
    return {"full_name": f"{person.first_name} {person.last_name}", "function": person.function}
