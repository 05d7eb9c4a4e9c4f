"""The OAI-PMH 2.0 repository of the platform: what everybody may read, and what they no longer may.

A document that never was everybody's does not exist here. Tokens hold all of the state: nothing is kept between two requests.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Row
from services.common.problems import InvalidCursor
from services.common.resources import Resources

from ..centres import service as centres
from ..centres.service import ANYONE
from ..documents import exchange, views
from ..documents.exchange import Span
from ..vocabulary import service as vocabulary
from . import rules, writing
from .schemas import ErrorCode, Refusal, Verb
from .writing import Element

ADDRESS = "/catalogue/oai"
#: Documents in a page.
PAGE = 100
#: Counting further costs more than a harvester's progress bar is worth.
_COUNTED = 20_000
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+")
_TOKENS = "oai-pmh"


@dataclass(frozen=True)
class _Place:
    """Where a list is at: what was asked, after which document, how many were given, when it began."""

    given: Mapping[str, str]
    after: tuple[datetime, UUID] | None = None
    cursor: int = 0
    size: int | None = None


@dataclass(frozen=True)
class _Repository:
    reader: AsyncConnection[Any]
    resources: Resources
    now: datetime

    @property
    def base_url(self) -> str:
        return str(self.resources.settings.public_url) + ADDRESS

    @property
    def host(self) -> str:
        return urlsplit(str(self.resources.settings.public_url)).hostname or "localhost"

    def identifier(self, reference: str) -> str:
        return f"oai:{self.host}:{reference}"


async def answer(reader: AsyncConnection[Any], resources: Resources, pairs: Iterable[tuple[str, str]], *, now: datetime) -> bytes:
    """The XML that answers these arguments, errors of the protocol included."""
    repository = _Repository(reader, resources, now)
    verb, given = None, dict[str, str]()
    at = await exchange.settled_at(reader, now=now)
    try:
        verb, given = rules.arguments(pairs)
        content: list[Element] | Refusal = await _content(repository, verb, given)
    except Refusal as refusal:
        content = refusal
    return writing.answer(repository.base_url, at, verb, given, content)


async def _content(repository: _Repository, verb: Verb, given: Mapping[str, str]) -> list[Element]:
    match verb:
        case Verb.IDENTIFY:
            return await _identify(repository)
        case Verb.LIST_METADATA_FORMATS:
            if "identifier" in given and (await _held(repository, given["identifier"]))["deleted"]:
                raise Refusal(ErrorCode.NO_METADATA_FORMATS, "This document is deleted: nothing describes it any more.")
            return writing.formats()
        case Verb.LIST_SETS:
            if "resumptionToken" in given:
                raise Refusal(ErrorCode.BAD_RESUMPTION_TOKEN, "The list of sets comes in one page.")
            return [writing.a_set(each.spec, each.name) for each in (await _sets(repository)).values()]
        case Verb.GET_RECORD:
            _require_format(given)
            return await _written(repository, [await _held(repository, given["identifier"])], whole=True)
        case Verb.LIST_IDENTIFIERS | Verb.LIST_RECORDS:
            return await _list(repository, verb, given)


async def _identify(repository: _Repository) -> list[Element]:
    emails = sorted({row["contact_email"] for row in await _centres(repository)})[:20]
    earliest = await exchange.earliest(repository.reader, now=repository.now)
    host = repository.host
    return writing.identify(
        name="Canevas – Catalogue",
        base_url=repository.base_url,
        emails=emails or [f"postmaster@{host}"],
        earliest=earliest or repository.now,
        host=host,
        example=repository.identifier("VTLR-2026-0042") if _DOMAIN.fullmatch(host) else None,
    )


async def _list(repository: _Repository, verb: Verb, given: Mapping[str, str]) -> list[Element]:
    place = _read_token(repository, verb, given["resumptionToken"]) if "resumptionToken" in given else _Place(given)
    _require_format(place.given)
    from_at, before_at = rules.span(place.given)
    asked = rules.asked_set(place.given.get("set"), await _sets(repository) if "set" in place.given else {})
    span = Span(from_at, before_at)
    if asked is not None:
        span = Span(from_at, before_at, asked.centre_code, asked.kind, asked.theme, asked.any_theme)
    rows = await exchange.page(repository.reader, span, after=place.after, limit=PAGE + 1, now=repository.now)
    kept = rows[:PAGE]
    if not kept and place.after is None:
        raise Refusal(ErrorCode.NO_RECORDS_MATCH, "Nothing matches these dates and this set.")
    found = await _written(repository, kept, whole=verb is Verb.LIST_RECORDS)
    more = len(rows) > PAGE
    size = place.size
    if more and place.after is None:
        size = await exchange.count(repository.reader, span, most=_COUNTED, now=repository.now)
    if more or place.after is not None:
        token = ""
        if more:
            last = (kept[-1]["stamp"], kept[-1]["id"])
            token = _write_token(repository, verb, _Place(place.given, last, place.cursor + len(kept), size))
        expires_at = repository.now + rules.TOKEN_LIVES
        found.append(writing.resumption(token, cursor=place.cursor, size=size, expires_at=expires_at))
    return found


async def _held(repository: _Repository, identifier: str) -> Row:
    beginning = repository.identifier("")
    row = None
    if identifier.startswith(beginning):
        row = await exchange.one(repository.reader, identifier.removeprefix(beginning), now=repository.now)
    if row is None:
        raise Refusal(ErrorCode.ID_DOES_NOT_EXIST, "There is no document of this identifier.")
    return row


async def _written(repository: _Repository, rows: list[Row], *, whole: bool) -> list[Element]:
    """Headers, or whole records, of these documents."""
    reader, settings = repository.reader, repository.resources.settings
    labels = await vocabulary.theme_labels(reader)
    heads = [
        writing.header(
            repository.identifier(row["reference"]),
            row["stamp"],
            [f"centre:{row['centre_code']}", f"kind:{row['kind']}", *(rules.theme_set(code, labels) for code in row["themes"])],
            deleted=row["deleted"],
        )
        for row in rows
    ]
    if not whole:
        return heads
    live = [row["content"] for row in rows if not row["deleted"]]
    spoken_of = {code for content in live for code in content["territory_codes"]}
    territories = {code: row["label"] for code, row in (await vocabulary.territory_labels(reader, spoken_of)).items()}
    targets = [UUID(each["target_id"]) for content in live for each in content["relations"] if each["target"] == "document"]
    others = await views.faces(reader, ANYONE, targets, now=repository.now) if targets else {}
    themes = {code: row["label"] for code, row in labels.items()}
    found = []
    for row, head in zip(rows, heads, strict=True):
        described = None
        if not row["deleted"]:
            ids = [UUID(each["target_id"]) for each in row["content"]["relations"] if each["target"] == "document"]
            related = [views.permalink(settings, others[each]["reference"]) for each in ids if each in others]
            permalink = views.permalink(settings, row["reference"])
            described = rules.dublin_core(row, permalink=permalink, themes=themes, territories=territories, related=related)
        found.append(writing.record(head, described))
    return found


async def _sets(repository: _Repository) -> dict[str, rules.Set]:
    return rules.sets(await _centres(repository), await vocabulary.theme_labels(repository.reader))


async def _centres(repository: _Repository) -> list[Row]:
    found: list[Row] = []
    after_code = ""
    while rows := await centres.listing(repository.reader, after_code=after_code, limit=500):
        found += rows
        after_code = rows[-1]["code"]
    return found


def _require_format(given: Mapping[str, str]) -> None:
    if given["metadataPrefix"] != rules.PREFIX:
        raise Refusal(ErrorCode.CANNOT_DISSEMINATE_FORMAT, f"Documents are described in {rules.PREFIX}.")


def _write_token(repository: _Repository, verb: Verb, place: _Place) -> str:
    after_at, after_id = place.after or (repository.now, UUID(int=0))
    keys = [
        *(place.given.get(name, "") for name in ("from", "until", "set")),
        after_at.isoformat(),
        after_id,
        place.cursor,
        "" if place.size is None else place.size,
        (repository.now + rules.TOKEN_LIVES).isoformat(),
    ]
    return repository.resources.cursors.write(f"{_TOKENS}:{verb.value}", keys)


def _read_token(repository: _Repository, verb: Verb, token: str) -> _Place:
    try:
        keys = repository.resources.cursors.read(f"{_TOKENS}:{verb.value}", token)
    except InvalidCursor as error:
        raise Refusal(ErrorCode.BAD_RESUMPTION_TOKEN, "This token is none of ours.") from error
    lower, upper, spec, after_at, after_id, cursor, size, expires_at = keys
    if datetime.fromisoformat(expires_at) <= repository.now:
        raise Refusal(ErrorCode.BAD_RESUMPTION_TOKEN, "This token has expired: begin the list again.")
    asked = {name: value for name, value in (("from", lower), ("until", upper), ("set", spec)) if value}
    after = (datetime.fromisoformat(after_at), UUID(after_id))
    return _Place({**asked, "metadataPrefix": rules.PREFIX}, after, int(cursor), int(size) if size else None)
