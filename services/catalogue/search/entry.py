"""What the search engine is given of a published document. It knows nothing else of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Entry:
    """One published document as it is looked for, counted and shown in results.

    `theme_codes` and `territory_codes` hold what is above them too, so that a tree is counted at each of its levels.
    `dated` is the document's own date (`2016`, `2016-09` or `2016-09-14`), None when unknown.
    """

    document_id: UUID
    centre_id: UUID
    reference: str
    kind: str
    title: str
    abstract: str
    language: str
    dated: str | None
    published_at: datetime
    #: Nobody but the centre's documentalists finds it before.
    available_at: datetime
    members_only: bool
    theme_codes: Sequence[str] = ()
    territory_codes: Sequence[str] = ()
    organisations: Sequence[str] = ()
    publics: Sequence[str] = ()
    #: Authors, keywords, labels of themes and territories: found like the abstract.
    keywords: Sequence[str] = ()
    #: Text of the sections, then of the files, as plain words.
    sections: str = ""
    files: str = ""

    @property
    def year(self) -> int | None:
        return int(self.dated[:4]) if self.dated else None
