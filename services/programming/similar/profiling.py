"""From submissions to profiles to overlaps: what the job of each minute does, a batch at a time."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row
from services.common.ids import new_id

from ..campaigns import service as campaigns
from ..contracts import service as contracts
from . import pairs, publics, repository, rules, texts

if TYPE_CHECKING:
    from ..contracts.models import Contract

#: Submissions of one transaction, dossiers compared by each of three ways to find them, holders of a manner of speaking.
_BATCH, _MOST, _COMMON = 50, 100, 40
#: A submission may be committed after a later one: the walk begins an hour before where it stopped.
_OVERLAP_MS = 3_600_000


async def profile_new(session: AsyncSession, *, now: datetime) -> bool:
    """Profile what was submitted since, and compare it with the rest. Says whether more waits. Run twice, it does nothing more."""
    mark = await repository.hold_mark(session)
    rows = await repository.unprofiled(session, _earlier(mark), _BATCH)
    for row in rows:
        campaign = await campaigns.get(session, row["campaign_id"])
        profile = profile_of(row, await contracts.get(session, campaign.contract_id))
        await repository.keep(session, profile)
        await _compare(session, profile, now)
    if rows:
        # An id drawn by a clock that is ahead does not make the walk pass over those to come.
        await repository.advance_mark(session, min(rows[-1]["id"], first_id_at(now)))
    return len(rows) == _BATCH


def first_id_at(instant: datetime) -> UUID:
    """The least id drawn at that instant (UUIDv7: the milliseconds come first)."""
    return UUID(int=int(instant.timestamp() * 1_000) << 80)


def _earlier(mark: UUID) -> UUID:
    """The first id of an hour before."""
    return UUID(int=max(0, (mark.int >> 80) - _OVERLAP_MS) << 80)


def profile_of(row: Row, contract: "Contract") -> Row:
    """The row of `action_profiles` for a submission: its id, dossier, number, campaign, holder, instant and snapshot."""
    kept, content = row["snapshot"], row["snapshot"]["content"]
    return {
        "dossier_id": row["dossier_id"],
        "number": row["number"],
        "campaign_id": row["campaign_id"],
        "contract_id": contract.id,
        "contract_code": contract.code,
        "holder_id": row["holder_id"],
        "action_id": UUID(kept["action_id"]),
        "title": kept["title"],
        **keys_of(contract, kept),
        "publics": publics.groups(each["label"] for each in content["publics"]),
        "starts_on": _day(kept["starts_on"]),
        "ends_on": _day(kept["ends_on"]),
        "charges_cents": kept["charges_cents"],
        "description": content["description"],
        "need": content["need"],
        "sketch": texts.sketch(f"{content['description']} {content['need']}"),
        "submitted_at": row["submitted_at"],
    }


def keys_of(contract: "Contract", codes: Mapping[str, Any]) -> dict[str, list[str]]:
    """`theme_keys` and `qpv_keys` of a dossier: themes belong to their contract, neighbourhoods bear their code of today."""
    themes = dict.fromkeys([*codes["objective_codes"], *codes["transversal_codes"]])
    today: dict[str, list[str]] = {}
    for qpv in contract.qpvs:
        for former in qpv.get("former_codes", ()):
            today.setdefault(former, []).append(qpv["code"])
    of_today = {qpv["code"] for qpv in contract.qpvs}
    places = {new for code in codes["qpv_codes"] for new in ([code] if code in of_today else today.get(code, [code]))}
    return {"theme_keys": sorted(f"{contract.code}:{code}" for code in themes), "qpv_keys": sorted(places)}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def submitted_of(profile: Row) -> rules.Submitted:
    """A profile as rules compare it."""
    return rules.Submitted(
        contract=profile["contract_code"],
        theme_keys=frozenset(profile["theme_keys"]),
        qpv_keys=frozenset(profile["qpv_keys"]),
        publics=frozenset(profile["publics"]),
        starts_on=profile["starts_on"],
        ends_on=profile["ends_on"],
        campaign_id=profile["campaign_id"],
        holder_id=profile["holder_id"],
        action_id=profile["action_id"],
        title=profile["title"],
        charges_cents=profile["charges_cents"],
        text=texts.Described(profile["description"], profile["need"]),
    )


async def _compare(session: AsyncSession, profile: Row, now: datetime) -> None:
    """Find what the new profile overlaps with, and keep it."""
    near = await repository.candidates(session, profile, most=_MOST, common=_COMMON)
    mine = submitted_of(profile)
    found = [_overlap(profile, mine, other, now) for other in await repository.profiles(session, near)]
    await pairs.replace(session, profile["dossier_id"], [row for row in found if row])


def _overlap(profile: Row, mine: rules.Submitted, other: Row, now: datetime) -> Row | None:
    """The row of `overlaps` for two profiles, or None when nothing is to be told."""
    theirs = submitted_of(other)
    common = rules.shared(mine, theirs)
    kind = rules.kind_of(mine, theirs, common)
    if kind is None:
        return None
    first, second = sorted((profile, other), key=lambda each: each["dossier_id"])
    return {
        "id": new_id(),
        "first_id": first["dossier_id"],
        "second_id": second["dossier_id"],
        "first_campaign_id": first["campaign_id"],
        "second_campaign_id": second["campaign_id"],
        "kind": kind,
        "score_bp": round(10_000 * common.score),
        "text_bp": round(10_000 * common.text),
        "why": [{name: value for name, value in asdict(why).items() if name != "values"} for why in rules.reasons(common)],
        "passages": texts.passages(*(texts.Described(each["description"], each["need"]) for each in (first, second))),
        "found_at": now,
    }
