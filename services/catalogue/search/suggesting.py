"""What somebody may be typing: titles they may read, themes, terms of the trade."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from services.common.db import Row

from ..centres.service import Audience
from ..vocabulary import service as vocabulary
from . import repository, rules, statements
from .schemas import SuggestionKind
from .stems import stems
from .words import SPELT, STOPS, TITLE, words

#: A single letter begins too many words to say anything.
_SHORTEST = 2
_VOCABULARY = 3


async def suggestions(reader: AsyncConnection[Any], audience: Audience, typed: str, *, limit: int, now: datetime) -> list[Row]:
    """`Suggestion`s for what is typed so far, the last word unfinished unless a space follows it."""
    said = words(typed)[: rules.MOST_WORDS]
    if not said or len("".join(said)) < _SHORTEST:
        return []
    known = await stems(reader, said)
    *before, last = said
    # A word is finished or begun: both are looked for, in titles.
    conditions = [f"'{TITLE}{known[word]}'" for word in before if word not in STOPS and known.get(word)]
    conditions.append(f"'{SPELT}{last}':*")
    asked = {
        "matching": " & ".join(conditions),
        "beginning": " ".join(said) + "%",
        "kept_ids": list(audience.kept_ids),
        "centre_ids": list(audience.centre_ids),
        "now": now,
        "limit": limit,
    }
    themes = await vocabulary.begun_by(reader, typed, limit=_VOCABULARY)
    async with repository.planned(reader):
        titles = await repository.ids(reader, statements.TITLES, asked)
    items = [{"kind": row["kind"], "text": row["text"], "value": row["value"]} for row in themes]
    items += [{"kind": SuggestionKind.DOCUMENT.value, "text": row["title"], "value": str(row["document_id"])} for row in titles]
    return items[:limit]
