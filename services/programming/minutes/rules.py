"""How agendas and minutes say things. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.common.clock import in_paris
from services.common.language import day_in_words

_PRESENCE = {"present": "présent", "represented": "représenté", "excused": "excusé"}


def without_avis(item: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the agenda for who has an interest in the dossier."""
    return {**item, "requests": [{**request, "opinion": "–", "proposed": "–"} for request in item["requests"]]}


def plain(text: str, limit: int = 2000) -> str:
    """One paragraph without what no font of the documents draws (PDF/UA refuses it), cut at a limit."""
    kept = "".join(" " if _undrawn(sign) else sign for sign in unicodedata.normalize("NFC", text))
    said = re.sub(r"\s+", " ", kept).strip()
    return said if len(said) <= limit else said[: limit - 1].rstrip() + "…"


def _undrawn(sign: str) -> bool:
    kind = unicodedata.category(sign)
    return kind in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or (kind == "So" and ord(sign) > 0x2BFF) or ord(sign) > 0x1EFFF


def instant(when: datetime) -> str:
    """`12 mars 2027 à 14 h 00`, in Paris."""
    local = in_paris(when)
    return f"{day_in_words(local.date())} à {local:%H}\u00a0h\u00a0{local:%M}"


def hours(starts_at: datetime, minutes: Iterable[int]) -> list[str]:
    """When each item begins, from the estimates: `14 h 00`, `14 h 10`…"""
    found, at = [], starts_at
    for each in minutes:
        found.append(f"{in_paris(at):%H}\u00a0h\u00a0{in_paris(at):%M}")
        at += timedelta(minutes=each)
    return found


def duration(minutes: int) -> str:
    """`2 h 05`, `40 min`."""
    whole, rest = divmod(minutes, 60)
    return f"{whole}\u00a0h\u00a0{rest:02d}" if whole else f"{rest}\u00a0min"


def attendance(members: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Who was around the table, as the secretary wrote it."""
    return [
        {
            "name": plain(str(member["name"]), 200),
            "person": plain(str(member.get("person") or ""), 200),
            "presence": _PRESENCE[str(member["presence"])] + ("" if member.get("voting", True) else ", sans voix délibérative"),
        }
        for member in members
    ]


def nameless(data: Mapping[str, Any]) -> dict[str, Any]:
    """A paper that says which organisations sat, stepped out or recused themselves, and no longer who in them."""
    said = dict(data)
    if "attendance" in said:
        said["attendance"] = [{**member, "person": ""} for member in said["attendance"]]
    said["items"] = [_nameless_item(item) for item in said.get("items", ())]
    return said


def _nameless_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """`Nom (organisation), déclaré le …` and `organisation, Nom (lien), le …`, as `content` and `conflicts` write them."""
    said = dict(item)
    if "deports" in said:
        said["deports"] = [re.sub(r"^.*? \(", "un représentant (", line) for line in said["deports"]]
    if "conflicts" in said:
        said["conflicts"] = [re.sub(r"^([^,(]*)(?:, [^(]*)? \(", r"\1 (", line) for line in said["conflicts"]]
    return said
