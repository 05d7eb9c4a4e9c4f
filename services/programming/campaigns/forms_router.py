"""Forms of campaigns over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch_one
from services.common.etag import Version
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from . import forms, repository
from .form_schemas import CampaignFormRead, CampaignFormWrite
from .router import LEAD, tag_of
from .schemas import CampaignRead

forms_router = APIRouter(prefix="/programming/v1/campaigns", tags=["campaigns"], route_class=ActRoute)


@forms_router.put(
    "/{campaign_id}/form",
    operation_id="writeCampaignForm",
    summary="Write a draft campaign's form",
    response_model=CampaignRead,
    openapi_extra=right(LEAD),
)
async def write_form(
    campaign_id: UUID, wish: CampaignFormWrite, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Questions asked of every holder besides the Cerfa's, with their conditions. Frozen by the opening; then a notice amends them."""
    campaign = await forms.write(session, caller, campaign_id, wish, version=version, now=now)
    response.headers["ETag"] = tag_of(campaign.version, campaign.status)
    return campaign


@forms_router.delete(
    "/{campaign_id}/form",
    operation_id="removeCampaignForm",
    summary="Remove a draft campaign's form",
    response_model=CampaignRead,
    openapi_extra=right(LEAD),
)
async def remove_form(campaign_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """Ask nothing more than the Cerfa does."""
    campaign = await forms.write(session, caller, campaign_id, None, version=version, now=now)
    response.headers["ETag"] = tag_of(campaign.version, campaign.status)
    return campaign


@forms_router.get(
    "/{campaign_id}/forms/{form_number}",
    operation_id="readCampaignForm",
    summary="Read a version of a campaign's form",
    response_model=CampaignFormRead,
    openapi_extra=right("Anyone, once the campaign is open.", public=True),
)
async def read_form(campaign_id: UUID, form_number: int, reader: Reader, caller: MaybeCaller) -> Any:
    """The form as holders were given it under that number: dossiers keep the one they were submitted under."""
    organisations = caller.organisation_ids if caller else []
    values = {"campaign_id": campaign_id, "number": min(max(form_number, 0), 2**31 - 1), "organisations": organisations}
    row = await fetch_one(reader, repository.FORM, values)
    if row is None:
        raise NotFound()
    return row
