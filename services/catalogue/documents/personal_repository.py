"""The SQL of what documents hold of people."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import Document, DocumentVersion

_D: Any = Document.__table__  # type: ignore[attr-defined]
_V: Any = DocumentVersion.__table__  # type: ignore[attr-defined]


def _address(table: Any) -> Any:
    """Of the contact. Looked for without an index: it is asked for once in a person's life, and costs nothing to those who write."""
    return sa.func.lower(table.c.content.op("#>>")(sa.text("'{experience,contact,email}'")))


def _has_contact(email: Any) -> Any:
    older = sa.select(_V.c.document_id).where(_address(_V) == email)
    return sa.or_(_address(_D) == email, _D.c.id.in_(older))


#: Documents whose contact has an address, in their working copy or in a version.
CONTACT_OF = (
    sa.select(_D.c.reference, _D.c.content["title"].astext.label("title"), _D.c.content["experience"]["contact"].label("contact"))
    .where(_has_contact(bindparam("email", type_=sa.String)))
    .order_by(_D.c.id)
)
#: Published documents whose authors are, among others, `authors`: the JSON of `{"authors": [{"name": …}]}`.
WRITTEN_BY = (
    sa.select(_D.c.reference, _V.c.content["title"].astext.label("title"), _V.c.published_at)
    .join(_V, sa.and_(_V.c.document_id == _D.c.id, _V.c.number == _D.c.published_version))
    .where(_V.c.content.op("@>")(bindparam("authors", type_=JSONB)))
    .order_by(_D.c.id)
)


async def naming(session: AsyncSession, email: str) -> list[Document]:
    """Documents whose contact has that address, in their working copy or in a version; locked."""
    found = select(Document).where(_has_contact(email)).order_by(col(Document.id)).with_for_update(of=Document)
    return list((await session.exec(found.execution_options(populate_existing=True))).all())
