"""What people do around a dossier besides writing it, over HTTP: with others, after its submission, from one year to the next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .carcassonne import REQUIRED_ATTACHMENTS, DossierPlan, attachment_pdf
from .http import PROGRAMMING, Account, Json
from .mailbox import Mailbox
from .road import Road, sworn
from .waiting import patiently

_COLLABORATION = re.compile(r"/collaborations/invitations/(\S+)")


def _at(dossier_id: str) -> str:
    return f"{PROGRAMMING}/dossiers/{dossier_id}"


@dataclass
class DossierRoad:
    """In the names of those who hold dossiers, write them with others, or ask for more."""

    road: Road

    # --------------------------------------------------------------------------------------------------- written together

    async def invite(self, plan: DossierPlan, dossier_id: str, guest: Account) -> None:
        said = {"email": guest.email, "full_name": guest.full_name, "part": "editor"}
        await self.road.api.post(self.road.holder_of(plan), f"{_at(dossier_id)}/collaborators", said)

    async def accept(self, guest: Account, mailbox: Mailbox) -> None:
        """By the link of the mail, its face read first as a page would."""
        token = await mailbox.link(guest.email, "vous invite à un dossier", _COLLABORATION)
        await self.road.api.get(None, f"{PROGRAMMING}/collaborations/invitations/{token}")
        await self.road.api.post(guest, f"{PROGRAMMING}/collaborations", {"token": token})

    async def write_as_guest(self, guest: Account, dossier_id: str, content: Json) -> None:
        await self.road.api.change(guest, "PATCH", _at(dossier_id), {"content": content})

    async def sign_off(self, plan: DossierPlan, dossier_id: str, guest: Account, word: str) -> Json:
        """The guest asks, the legal representative approves what stands."""
        path = _at(dossier_id)
        await self.road.api.post(guest, f"{path}/sign-off", {"word": word})
        self.road.api.forget_tag(self.road.holder_of(plan), path)
        return await self.road.api.change(self.road.holder_of(plan), "POST", f"{path}/sign-off/approval", of=path)

    async def collaborators(self, plan: DossierPlan, dossier_id: str) -> list[Json]:
        return await self.road.api.pages(self.road.holder_of(plan), f"{_at(dossier_id)}/collaborators")

    # ----------------------------------------------------------------------------------------------------- permanent files

    async def keep_files(self, plan: DossierPlan, exercise: int, kind_of_holder: str) -> int:
        """The documents that every call asks for, given once; how many."""
        api, holder = self.road.api, self.road.holder_of(plan)
        known = {kind["code"]: kind for kind in await api.pages(None, f"{PROGRAMMING}/permanent-file-kinds")}
        kept = [piece for piece in REQUIRED_ATTACHMENTS[kind_of_holder] if piece.code in known]
        path = f"{PROGRAMMING}/organisations/{self.road.cast.organisations[plan.holder_key]}/permanent-files"
        there = {file["kind"] for file in await api.pages(holder, path)}
        for piece in kept:
            if piece.code in there:
                continue
            named: Json = {"kind": piece.code, "name": f"{piece.code}.pdf"}
            if known[piece.code]["validity"] == "per_exercise":
                named["exercise"] = exercise
            await api.call(holder, "POST", path, params=named, content=attachment_pdf(piece.label))
        return len(kept)

    async def reuse_files(self, plan: DossierPlan, dossier_id: str) -> list[str]:
        """The kinds of documents the dossier has from the permanent file: a draft opens with them, what was kept since is added."""
        holder, path = self.road.holder_of(plan), _at(dossier_id)
        await self.road.api.post(holder, f"{path}/attachments/from-permanent-files", {})
        self.road.api.forget_tag(holder, path)
        attached = (await self.road.api.get(holder, path))["attachments"]
        return [piece["kind"] for piece in attached if piece["permanent_file_id"]]

    # --------------------------------------------------------------------------------------------------- changes requested

    async def ask_changes(self, who: Account, organisation_id: str, dossier_id: str, fields: Sequence[Json], due_on: date) -> str:
        said = {"organisation_id": organisation_id, "fields": list(fields), "due_on": due_on.isoformat(), "incomplete": True}
        return str((await self.road.api.post(who, f"{_at(dossier_id)}/change-requests", said))["id"])

    async def answer_changes(self, plan: DossierPlan, dossier_id: str, request_id: str, content: Json, answers: Json) -> Json:
        """The fields are mended, or explained, and the dossier is submitted again. `answers`: words by pointer."""
        holder, path = self.road.holder_of(plan), _at(dossier_id)
        await self.road.api.change(holder, "PATCH", path, {"content": content})
        told = [{"pointer": pointer, "text": text} for pointer, text in answers.items()]
        given = {**sworn(plan.holder_key), "explanations": told}
        return await self.road.api.change(holder, "POST", f"{path}/change-requests/{request_id}/answer", given, of=path)

    async def change_requests(self, dossier_id: str) -> list[Json]:
        return await self.road.api.pages(self.road.cast.team, f"{_at(dossier_id)}/change-requests")

    async def comparison(self, dossier_id: str, since: int, until: int) -> Json:
        return await self.road.api.get(self.road.cast.team, f"{_at(dossier_id)}/comparison", **{"from": since, "to": until})

    # ------------------------------------------------------------------------------------------------------------ messages

    async def write(
        self, who: Account, dossier_id: str, organisation_id: str, text: str, *, among_instructors: bool = False
    ) -> str:
        """A message; the conversation it is in."""
        kind = "instructors" if among_instructors else "holder"
        said = {"kind": kind, "organisation_id": organisation_id, "text": text}
        return str((await self.road.api.post(who, f"{_at(dossier_id)}/messages", said))["conversation_id"])

    async def reply(self, who: Account, conversation_id: str, text: str) -> None:
        """Read to the end, then answered."""
        path = f"{PROGRAMMING}/conversations/{conversation_id}"
        messages = await self.road.api.pages(who, f"{path}/messages")
        await self.road.api.post(who, f"{path}/reading", {"up_to": messages[-1]["id"]})
        await self.road.api.post(who, f"{path}/messages", {"text": text})

    # ---------------------------------------------------------------------------------------- notices, extension, withdrawal

    async def publish_notice(self, campaign_id: str, notice: Json) -> str:
        path, team = f"{PROGRAMMING}/campaigns/{campaign_id}", self.road.cast.team
        made = await self.road.api.change(team, "POST", f"{path}/notices", notice, of=path)
        self.road.api.forget_tag(team, path)
        return str(made["id"])

    async def read_notice(self, plan: DossierPlan, dossier_id: str, notice_id: str) -> bool:
        """The holder of a draft is told of it, and says so; whether it came."""
        holder, path = self.road.holder_of(plan), f"{_at(dossier_id)}/notices"

        async def told() -> bool:
            return any(one["notice_id"] == notice_id for one in await self.road.api.pages(holder, path))

        if not await patiently(told):
            return False
        await self.road.api.post(holder, f"{path}/{notice_id}/acknowledgement")
        return True

    async def reach(self, campaign_id: str, notice_id: str) -> Json:
        return await self.road.api.get(self.road.cast.team, f"{PROGRAMMING}/campaigns/{campaign_id}/notices/{notice_id}/reach")

    async def extend(self, campaign_id: str, closes_at: datetime, reason: str) -> None:
        path, team = f"{PROGRAMMING}/campaigns/{campaign_id}", self.road.cast.team
        said = {"closes_at": closes_at.isoformat(), "reason": reason}
        await self.road.api.change(team, "POST", f"{path}/extension", said, of=path)
        self.road.api.forget_tag(team, path)

    async def withdraw(self, plan: DossierPlan, dossier_id: str, reason: str) -> Json:
        path = _at(dossier_id)
        self.road.api.forget_tag(self.road.holder_of(plan), path)
        return await self.road.api.change(self.road.holder_of(plan), "POST", f"{path}/withdrawal", {"reason": reason}, of=path)

    # ------------------------------------------------------------------------------------------------------------- renewals

    async def renew(self, plan: DossierPlan, dossier_id: str, campaign_id: str) -> Json:
        """A draft that begins as last year's dossier was sent."""
        wish = {
            "campaign_id": campaign_id,
            "organisation_id": self.road.cast.organisations[plan.holder_key],
            "renews_id": dossier_id,
        }
        return await self.road.api.post(self.road.holder_of(plan), f"{PROGRAMMING}/dossiers", wish)

    async def mend(self, plan: DossierPlan, dossier_id: str, changes: Json) -> None:
        await self.road.api.change(self.road.holder_of(plan), "PATCH", _at(dossier_id), changes)

    async def missing(self, plan: DossierPlan, dossier_id: str) -> list[Json]:
        found = await self.road.api.get(self.road.holder_of(plan), f"{_at(dossier_id)}/completeness")
        return list(found["missing"])

    async def changes_since(self, plan: DossierPlan, dossier_id: str) -> Json:
        return await self.road.api.get(self.road.holder_of(plan), f"{_at(dossier_id)}/changes-since-renewal")

    async def choose_digest(self, who: Account) -> None:
        """One mail a day, from eight in the morning, of what somebody has to do."""
        await self.road.api.change(who, "PUT", f"{PROGRAMMING}/me/reminder-preferences", {"frequency": "daily", "hour": 8})

    async def due_count(self, who: Account) -> int:
        return int((await self.road.api.get(who, f"{PROGRAMMING}/me/due/counts"))["total"])
