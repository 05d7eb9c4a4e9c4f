"""What printed agendas and minutes hold of people: who sat, who stepped out. They are drawn again without the name.

The hash of the new printing of signed minutes goes into the journal, after that of the one before.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import driver
from services.common.jobs import enqueue
from services.common.personal_data import Who
from services.common.resources import Resources

from ..committees import personal as committees
from ..personal import Erased, mended
from ..reviews import personal as reviews
from . import repository, rules, service


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    sat = await committees.concerned(session, who)
    recused = [row["dossier_id"] for row in await reviews.export(await driver(session), who) if row["dossier_id"]]
    return Erased(count=await _rewrite(session, [*sat, *await committees.about(session, recused)], lambda said: mended(said, who)))


async def forget(session: AsyncSession, committee_ids: Sequence[UUID]) -> int:
    """Papers of these sessions name nobody any more; how many did."""
    return await _rewrite(session, committee_ids, rules.nameless)


async def _rewrite(session: AsyncSession, committee_ids: Sequence[UUID], mend: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    changed = 0
    for paper in await repository.of_sessions(session, committee_ids):
        said = mend(paper.data)
        if said != paper.data:
            paper.data, changed = said, changed + 1
            paper.file_key = paper.file_size = paper.file_sha256 = paper.ready_at = None
            await enqueue(session, service.draw_session_paper, paper_id=str(paper.id))
    await session.flush()
    return changed
