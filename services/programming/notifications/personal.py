"""What notified answers hold of people: where the letter was sent, and whom it is addressed to for the holder.

The answer and its reasons stay, and so does whether its mail left; the letter is drawn again without the name, and not
sent again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.jobs import enqueue
from services.common.personal_data import Who
from services.common.resources import Resources

from ..dossiers import instruction
from ..dossiers import personal as dossiers
from ..personal import Erased, mended
from . import corrections, repository, service


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each answer that was sent to their address."""
    return await fetch(reader, repository.SENT_TO, {"email": who.email})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    """Letters of dossiers whose holder they represent are drawn again once the dossier no longer names them."""
    erased = Erased()
    answers, corrected = await repository.sent_to(session, who.email)
    for each in [*answers, *corrected]:
        each.recipient, erased.count = "", erased.count + 1
    named = await instruction.many(session, await dossiers.concerned(session, who))
    erased.count += await draw_again(session, [found.id for found, _ in named if mended(found.holder, who) != found.holder])
    return erased


async def forget_dossiers(session: AsyncSession, dossier_ids: Sequence[UUID]) -> None:
    """Where the letters of these dossiers were sent is forgotten."""
    answers, corrected = await repository.drawn_for(session, dossier_ids)
    for each in [*answers, *corrected]:
        each.recipient = ""
    await session.flush()


async def draw_again(session: AsyncSession, dossier_ids: Sequence[UUID]) -> int:
    """Letters of these dossiers say whom they are addressed to as the dossiers now do; how many."""
    answers, corrected = await repository.drawn_for(session, dossier_ids)
    for answer in answers:
        answer.letter_key = answer.letter_size = answer.letter_sha256 = answer.letter_ready_at = None
        await enqueue(session, service.write_letter, notification_id=str(answer.id))
    for correction in corrected:
        correction.letter_key = correction.letter_size = correction.letter_sha256 = correction.letter_ready_at = None
        await enqueue(session, corrections.write_correction, correction_id=str(correction.id))
    await session.flush()
    return len(answers) + len(corrected)
