"""The road of the money, act by act, over HTTP: bank accounts, agreements, commitments, payments, bilans."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic

from .carcassonne import FUNDERS, HOLDERS, DossierPlan
from .data.banks import iban
from .data.bilans import bilan_of
from .http import PROGRAMMING, Api, Json
from .people import Cast
from .road import signatory_of

_HOLDERS = {holder.key: holder for holder in HOLDERS}
_FUNDERS = {funder.key: funder for funder in FUNDERS}
_NUMBERS = {holder.key: number for number, holder in enumerate(HOLDERS, start=1)}
_PATIENCE = 120.0
_BEAT = 0.2
_CRLF = "\r\n"

_TERMS = {
    "object": "Le soutien aux actions de l’année au titre du contrat de ville, décrites ci-après.",
    "obligations": "Le porteur tient une comptabilité par action et fait connaître le soutien du financeur.",
    "payment_terms": "Une avance après la signature, le solde une fois le bilan accepté.",
}


@dataclass
class MoneyRoad:
    """What people do about money, in their name."""

    api: Api
    cast: Cast

    # --------------------------------------------------------------------------------------------------- bank accounts

    async def propose_account(self, holder_key: str) -> str:
        """The holder says where it is paid."""
        path = f"{PROGRAMMING}/organisations/{self.cast.organisations[holder_key]}/bank-accounts"
        wish = {"iban": iban(_NUMBERS[holder_key]), "account_holder": _HOLDERS[holder_key].name}
        return str((await self.api.post(self.cast.holders[holder_key], path, wish))["id"])

    async def confirm_account(self, funder_key: str, account_id: str) -> None:
        """A second person has checked it: the accountant of a funder that will pay on it."""
        path = f"{PROGRAMMING}/bank-accounts/{account_id}"
        await self.api.change(self.cast.payers[funder_key], "POST", f"{path}/confirmation", of=path)

    # ------------------------------------------------------------------------------------------------------ agreements

    async def agreements_due(self, funder_key: str, year: int) -> list[Json]:
        asked = {"due": True, "funder_id": self.cast.organisations[funder_key], "year": year, "limit": 100}
        return await self.api.pages(self.cast.agents[funder_key], f"{PROGRAMMING}/agreements", **asked)

    async def draft_agreement(self, funder_key: str, agreement_id: str, ends_on: date) -> None:
        path = _agreement(agreement_id)
        terms = {**_TERMS, "ends_on": ends_on.isoformat()}
        await self.api.change(self.cast.agents[funder_key], "POST", f"{path}/draft", terms, of=path)
        await self._made(funder_key, agreement_id, None)

    async def draft_amendment(self, funder_key: str, agreement_id: str, reason: str, grants: Mapping[str, int]) -> str:
        """`grants`: cents by award. Returns the amendment's id."""
        path = _agreement(agreement_id)
        lines = [{"award_id": award_id, "granted_cents": cents} for award_id, cents in grants.items()]
        said = {"reason": reason, "lines": lines}
        drafted = await self.api.change(self.cast.agents[funder_key], "POST", f"{path}/amendments", said, of=path)
        amendment_id = str(drafted["amendments"][-1]["id"])
        await self._made(funder_key, agreement_id, amendment_id)
        return amendment_id

    async def _made(self, funder_key: str, agreement_id: str, amendment_id: str | None) -> None:
        """The text is signed once it can be read: its PDF is made in the background."""
        until = monotonic() + _PATIENCE
        while monotonic() < until:
            read = await self.agreement(funder_key, agreement_id)
            text = next((each for each in (read["text"], *read["amendments"]) if each and _is(each, amendment_id)), None)
            if text and text["document"]:
                return
            await asyncio.sleep(_BEAT)

    async def sign(self, key: str, agreement_id: str, day: date, amendment_id: str | None = None) -> None:
        """`key`: the holder or the funder that signs, by its signatory."""
        if key in _HOLDERS:
            who, person = self.cast.holders[key], _HOLDERS[key].legal_representative
        else:
            who, person = self.cast.signatories[key], _FUNDERS[key].signatory
        path = _agreement(agreement_id)
        where = f"{path}/amendments/{amendment_id}/signatures" if amendment_id else f"{path}/signatures"
        said = {
            "organisation_id": self.cast.organisations[key],
            "signed_on": day.isoformat(),
            "name": who.full_name,
            "function": person.function,
        }
        self.api.forget_tag(who, path)
        await self.api.change(who, "POST", where, said, of=path)

    async def agreement(self, funder_key: str, agreement_id: str) -> Json:
        return await self.api.get(self.cast.agents[funder_key], _agreement(agreement_id))

    # --------------------------------------------------------------------------------------------------------- payments

    async def commit(self, funder_key: str, award_id: str) -> Json:
        path = _award(award_id)
        return await self.api.change(self.cast.payers[funder_key], "POST", f"{path}/commitment", {}, of=path)

    async def schedule(self, funder_key: str, award_id: str, instalments: Sequence[Mapping[str, object]]) -> None:
        path, said = _award(award_id), {"instalments": list(instalments)}
        payer, book = self.cast.payers[funder_key], f"{path}/payments"
        self.api.forget_tag(payer, book)
        await self.api.change(payer, "PUT", f"{path}/schedule", said, of=book)

    async def ask(self, holder_key: str, award_id: str, instalment: int) -> Json:
        """The holder asks for an instalment."""
        path = f"{_award(award_id)}/payment-requests"
        return await self.api.post(self.cast.holders[holder_key], path, {"instalment": instalment})

    async def refuse(self, funder_key: str, request_id: str, reason: str) -> None:
        path = f"{PROGRAMMING}/payment-requests/{request_id}"
        await self.api.change(self.cast.payers[funder_key], "POST", f"{path}/refusal", {"reason": reason}, of=path)

    async def order(self, funder_key: str, award_id: str, number: str, day: date, cents: int, request_id: str | None = None) -> str:
        said: Json = {"number": number, "ordered_on": day.isoformat(), "amount_cents": cents, "request_id": request_id}
        return str((await self.api.post(self.cast.payers[funder_key], f"{_award(award_id)}/orders", said))["id"])

    async def pay(self, funder_key: str, award_id: str, reference: str, day: date, cents: int, order_id: str | None = None) -> None:
        said: Json = {"paid_on": day.isoformat(), "reference": reference, "amount_cents": cents, "order_id": order_id}
        await self.api.post(self.cast.payers[funder_key], f"{_award(award_id)}/payments", said)

    async def repay(self, funder_key: str, award_id: str, reference: str, day: date, cents: int) -> None:
        said = {"repaid_on": day.isoformat(), "reference": reference, "amount_cents": cents, "reason": "Somme non dépensée."}
        await self.api.post(self.cast.payers[funder_key], f"{_award(award_id)}/repayments", said)

    async def send_file(self, funder_key: str, name: str, lines: Sequence[Mapping[str, str]]) -> Json:
        """The funder's payment file, as its own software writes it; the answer is the report."""
        path = f"{PROGRAMMING}/funders/{self.cast.organisations[funder_key]}/payment-imports"
        answer = await self.api.call(self.cast.payers[funder_key], "POST", path, params={"name": name}, content=payment_file(lines))
        report: Json = answer.json()
        return report

    # ----------------------------------------------------------------------------------------------------------- bilans

    async def submit_bilan(self, plan: DossierPlan, dossier_id: str, granted: Mapping[str, int]) -> Json:
        """The holder fills the form in and swears to it; the bilan as it then is, with what each funder has to say."""
        holder, path = self.cast.holders[plan.holder_key], f"{PROGRAMMING}/dossiers/{dossier_id}/bilan"
        opened = await self.api.get(holder, path)
        saved = await self.api.change(holder, "PATCH", path, bilan_of(plan, opened, granted))
        said = {"sworn_statement": True, **signatory_of(plan.holder_key)}
        await self.api.change(holder, "POST", f"{path}/submission", said, of=path)
        return saved

    async def accept_bilan(self, funder_key: str, review_id: str) -> Json:
        """What the pro rata rule proposes is justified."""
        path = f"{PROGRAMMING}/bilan-reviews/{review_id}"
        return await self.api.change(self.cast.agents[funder_key], "POST", f"{path}/acceptance", {}, of=path)

    # ---------------------------------------------------------------------------------------------------------- reading

    async def awards(self, campaign_id: str) -> list[Json]:
        return await self.api.pages(self.cast.team, f"{PROGRAMMING}/awards", campaign_id=campaign_id, limit=100)


def payment_file(lines: Sequence[Mapping[str, str]]) -> bytes:
    """Semicolons, decimal commas and Windows-1252, as accounting software exports them."""
    names = ("Référence dossier", "SIRET", "Date", "Montant", "Référence paiement")
    written = [names, *(tuple(line[name] for name in names) for line in lines)]
    return "".join(f"{';'.join(row)}{_CRLF}" for row in written).encode("cp1252")


def _is(text: Json, amendment_id: str | None) -> bool:
    return bool(text["id"] == amendment_id if amendment_id else text["number"] == 0)


def _agreement(agreement_id: str) -> str:
    return f"{PROGRAMMING}/agreements/{agreement_id}"


def _award(award_id: str) -> str:
    return f"{PROGRAMMING}/awards/{award_id}"
