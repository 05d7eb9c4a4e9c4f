"""What the table of rights needs of collaborators and sign-offs: somebody invited, and a sign-off asked for and given."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.common.ids import new_id
from services.programming.collaborators.models import SignOff, SignOffStatus
from tests.programming.collaborators.people import invite
from tests.programming.world import World
from tests.support import Person

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    collaborator_id, token = await invite(world, ids["dossier_id"], Person())
    now = world.running.clock.now()
    given = SignOff(
        dossier_id=UUID(ids["dossier_id"]),
        organisation_id=world.association,
        status=SignOffStatus.APPROVED,
        asked_by=new_id(),
        asked_at=now,
        decided_at=now,
        content_version=1,
    )
    async with world.running.resources.database.transaction() as session:
        session.add(given)
    return {
        "collaborator_id": collaborator_id,
        "invitation_token": token,
        "signing_organisation_id": str(world.association),
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "inviteCollaborator": {"email": "z@example.org", "part": "reader"},
        "changeCollaborator": {"part": "reader"},
        "acceptCollaboration": {"token": ids["invitation_token"]},
        "returnSignOff": {"word": "Z"},
        "setSignOffPolicy": {"required": False},
        "withdrawDossier": {"reason": "Z"},
    }
