"""What the clock brings to agreements: in force, ended, a year's dossier to make, a renewal to prepare."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import today_in_paris
from services.common.language import day_in_words, euros
from services.common.mail import queue_mail

from ..campaigns import service as campaigns
from ..dossiers.rules import months_after
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from . import repository, service
from .models import Cpo, CpoStatus, TrancheState

_ON_ITS_WAY = {CpoStatus.SIGNED, CpoStatus.IN_FORCE}


async def follow_the_calendar(session: AsyncSession, *, now: datetime) -> None:
    """Agreements come into force and end by themselves; what time did is written down once."""
    today = today_in_paris(now)
    for cpo_id in await repository.due_to_change(session, today):
        cpo = await repository.get(session, cpo_id, lock=True)
        if cpo is not None:
            await service.settle(session, cpo, today, now)


async def remind_of_dossiers(session: AsyncSession, *, now: datetime) -> None:
    """A tranche is confirmed, the year's campaign is there, and the holder made no dossier: one mail, once."""
    for row in await repository.to_remind(session):
        found = await campaigns.living_of_contract_year(session, row["contract_id"], row["year"])
        if not found:
            continue
        cpo = await repository.get(session, row["cpo_id"], lock=True)
        year = next(one for one in await repository.years(session, row["cpo_id"]) if one.year == row["year"])
        # Read again under the lock: another run, or the holder, may have been faster.
        if cpo is None or cpo.status not in _ON_ITS_WAY or year.reminded_at or year.dossier_id:
            continue
        year.reminded_at = now
        confirmed = [one for one in await repository.tranches(session, cpo.id) if one.year == year.year]
        total = sum(one.amount_cents for one in confirmed if one.state is TrancheState.CONFIRMED)
        await _mail_dossier(session, cpo, year.year, total, found[0].title)
        await service.note(session, cpo, "cpo.dossier_reminded", None, now, changes={"year": year.year})


async def _mail_dossier(session: AsyncSession, cpo: Cpo, year: int, total_cents: int, campaign: str) -> None:
    text = f"""Bonjour,

Les financeurs ont confirmé {euros(total_cents)} pour l'année {year} de votre convention {cpo.reference} « {cpo.title} ».

Il reste à déposer le dossier de l'année dans « {campaign} » : tout ce qui est connu y est déjà, seule l'attestation sur
l'honneur vous est demandée. Sans ce dépôt, les financeurs ne peuvent ni vous notifier ni vous payer ces montants.
"""
    subject = f"Dossier {year} à déposer – {cpo.reference}"
    if cpo.contact.get("email"):  # whoever it was may have been erased
        await queue_mail(session, to=str(cpo.contact["email"]), subject=subject, text=text)


async def announce_renewals(session: AsyncSession, *, now: datetime) -> None:
    """Some months before the end (a legal parameter), the holder is told and the agreement enters the due list; once."""
    today = today_in_paris(now)
    months = await parameters.value(session, Parameter.CPO_RENEWAL_MONTHS, today)
    for cpo_id in await repository.to_renew(session, months_after(today, months)):
        cpo = await repository.get(session, cpo_id, lock=True)
        if cpo is None or cpo.renewal_noted_at is not None or await _is_renewed(session, cpo_id):
            continue
        cpo.renewal_noted_at = now
        cpo.version += 1
        await session.flush()
        await _mail_renewal(session, cpo)
        await service.note(session, cpo, "cpo.renewal_due", None, now, changes={"ends_on": cpo.ends_on.isoformat()})


async def _is_renewed(session: AsyncSession, cpo_id: UUID) -> bool:
    return await repository.renewal_of(session, cpo_id) is not None


async def _mail_renewal(session: AsyncSession, cpo: Cpo) -> None:
    text = f"""Bonjour,

Votre convention {cpo.reference} « {cpo.title} » prend fin le {day_in_words(cpo.ends_on)}.

Son renouvellement se prépare dès maintenant : prenez contact avec l'équipe du contrat de ville, qui peut l'établir à partir
de la convention en cours.
"""
    subject = f"Renouvellement à préparer – {cpo.reference}"
    if cpo.contact.get("email"):  # whoever it was may have been erased
        await queue_mail(session, to=str(cpo.contact["email"]), subject=subject, text=text)
