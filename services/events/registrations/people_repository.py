"""The SQL of lists, exports, answers, needs, new addresses and requests for links."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import ACTIVE, Attendee, AttendeeNeeds, Registration
from .people_models import EmailChange, LinkRequest

_R: Any = Registration.__table__  # type: ignore[attr-defined]
_A: Any = Attendee.__table__  # type: ignore[attr-defined]
_N: Any = AttendeeNeeds.__table__  # type: ignore[attr-defined]
_C: Any = EmailChange.__table__  # type: ignore[attr-defined]
_L: Any = LinkRequest.__table__  # type: ignore[attr-defined]

_event = bindparam("event_id", type_=sa.Uuid)
_limit = bindparam("limit", type_=sa.Integer)
_words = bindparam("patterns", type_=ARRAY(sa.Text))


def _any_of(column: Any, name: str) -> Any:
    """Whether the column is one of the values asked for; nothing asked, everything is."""
    asked = bindparam(name, type_=ARRAY(sa.Text))
    return sa.or_(asked.is_(None), sa.cast(column, sa.Text) == sa.func.any(asked))


def _folded(text: Any) -> Any:
    """As `texts.fold` folds the words that are looked for: without case nor the accents of French names."""
    plain = sa.func.translate(sa.func.lower(text), "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ’", "aaaaaaceeeeiiiinooooouuuuyy'")
    return sa.func.replace(sa.func.replace(plain, "œ", "oe"), "æ", "ae")


#: It still asks for something. (A list of values, `IN`, is not compiled once and for all.)
_active = sa.cast(_R.c.state, sa.Text) == sa.func.any(bindparam("active", value=list(ACTIVE), type_=ARRAY(sa.Text)))
_seat = sa.cast(bindparam("has_seat"), sa.Boolean)
_LISTED = [
    *(_A.c[name] for name in ("id", "registration_id", "given_name", "family_name", "function", "organisation_name")),
    *(_A.c[name] for name in ("organisation_id", "audience", "territory_code", "mode", "answers", "left_at")),
    *(_R.c[name] for name in ("session_id", "code", "state", "source", "contact_name", "contact_email", "contact_phone")),
    _A.c.pool_id.is_not(None).label("has_seat"),
    sa.func.coalesce(_A.c.email, _R.c.contact_email).label("email"),
    _R.c.created_at.label("registered_at"),
]
_NEEDS = [_N.c.dietary, _N.c.accessibility, _N.c.dietary_kinds, _N.c.accessibility_kinds]


def _listing(columns: Sequence[Any], source: Any) -> Any:
    after = sa.tuple_(bindparam("after_name", type_=sa.Text), bindparam("after_id", type_=sa.Uuid))
    return (
        sa.select(*columns)
        .select_from(source)
        .where(
            _A.c.event_id == _event,
            sa.tuple_(_A.c.family_name, _A.c.id) > after,
            _any_of(_A.c.mode, "modes"),
            _any_of(_A.c.audience, "audiences"),
            _any_of(_R.c.state, "states"),
            _any_of(_R.c.session_id, "sessions"),
            sa.or_(_seat.is_(None), _A.c.pool_id.is_not(None) == _seat),
            sa.or_(sa.cast(bindparam("with_those_who_left"), sa.Boolean), _A.c.left_at.is_(None)),
            sa.or_(
                _words.is_(None),
                _folded(
                    sa.func.concat_ws(
                        " ", _A.c.given_name, _A.c.family_name, _A.c.email, _A.c.organisation_name, _R.c.contact_email, _R.c.code
                    )
                ).like(sa.func.all(_words)),
            ),
        )
        .order_by(_A.c.family_name, _A.c.id)
        .limit(_limit)
    )


_people = _A.join(_R, _R.c.id == _A.c.registration_id)
#: Participants of an event with their registrations, in the order of their names.
ATTENDEES = _listing(_LISTED, _people)
ATTENDEES_WITH_NEEDS = _listing([*_LISTED, *_NEEDS], _people.outerjoin(_N, _N.c.attendee_id == _A.c.id))

#: Who is counted: they take part, or still may.
_counted = (_A.c.event_id == _event, _A.c.left_at.is_(None), _active)
COUNTED = sa.select(sa.func.count().label("count")).select_from(_people).where(*_counted)
#: Keys that were answered, whether or not the form still asks for them.
ANSWERED_KEYS = (
    sa.select(sa.func.jsonb_object_keys(_A.c.answers).label("key"))
    .distinct()
    .where(_A.c.event_id == _event)
    .order_by(sa.text("key"))
    .limit(_limit)
)
_keys = bindparam("keys", type_=ARRAY(sa.Text))
_each = sa.func.jsonb_each(_A.c.answers).table_valued("key", sa.column("value", sa.JSON)).lateral("each")
ANSWERED = (
    sa.select(_each.c.key, sa.func.count().label("count"))
    .select_from(_people.join(_each, sa.true()))
    .where(*_counted, _each.c.key == sa.func.any(_keys))
    .group_by(_each.c.key)
)
_listed = sa.case((sa.func.jsonb_typeof(_each.c.value) == "array", _each.c.value), else_=sa.func.jsonb_build_array(_each.c.value))
_one = sa.func.jsonb_array_elements(_listed).table_valued(sa.column("value", sa.JSON)).lateral("one")
ANSWERS = (
    sa.select(_each.c.key, _one.c.value, sa.func.count().label("count"))
    .select_from(_people.join(_each, sa.true()).join(_one, sa.true()))
    .where(*_counted, _each.c.key == sa.func.any(_keys))
    .group_by(_each.c.key, _one.c.value)
)

_needy = _people.join(_N, _N.c.attendee_id == _A.c.id)
NEEDS = (
    sa.select(
        _A.c.id.label("attendee_id"),
        *(_A.c[name] for name in ("id", "given_name", "family_name", "mode")),
        _A.c.pool_id.is_not(None).label("has_seat"),
        *_NEEDS,
    )
    .select_from(_needy)
    .where(
        *_counted,
        sa.tuple_(_A.c.family_name, _A.c.id)
        > sa.tuple_(bindparam("after_name", type_=sa.Text), bindparam("after_id", type_=sa.Uuid)),
    )
    .order_by(_A.c.family_name, _A.c.id)
    .limit(_limit)
)
_seated = (_A.c.event_id == _event, _A.c.left_at.is_(None), _R.c.state == "seated", _A.c.pool_id.is_not(None))
ON_SITE = sa.select(sa.func.count().label("count")).select_from(_people).where(*_seated, _A.c.mode == "on_site")


def _kinds(column: Any, *more: Any) -> Any:
    kind = sa.func.unnest(column).table_valued("kind").render_derived(name="kinds")
    return (
        sa.select(kind.c.kind, sa.func.count().label("count"))
        .select_from(_needy.join(kind, sa.true()))
        .where(*_seated, *more)
        .group_by(kind.c.kind)
    )


def _in_words(column: Any, *more: Any) -> Any:
    return sa.select(sa.func.count().label("count")).select_from(_needy).where(*_seated, column != "", *more)


#: Meals are eaten on site; captions and sign language are for those far away too.
DIETARY_KINDS, DIETARY_IN_WORDS = (
    _kinds(_N.c.dietary_kinds, _A.c.mode == "on_site"),
    _in_words(_N.c.dietary, _A.c.mode == "on_site"),
)
ACCESSIBILITY_KINDS, ACCESSIBILITY_IN_WORDS = _kinds(_N.c.accessibility_kinds), _in_words(_N.c.accessibility)

EVENTS_WITH_NEEDS = sa.select(_A.c.event_id).distinct().select_from(_A.join(_N, _N.c.attendee_id == _A.c.id))
_hers = sa.func.lower(_R.c.contact_email) == sa.func.lower(bindparam("email", type_=sa.Text))
OF_ADDRESS = sa.select(*_R.c).where(_R.c.event_id == _event, _hers, _active).order_by(_R.c.id).limit(bindparam("limit"))


async def put_needs(session: AsyncSession, attendee_id: UUID, values: dict[str, Any]) -> None:
    insert = upsert(_N).values(attendee_id=attendee_id, **values)
    await execute(session, insert.on_conflict_do_update(index_elements=[_N.c.attendee_id], set_=values))


async def forget_needs(session: AsyncSession, attendee_ids: Sequence[UUID]) -> int:
    return (await execute(session, sa.delete(_N).where(_N.c.attendee_id.in_(attendee_ids)))).rowcount


async def forget_useless_needs(session: AsyncSession) -> int:
    """Those of people who do not come any more."""
    gone = (
        sa.select(_A.c.id)
        .join(_R, _R.c.id == _A.c.registration_id)
        .where(sa.or_(_A.c.left_at.is_not(None), _R.c.state.not_in(ACTIVE)))
    )
    return (await execute(session, sa.delete(_N).where(_N.c.attendee_id.in_(gone)))).rowcount


async def last_position(session: AsyncSession, registration_id: UUID) -> int:
    found = await execute(session, sa.select(sa.func.max(_A.c.position)).where(_A.c.registration_id == registration_id))
    return int(found.scalar_one() or 0)


async def ask_email(session: AsyncSession, row: dict[str, Any]) -> None:
    """The latest address asked for takes the place of the one before."""
    await execute(session, sa.delete(_C).where(_C.c.registration_id == row["registration_id"]))
    await execute(session, sa.insert(_C).values(**row))


async def forget_email_change(session: AsyncSession, registration_id: UUID) -> None:
    await execute(session, sa.delete(_C).where(_C.c.registration_id == registration_id))


async def email_change(session: AsyncSession, change_id: UUID) -> EmailChange | None:
    asked = select(EmailChange).where(EmailChange.id == change_id).execution_options(populate_existing=True)
    return (await session.exec(asked)).first()


async def email_to_confirm(session: AsyncSession, registration_id: UUID) -> str | None:
    asked = sa.select(_C.c.email).where(_C.c.registration_id == registration_id, _C.c.confirmed_at.is_(None))
    found: str | None = (await execute(session, asked)).scalar_one_or_none()
    return found


async def note_link_request(session: AsyncSession, email_hash: str, origin: str, at: datetime) -> None:
    session.add(LinkRequest(email_hash=email_hash, origin=origin, at=at))
    await session.flush()


async def link_requests_about(session: AsyncSession, email_hash: str, since: datetime) -> int:
    counted = sa.select(sa.func.count()).where(_L.c.email_hash == email_hash, _L.c.at > since)
    return int((await execute(session, counted)).scalar_one())


async def link_requests_from(session: AsyncSession, origin: str, since: datetime) -> int:
    counted = sa.select(sa.func.count()).where(_L.c.origin == origin, _L.c.at > since)
    return int((await execute(session, counted)).scalar_one())


async def forget_requests(session: AsyncSession, before: datetime) -> None:
    """Addresses that were asked about, and new ones that never answered or long did."""
    await execute(session, sa.delete(_L).where(_L.c.at < before))
    await execute(session, sa.delete(_C).where(_C.c.due_at < before))
