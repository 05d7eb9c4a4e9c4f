"""What each person has to do, and by when; reminders and digests. HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.common import layout
from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import links, service
from .schemas import DueBucket, DueCountsRead, DueItemRead, DueKind, ReminderPreferencesRead, ReminderPreferencesWrite

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["due-lists"])

OWN = "Anyone signed in, for themselves."
EndingToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{20,200}$", description="From the link of a mail.")]
_GUARDED = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@router.get(
    "/me/due",
    operation_id="listMyDue",
    summary="What one has to do",
    response_model=Page[DueItemRead],
    openapi_extra=right(OWN),
)
async def list_my_due(
    request: Request,
    response: Response,
    reader: Reader,
    caller: Caller,
    now: Now,
    kind: Annotated[list[DueKind], Query(description="Any of these.")] = [],  # noqa: B006
    organisation_id: Annotated[UUID | None, Query(description="For this organisation of yours.")] = None,
    when: Annotated[DueBucket | None, Query(description="Late, today, in the six days after, later, or without a day.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Everything that waits for you in your organisations and by your roles, the soonest first, what has no day last. Where one line
    stands for many, `count` says how many."""
    wanted = service.Filters(kind, organisation_id, when)
    after = read_cursor(request, cursor)
    rows = await service.listing(reader, caller, wanted, after=after, limit=limit + 1, now=now)
    return page(request, response, rows, limit, service.cursor_key)


@router.get(
    "/me/due/counts",
    operation_id="countMyDue",
    summary="How much one has to do",
    response_model=DueCountsRead,
    openapi_extra=right(OWN),
)
async def count_my_due(reader: Reader, caller: Caller, now: Now) -> Any:
    """Late, today, within six days, later, without a day; and by kind. Days are Paris days."""
    return await service.counts(reader, caller, now=now)


@router.get(
    "/me/reminder-preferences",
    operation_id="getReminderPreferences",
    summary="How one is reminded",
    response_model=ReminderPreferencesRead,
    openapi_extra=right(OWN, persons_only=True),
)
async def get_preferences(request: Request, response: Response, session: Snapshot, caller: Caller) -> Any:
    """Nothing is written to you before you set this: `version` is then 0, and `If-Match` is its tag all the same."""
    found = await service.preferences(session, caller)
    response.headers["ETag"] = etag(found.version)
    return not_modified(request, etag(found.version)) or found


@router.put(
    "/me/reminder-preferences",
    operation_id="setReminderPreferences",
    summary="Choose how one is reminded",
    response_model=ReminderPreferencesRead,
    openapi_extra=right(OWN, persons_only=True),
)
async def set_preferences(
    wish: ReminderPreferencesWrite,
    response: Response,
    session: Session,
    caller: Caller,
    resources: Held,
    now: Now,
    version: Version,
) -> Any:
    """One mail a day, a week, or none. Mails go to the confirmed address of your account and speak of your organisations of today:
    set it again when either changes."""
    found = await service.choose(session, resources, caller, wish, version=version, now=now)
    response.headers["ETag"] = etag(found.version)
    return found


_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A small page.", "content": {"text/html": {"schema": {"type": "string"}}}}
}
_MAILED = right("Whoever holds the mail.", public=True, refusals=(404,))


@router.get(
    "/reminder-endings/{ending_token}",
    operation_id="showReminderEnding",
    summary="See what unsubscribing ends",
    response_class=HTMLResponse,
    responses=_PAGE,
    openapi_extra=_MAILED,
)
async def show_ending(ending_token: EndingToken, resources: Held) -> Response:
    """A button. Opening the page changes nothing: programs that check the links of mails unsubscribe nobody."""
    links.account_of(resources.settings, ending_token)
    sentence = "Plus aucun rappel ne vous sera écrit. Votre liste reste sur la plateforme."
    return HTMLResponse(layout.question("Ne plus recevoir ces rappels", sentence, "Me désinscrire"), headers=_GUARDED)


@router.post(
    "/reminder-endings/{ending_token}",
    operation_id="endReminders",
    summary="Unsubscribe in one click",
    response_class=HTMLResponse,
    responses=_PAGE,
    openapi_extra=_MAILED,
)
async def end_reminders(ending_token: EndingToken, session: Session, resources: Held, now: Now) -> Response:
    """For mail programs (RFC 8058) and for the button of the page. Done twice, no harm."""
    await service.end(session, links.account_of(resources.settings, ending_token), now=now)
    return HTMLResponse(layout.answer("C'est fait", "Plus aucun rappel ne vous sera écrit."), headers=_GUARDED)
