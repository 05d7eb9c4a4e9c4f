"""What the table of rights needs of surveys."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.events.surveys import links
from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A survey that is open, sent to who has a seat; the link is the participant's."""
    resources = world.running.resources
    now = resources.clock.now()
    form = '{"type": "object", "properties": {"rating": {"type": "integer", "minimum": 1, "maximum": 5}}}'
    (survey,) = await world.running.rows(
        "INSERT INTO surveys (id, event_id, form, automatic, closes_on, opened_at, sent_at, created_at, version)"
        " VALUES (gen_random_uuid(), %(event)s, %(form)s, true, '2100-01-01', %(now)s, %(now)s, %(now)s, 1) RETURNING id",
        event=ids["event_id"],
        form=form,
        now=now,
    )
    await world.running.rows(
        "INSERT INTO survey_invitations VALUES (%(survey)s, %(attendee)s, false) RETURNING survey_id",
        survey=survey["id"],
        attendee=ids["attendee_id"],
    )
    return {"survey_token": links.token(resources.settings, survey["id"], UUID(ids["attendee_id"]))}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"prepareSurvey": {"closes_on": "2099-01-01"}, "answerSurvey": {"answers": {"rating": 4}}}
