"""What the contract's team and the funders do from the planning to the letters, act by act, over HTTP."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from icalendar import Calendar

from .http import DIRECTORY, PROGRAMMING, Account, Json
from .road import Road
from .waiting import patiently

_PDF = b"%PDF-"
#: A funder answers a hundred dossiers; the worker writes letters meanwhile.
_LETTERS_PATIENCE = 240.0


@dataclass
class SessionRoad:
    """In the names of the team, of instructors, of those who sit in committees."""

    road: Road

    @property
    def team(self) -> Account:
        return self.road.cast.team

    # --------------------------------------------------------------------------------------------------------- the planning

    async def planning(self, campaign_id: str) -> Json:
        return await self.road.api.get(self.team, f"{PROGRAMMING}/campaigns/{campaign_id}/retroplanning")

    async def planned_days(self, campaign_id: str) -> int:
        """How many days an agenda program finds in the planning's file."""
        answer = await self.road.api.call(self.team, "GET", f"{PROGRAMMING}/campaigns/{campaign_id}/retroplanning.ics")
        return len(Calendar.from_ical(answer.content).walk("VEVENT"))

    # ---------------------------------------------------------------------------------------------------------- instruction

    async def account_id(self, who: Account) -> str:
        return str((await self.road.api.get(who, f"{DIRECTORY}/me"))["id"])

    async def write_rules(self, funder_key: str, campaign_id: str, rules: Sequence[Json]) -> None:
        path = f"{self._desk(funder_key, campaign_id)}/assignment-rules"
        await self.road.api.call(self.road.cast.agents[funder_key], "PUT", path, json={"rules": list(rules)})

    async def share_out(self, funder_key: str, campaign_id: str, *, again: str = "none", dry_run: bool = False) -> Json:
        path = f"{self._desk(funder_key, campaign_id)}/assignments"
        return await self.road.api.post(self.road.cast.agents[funder_key], path, {"dry_run": dry_run, "again": again})

    def _desk(self, funder_key: str, campaign_id: str) -> str:
        return f"{PROGRAMMING}/campaigns/{campaign_id}/funders/{self.road.cast.organisations[funder_key]}"

    async def declare_conflict(self, who: Account, funder_key: str, dossier_id: str, details: str) -> Json:
        said = {"funder_id": self.road.cast.organisations[funder_key], "dossier_id": dossier_id}
        return await self.road.api.post(who, f"{PROGRAMMING}/conflicts", {**said, "kind": "board_member", "details": details})

    # ------------------------------------------------------------------------------------------------------------- sessions

    async def step_out(self, funder_key: str, committee_id: str, dossier_id: str, interest: str) -> None:
        who = self.road.cast.agents[funder_key]
        said = {"organisation_id": self.road.cast.organisations[funder_key], "person": who.full_name, "interest": interest}
        await self.road.api.post(who, f"{_at(committee_id)}/dossiers/{dossier_id}/deports", said)

    async def vote(self, committee_id: str, dossier_id: str, choices: dict[str, str]) -> Json:
        """By funder: for, against or abstain; then the vote is closed. The ballot, with the quorum and the advice."""
        path, cast = f"{_at(committee_id)}/dossiers/{dossier_id}", self.road.cast
        for funder_key, choice in choices.items():
            where = f"{path}/votes/{cast.organisations[funder_key]}"
            await self.road.api.call(cast.agents[funder_key], "PUT", where, json={"choice": choice})
        await self.road.api.post(self.team, f"{path}/advice")
        return await self.road.api.get(self.team, f"{path}/vote")

    async def deports(self, committee_id: str) -> list[Json]:
        return await self.road.api.pages(self.team, f"{_at(committee_id)}/deports")

    async def decide_all(self, who: Account, committee_id: str, lines: Sequence[Json]) -> Json:
        """Tried first; then for good, all or nothing. The report of what was kept."""
        path = f"{_at(committee_id)}/bulk-decisions"
        tried = await self.road.api.post(who, path, {"lines": list(lines), "dry_run": True})
        if tried["problems"]:
            self.road.api.errors.append(f"POST {path} : {[line['problem'] for line in tried['lines'] if line['problem']]}")
        return await self.road.api.post(who, path, {"lines": list(lines)})

    async def reopen(self, committee_id: str, request_id: str, funder_key: str, reason: str) -> bool:
        """The funder asks, the team confirms; whether the decision is open again."""
        path = f"{_at(committee_id)}/decisions/{request_id}/reopening"
        await self.road.api.post(self.road.cast.signatories[funder_key], path, {"reason": reason})
        return (await self.road.api.post(self.team, path, {"reason": reason}))["opened_at"] is not None

    async def decide_again(self, who: Account, committee_id: str, request_id: str, said: Json) -> None:
        path = f"{_at(committee_id)}/decisions/{request_id}"
        await self.road.api.change(who, "PUT", path, said)

    async def carry_over(self, committee_id: str) -> list[Json]:
        """What earlier sessions adjourned joins the agenda; its lines."""
        path = _at(committee_id)
        return list((await self.road.api.change(self.team, "POST", f"{path}/agenda/carry-over", of=path))["agenda"])

    # --------------------------------------------------------------------------------------------------------------- papers

    async def print_agenda(self, committee_id: str) -> None:
        await self.road.api.post(self.team, f"{_at(committee_id)}/papers", {"kind": "agenda"})

    async def papers(self, committee_ids: Sequence[str]) -> list[Json]:
        """Every paper of these sessions, once drawn, with whether its file is a PDF (`is_pdf`)."""
        found: list[Json] = []

        async def drawn() -> bool:
            pages = [self.road.api.pages(self.team, f"{_at(committee_id)}/papers") for committee_id in committee_ids]
            found[:] = [paper for page in await asyncio.gather(*pages) for paper in page]
            return all(paper["ready_at"] for paper in found)

        await patiently(drawn)
        for paper in found:
            content = b""
            if paper["file"]:
                content = (await self.road.api.call(self.team, "GET", paper["file"])).content
            paper["is_pdf"] = content.startswith(_PDF)
        return found

    # --------------------------------------------------------------------------------------------------- scenarios, letters

    async def imagine(self, campaign_id: str, funder_key: str, title: str, rule: Json) -> Json:
        said = {
            "organisation_id": self.road.cast.organisations["agglo"],
            "funder_id": self.road.cast.organisations[funder_key],
            "title": title,
            "shared": True,
            **rule,
        }
        return await self.road.api.post(self.team, f"{PROGRAMMING}/campaigns/{campaign_id}/scenarios/computed", said)

    async def compare(self, campaign_id: str, left: str, right: str) -> Json:
        path = f"{PROGRAMMING}/campaigns/{campaign_id}/scenarios/comparison"
        return await self.road.api.get(self.team, path, left=left, right=right)

    async def scenarios(self, campaign_id: str) -> list[Json]:
        return await self.road.api.pages(self.team, f"{PROGRAMMING}/campaigns/{campaign_id}/scenarios")

    async def notify_all(self, funder_key: str, campaign_id: str, committee_id: str, comment: str) -> Json:
        """Every answer of a funder that this session gave: tried first, then told; how far it went, once all is told."""
        who, api, path = self.road.cast.signatories[funder_key], self.road.api, f"{PROGRAMMING}/campaigns/{campaign_id}"
        said = {"funder_id": self.road.cast.organisations[funder_key], "committee_id": committee_id, "holder_comment": comment}
        await api.post(who, f"{path}/bulk-notifications", {**said, "dry_run": True})
        made = await api.post(who, f"{path}/bulk-notifications", said)
        progress: Json = {}

        async def told() -> bool:
            progress.update(await api.get(who, f"{PROGRAMMING}/bulk-notifications/{made['id']}"))
            return progress["finished_at"] is not None

        await patiently(told, seconds=_LETTERS_PATIENCE)
        return progress


def _at(committee_id: str) -> str:
    return f"{PROGRAMMING}/committees/{committee_id}"
