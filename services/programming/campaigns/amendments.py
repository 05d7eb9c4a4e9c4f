"""Amending the rules of an open campaign: what a dated notice may change, and how it enters into force."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.language import Text
from services.common.problems import FieldError

from . import form_rules, forms, freeze, repository, rules, service
from .errors import CampaignAmendmentRefused
from .form_schemas import CampaignAmendment, CharterChange
from .models import Campaign


async def hold_rules(session: AsyncSession, campaign_id: UUID) -> None:
    """Until the transaction ends no submission is judged by these rules. Call it first: the campaign's row comes after."""
    await repository.hold_rules(session, campaign_id, alone=True)


async def require_applicable(session: AsyncSession, campaign: Campaign, wish: CampaignAmendment, at: str) -> None:
    """Refuse, pointing under `at`, an amendment that changes nothing, or that the campaign could not have opened with."""
    errors: list[FieldError] = []
    if not wish.changes:
        errors.append(FieldError(at, Text("Dites ce qui change.", "Say what changes."), "nothing_changes"))
    lines = [(line.funder_id, line.code) for line in await service.charter_of(session, campaign.id)]
    errors += _charter_errors(wish.charter, lines, await service.objectives_of(session, campaign), at)
    if wish.criteria is not None:
        found = rules.criteria_errors([each.weight for each in wish.criteria], [each.code for each in wish.criteria])
        errors += [error._replace(pointer=at + error.pointer) for error in found]
    if wish.form is not None:
        forms.require_askable(wish.form, f"{at}/form")
        asked_when = wish.form.model_dump(mode="json")["asked_when"]
        errors += form_rules.unknown_choices(asked_when, lines, f"{at}/form/asked_when")
    if errors:
        raise CampaignAmendmentRefused(errors=errors)


def _charter_errors(
    changes: Sequence[CharterChange], lines: Sequence[tuple[UUID, str]], objectives: set[str], at: str
) -> list[FieldError]:
    errors = []
    for i, change in enumerate(changes):
        where = f"{at}/charter/{i}"
        line = (change.funder_id, change.budget_line)
        if line not in lines:
            said = Text("Cette ligne budgétaire n'est pas dans la campagne.", "This budget line is not in the campaign.")
            errors.append(FieldError(f"{where}/budget_line", said, "unknown_budget_line"))
        if line in [(before.funder_id, before.budget_line) for before in changes[:i]]:
            said = Text("Cette ligne est déjà modifiée plus haut.", "This line is already changed above.")
            errors.append(FieldError(f"{where}/budget_line", said, "repeated"))
        for j, code in enumerate(change.excluded_objective_codes):
            if code not in objectives:
                said = Text(
                    "Cet objectif n'est pas dans le cadre du contrat.", "This objective is not in the contract's framework."
                )
                errors.append(FieldError(f"{where}/excluded_objective_codes/{j}", said, "unknown_objective"))
    return errors


async def apply(session: AsyncSession, campaign_id: UUID, wish: CampaignAmendment, *, notice: int, now: datetime) -> Campaign:
    """The amendment enters into force, whole, in this transaction. The rules are held alone by the caller (`hold_rules`)."""
    campaign = await service.locked(session, campaign_id)
    if wish.form is not None:
        campaign.form = wish.form.form
        campaign.asked_when = wish.form.model_dump(mode="json")["asked_when"]
        campaign.form_number += 1
        freeze.keep_form(session, campaign, now)
    if wish.criteria is not None:
        campaign.criteria = [each.model_dump(mode="json") for each in wish.criteria]
    if wish.required_attachments is not None:
        campaign.required_attachments = wish.model_dump(mode="json")["required_attachments"]
    for change in wish.charter:
        line = await repository.line(session, campaign_id, change.funder_id, change.budget_line, lock=True)
        if line is not None:
            for name, value in change.model_dump(mode="json", exclude={"funder_id", "budget_line"}).items():
                setattr(line, name, value)
    campaign.version += 1
    await session.flush()
    said = {"notice": notice, "fields": wish.changes, "form_number": campaign.form_number}
    await service.note(session, campaign, "campaign.amended", None, now, **said)
    return campaign
