"""Use cases of the public directory: cards kept by managers, people by their own consent, messages passed on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch, fetch_one
from services.common.etag import etag, require_version
from services.common.language import Text
from services.common.limits import retry_after
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound, PreconditionRequired, StaleVersion
from services.common.resources import Resources
from services.common.texts import fold, patterns

from ..accounts import service as accounts
from ..organisations import doors
from ..organisations.service import managed, require_living
from ..tables import KERNEL
from ..territories import service as territories
from ..themes import service as themes
from . import letters, repository, rules
from .errors import ActorCardRefused, NobodyAcceptsMessages, TooManyActorMessages
from .models import ActorCard, ActorMessage, ActorPerson
from .schemas import ActorCardWrite, ActorMessageCreate, ActorPersonWrite

#: What words are looked for in, besides labels.
_SEARCHED = ("name", "city", "presentation")


async def put(
    session: AsyncSession, caller: Principal, organisation_id: UUID, wish: ActorCardWrite, *, version: int | None, now: datetime
) -> tuple[dict[str, Any], bool]:
    """A manager writes the card, or replaces the version that was read; the card, and whether it is new."""
    organisation = await managed(session, caller, organisation_id)
    require_living(organisation)
    labels = await _labels_of(session, wish)
    card = await repository.lock(session, organisation_id)
    is_new = card is None
    if card is None:
        if version is not None:
            raise StaleVersion()
        card = ActorCard(
            organisation_id=organisation_id, kind="", name="", verified_at=now, updated_at=now, sort_name="", search_text=""
        )
        session.add(card)
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(card.version, version)
        card.version = version + 1
    for column, value in wish.model_dump().items():
        setattr(card, column, value)
    _face(card, organisation)
    card.search_text = fold(" ".join([*(getattr(card, name) or "" for name in _SEARCHED), *labels]))
    card.verified_at, card.updated_at, card.reminded_at = now, now, None
    await session.flush()
    await _note(session, organisation_id, "card.written", caller, now, {"is_published": card.is_published})
    return await _whole(await driver(session), card.model_dump()), is_new


async def confirm(session: AsyncSession, caller: Principal, organisation_id: UUID, *, now: datetime) -> dict[str, Any]:
    """A manager says that all of it is true today."""
    await managed(session, caller, organisation_id)
    card = await repository.lock(session, organisation_id)
    if card is None:
        raise NotFound()
    card.verified_at, card.reminded_at, card.version = now, None, card.version + 1
    await session.flush()
    await _note(session, organisation_id, "card.confirmed", caller, now, {})
    return await _whole(await driver(session), card.model_dump())


async def for_members(reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID) -> dict[str, Any]:
    """Published or not."""
    await doors.require_member(reader, caller, organisation_id)
    return await _whole(reader, await _card(reader, organisation_id))


async def public(reader: AsyncConnection[Row], organisation_id: UUID) -> dict[str, Any]:
    card = await _card(reader, organisation_id)
    if not card["is_published"]:
        raise NotFound()
    return await _whole(reader, card)


async def search(
    reader: AsyncConnection[Row],
    *,
    words: str,
    kinds: Sequence[str],
    theme_codes: Sequence[str],
    territory: str | None,
    after: Sequence[str],
    limit: int,
) -> list[dict[str, Any]]:
    """Published cards by name. A territory finds who covers it, what is around it, or a part of it."""
    after_name, after_id = after or ("", str(UUID(int=0)))
    asked = await _filters(reader, words, kinds, theme_codes, territory)
    paged = {**asked, "after_name": after_name, "after_id": UUID(after_id), "limit": limit}
    return await _labelled(reader, await fetch(reader, repository.LISTING, paged))


async def facets(
    reader: AsyncConnection[Row], *, words: str, kinds: Sequence[str], theme_codes: Sequence[str], territory: str | None
) -> list[dict[str, Any]]:
    rows = await fetch(reader, repository.FACETS, await _filters(reader, words, kinds, theme_codes, territory))
    named = await themes.labels(reader, [row["code"] for row in rows if row["facet"] == "theme"])
    places = await territories.labels(reader, [row["code"] for row in rows if row["facet"] == "territory"])
    named |= {code: place["name"] for code, place in places.items()}
    rows.sort(key=lambda row: (row["facet"], -row["count"], row["code"]))
    return [{**row, "label": named.get(row["code"], row["code"])} for row in rows]


async def appear(
    session: AsyncSession, caller: Principal, organisation_id: UUID, wish: ActorPersonWrite, *, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Somebody chooses to appear on the card of an organisation they belong to: nobody does it for them."""
    await doors.held(session, organisation_id)
    await doors.require_part(session, organisation_id, caller.account_id)
    if await repository.lock(session, organisation_id) is None:
        raise NotFound()
    person = await repository.person(session, organisation_id, caller.account_id)
    is_new = person is None
    if person is None:
        person = ActorPerson(organisation_id=organisation_id, account_id=caller.account_id, function="", consented_at=now)
        session.add(person)
    for column, value in wish.model_dump().items():
        setattr(person, column, value)
    person.consented_at = now
    await _touch(session, organisation_id, now)
    await _note(session, organisation_id, "card.person_consented", caller, now, {"account_id": str(caller.account_id)})
    return (await _people(await driver(session), [person.model_dump()]))[0], is_new


