"""What agreements hold of people: who signed, whom the text was sent to. The signed paper is the contract itself: it is kept whole."""

from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.files import DISCARD
from services.common.jobs import enqueue
from services.common.personal_data import ANONYMOUS, Who
from services.common.resources import Resources

from ..personal import Erased, Signature, end_of_retention, is_named, mended
from . import drafting, letters, personal_repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each signature they recorded."""
    return await fetch(reader, personal_repository.RECORDED, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    erased = Erased()
    years = int(resources.settings.retention_signatures_years)
    for signature, text, agreement in await personal_repository.concerned(session, who):
        if not is_named(signature.name, who):
            continue
        until = end_of_retention(date(agreement.year, 12, 31), years)
        reference = f"{agreement.year}-{text.number}"
        found = Signature("agreement.signature", signature.id, reference, signature.name, signature.function, until)
        erased.signatures.append(found)
        erased.kept.append({"reference": reference, "what": "signature, signed paper", "until": until.isoformat()})
        signature.name, signature.function = ANONYMOUS, ""
        erased.count += 1
    for text in await personal_repository.written_to(session, who):
        text.recipient = ""  # mails to nobody are not sent
        erased.count += 1
    for text in await personal_repository.unsigned(session, who):
        if (said := mended(text.data, who)) != text.data:
            text.data, erased.count = said, erased.count + 1
            await enqueue(session, drafting.draw_text_again, text_id=str(text.id))
    await session.flush()
    return erased


async def forget_signatories(session: AsyncSession, day: date, limit: int) -> int:
    """Agreements of years over before that day: who signed goes, and so do the papers that say it; how many signatures and texts."""
    count = 0
    for signature in await personal_repository.signed_before(session, day.year, limit):
        if signature.name != ANONYMOUS:
            signature.name, signature.function, count = ANONYMOUS, "", count + 1
        if signature.file_key is not None:
            await enqueue(session, DISCARD, key=signature.file_key)
            signature.file_key = signature.file_size = signature.file_sha256 = None
    for text in await personal_repository.written_before(session, day.year, limit):
        if text.data != (said := letters.nameless(text.data)) or text.recipient:
            text.data, text.recipient, count = said, "", count + 1
            await enqueue(session, drafting.draw_text_again, text_id=str(text.id))
    await session.flush()
    return count
