"""From an outcome of an event to a draft. Pure: no database, no clock, no I/O."""

import re
from collections.abc import Sequence
from uuid import UUID

from services.common.texts import paragraphs

from ..documents.schemas import (
    Author,
    DocumentContent,
    DocumentKind,
    Link,
    Organisation,
    OrganisationRole,
    Readership,
    Relation,
    RelationKind,
    TargetKind,
)
from .schemas import ProposedOutcome

KINDS = {
    "replay": DocumentKind.VIDEO,
    "proceedings": DocumentKind.PROCEEDINGS,
    "support": DocumentKind.PRESENTATION,
}
_TITLE, _NAME, _SHORT, _PROSE = 400, 200, 120, 20_000
_PUBLICS = {
    "elected_official": Readership.ELECTED_OFFICIALS,
    "state": Readership.STATE_SERVICES,
    "local_authority": Readership.PROFESSIONALS,
    "association": Readership.ASSOCIATIONS,
    "landlord": Readership.SOCIAL_LANDLORDS,
    "resident": Readership.RESIDENTS,
    "researcher": Readership.RESEARCHERS,
}
_ADDRESS = re.compile(r"https?://[^\s<>\x22]{1,1990}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def origin(outcome_id: UUID) -> str:
    """Where its draft comes from, once for all."""
    return f"outcome:{outcome_id}"


def kind(outcome: ProposedOutcome) -> DocumentKind:
    return KINDS.get(outcome.role, DocumentKind.PRESENTATION)


def content(outcome: ProposedOutcome, *, themes: Sequence[str], territories: Sequence[str]) -> DocumentContent:
    """The draft of an outcome, `themes` and `territories` being those of its codes that the directory knows."""
    title = _line(outcome.title, _TITLE) or _line(outcome.event_title, _TITLE) or "Document d'un évènement"
    network, reference = _line(outcome.network_name, _NAME), _line(outcome.event_reference, _SHORT)
    publisher = Organisation(organisation_id=outcome.network_organisation_id, name=network, role=OrganisationRole.PUBLISHER)
    url = outcome.url if outcome.url and _ADDRESS.fullmatch(outcome.url) else None
    return DocumentContent(
        title=title,
        abstract=paragraphs(outcome.abstract).strip()[:_PROSE].rstrip(),
        dated=outcome.dated if outcome.dated and _DAY.fullmatch(outcome.dated) else None,
        authors=_authors(outcome),
        organisations=[publisher] if network else [],
        theme_codes=list(themes)[:20],
        territory_codes=list(territories)[:50],
        publics=list(dict.fromkeys(_PUBLICS[each] for each in outcome.audiences if each in _PUBLICS))[:10],
        keywords=[label for label in [_line(outcome.event_format, _SHORT)] if label],
        identifiers=[reference] if reference else [],
        links=[Link(url=url, label=title[:_NAME])] if url else [],
        relations=[Relation(kind=RelationKind.SUPPORT_OF, target=TargetKind.EVENT, target_id=outcome.event_id)],
    )


def _authors(outcome: ProposedOutcome) -> list[Author]:
    named = [(_line(each.name, _SHORT), _line(each.role, _SHORT)) for each in outcome.speakers]
    return [Author(name=name, role=role or None) for name, role in named if name][:50]


def _line(text: str, most: int) -> str:
    return " ".join(paragraphs(text).split())[:most].strip()