async def withdraw(session: AsyncSession, caller: Principal, organisation_id: UUID, *, now: datetime) -> None:
    """At once, and again without harm."""
    await doors.require_part(session, organisation_id, caller.account_id)
    if await repository.withdraw(session, organisation_id, caller.account_id):
        await _touch(session, organisation_id, now)
        await _note(session, organisation_id, "card.person_withdrew", caller, now, {"account_id": str(caller.account_id)})


async def write(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    wish: ActorMessageCreate,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Pass a message on: to who chose to be contacted, else to the managers when the card takes messages. No address is told."""
    card = await repository.lock(session, organisation_id)
    if card is None or not card.is_published:
        raise NotFound()
    listed = [each.account_id for each in await repository.people(session, organisation_id)]
    if wish.account_id is not None and wish.account_id not in listed:
        raise NobodyAcceptsMessages()
    to = "people" if listed else "managers"
    if not listed and not card.accepts_messages:
        raise NobodyAcceptsMessages()
    if await repository.sent_since(session, caller.account_id, now - rules.WINDOW) >= rules.MESSAGES_PER_HOUR:
        raise TooManyActorMessages(headers=retry_after(rules.WINDOW))
    if listed:
        chosen = [wish.account_id] if wish.account_id else listed
        readers = [await accounts.summary(session, each) for each in sorted(chosen)]
    else:
        readers = await doors.people(session, organisation_id, "manager")
    if not readers:
        raise NobodyAcceptsMessages()
    sender = await accounts.summary(session, caller.account_id)
    session.add(ActorMessage(organisation_id=organisation_id, sender_id=caller.account_id, sent_at=now))
    subject, text = letters.passed_on(card.name, sender.full_name, wish.subject, wish.text)
    for each in readers:
        await queue_mail(session, to=each.email, subject=subject, text=text, reply_to=sender.email)
    await _note(session, organisation_id, "card.message_passed_on", caller, now, {"to": to})
    return {"sent_at": now, "to": to}


async def follow(session: AsyncSession, organisation_id: UUID, *, now: datetime) -> None:
    """The organisation changed: so does its card. Dissolved, it is no actor any more."""
    card = await repository.lock(session, organisation_id)
    organisation = await doors.face(session, organisation_id)
    if card is None or organisation is None:
        return
    labels = await _labels_of(session, card)
    before = card.model_dump()
    _face(card, organisation)
    card.search_text = fold(" ".join([*(getattr(card, name) or "" for name in _SEARCHED), *labels]))
    card.is_published = card.is_published and organisation.dissolved_on is None
    if card.model_dump() != before:
        card.version, card.updated_at = card.version + 1, now
        await session.flush()


async def remind(session: AsyncSession, resources: Resources, *, now: datetime, limit: int) -> int:
    """Managers of cards nobody confirmed for a year are asked to; a crash leaves none asked twice. How many cards."""
    cards = await repository.to_confirm(session, now - rules.VERIFIED_FOR, now - rules.REMINDED_EVERY, limit)
    for card in cards:
        subject, text = letters.to_confirm(resources.settings.public_url, card.name, card.organisation_id)
        for manager in await doors.people(session, card.organisation_id, "manager"):
            await queue_mail(session, to=manager.email, subject=subject, text=text)
        card.reminded_at = now
    await repository.forget_messages(session, now - rules.WINDOW)
    await session.flush()
    return len(cards)


def as_json_ld(card: dict[str, Any], public_url: str) -> dict[str, Any]:
    """schema.org `Organization`; people are left out, since consent was given to this directory."""
    found = {
        "@context": "https://schema.org",
        "@type": rules.schema_type(card["kind"]),
        "@id": f"{public_url}/directory/v1/actors/{card['organisation_id']}",
        "name": card["name"],
        "description": card["presentation"],
        "url": card["website"],
        "email": card["public_email"],
        "telephone": card["public_phone"],
        "address": {"@type": "PostalAddress", "addressLocality": card["city"], "addressCountry": "FR"} if card["city"] else None,
        "areaServed": [{"@type": "AdministrativeArea", "name": each["label"]} for each in card["territories"]],
        "knowsAbout": [each["label"] for each in card["themes"]],
    }
    return {name: value for name, value in found.items() if value}


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _filters(
    reader: AsyncConnection[Row], words: str, kinds: Sequence[str], theme_codes: Sequence[str], territory: str | None
) -> dict[str, Any]:
    return {
        "patterns": patterns(words),
        "kinds": list(kinds) or None,
        "themes": list(theme_codes) or None,
        "territories": await territories.reach(reader, territory) if territory else None,
    }


async def _card(reader: AsyncConnection[Row], organisation_id: UUID) -> Row:
    card = await fetch_one(reader, repository.CARD, {"organisation_id": organisation_id})
    if card is None:
        raise NotFound()
    return card


async def _whole(reader: AsyncConnection[Any], card: Row) -> dict[str, Any]:
    (labelled,) = await _labelled(reader, [card])
    people = await fetch(reader, repository.PEOPLE, {"organisation_id": card["organisation_id"]})
    shown = await _people(reader, people)
    # Who left the organisation is gone from the card, whose version has not moved.
    mark = crc32(repr([(each["account_id"], each["full_name"], each["consented_at"]) for each in shown]).encode())
    return {**labelled, "people": shown, "etag": etag(card["version"], f"{mark:x}")}


async def _labelled(reader: AsyncConnection[Any], cards: Sequence[Row]) -> list[dict[str, Any]]:
    named = await themes.labels(reader, sorted({code for card in cards for code in card["theme_codes"]}))
    places = await territories.labels(reader, sorted({code for card in cards for code in card["territory_codes"]}))
    return [
        {
            **card,
            "themes": [{"code": code, "label": named.get(code, code)} for code in card["theme_codes"]],
            "territories": [
                {"code": code, "label": places[code]["name"] if code in places else code} for code in card["territory_codes"]
            ],
        }
        for card in cards
    ]


async def _people(reader: AsyncConnection[Any], people: Sequence[Row]) -> list[dict[str, Any]]:
    known = await accounts.summaries(reader, [each["account_id"] for each in people])
    found = []
    for each in people:
        person = known[each["account_id"]]
        found.append({**each, "full_name": person.full_name, "email": person.email if each["shows_email"] else None})
    return found


async def _labels_of(session: AsyncSession, wish: ActorCardWrite | ActorCard) -> list[str]:
    """Labels of its themes and territories; those nobody knows are refused."""
    reader = await driver(session)
    named = await themes.labels(reader, wish.theme_codes)
    places = await territories.labels(reader, wish.territory_codes)
    unknown = Text("Ce code n'est pas du référentiel.", "This code is not in the reference data.")
    errors = [FieldError(f"/theme_codes/{n}", unknown, "unknown") for n, code in enumerate(wish.theme_codes) if code not in named]
    errors += [
        FieldError(f"/territory_codes/{n}", unknown, "unknown") for n, code in enumerate(wish.territory_codes) if code not in places
    ]
    if wish.is_published and not wish.presentation:
        said = Text("Dites en quelques lignes ce qu'elle fait.", "Say in a few lines what it does.")
        errors.append(FieldError("/presentation", said, "missing"))
    if errors and isinstance(wish, ActorCardWrite):
        raise ActorCardRefused(errors=errors)
    return [*named.values(), *(place["name"] for place in places.values())]


def _face(card: ActorCard, organisation: doors.Organisation) -> None:
    card.kind, card.name, card.city = organisation.kind.value, organisation.name, organisation.city
    card.website, card.sort_name = organisation.website, organisation.sort_name


async def _touch(session: AsyncSession, organisation_id: UUID, now: datetime) -> None:
    """Readers see another card."""
    card = await repository.lock(session, organisation_id)
    if card is not None:
        card.version, card.updated_at = card.version + 1, now
    await session.flush()


async def _note(
    session: AsyncSession, organisation_id: UUID, act: str, caller: Principal, now: datetime, changes: dict[str, Any]
) -> None:
    resource = ("organisation", organisation_id)
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=resource, actor=caller, organisation_id=organisation_id, changes=changes
    )
