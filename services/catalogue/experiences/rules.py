"""From a closed dossier to a draft "fiche expérience". Pure: no database, no clock, no I/O."""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.common.texts import fold, paragraphs

from ..documents.schemas import (
    DocumentContent,
    Experience,
    Organisation,
    OrganisationRole,
    Readership,
    Relation,
    RelationKind,
    Section,
    TargetKind,
)
from .schemas import ClosedDossier, Indicator, PublicReached

_TITLE, _NAME, _SHORT, _PART = 400, 200, 120, 20_000
#: Words of a public's label → whom the sheet speaks of, in the catalogue's list; the label itself becomes a keyword.
_PUBLICS: Sequence[tuple[str, Readership]] = (
    ("conseil citoyen", Readership.CITIZENS_COUNCILS),
    ("conseils citoyens", Readership.CITIZENS_COUNCILS),
    ("bailleur", Readership.SOCIAL_LANDLORDS),
    ("elus", Readership.ELECTED_OFFICIALS),
    ("associations", Readership.ASSOCIATIONS),
    ("benevoles", Readership.ASSOCIATIONS),
    ("professionnel", Readership.PROFESSIONALS),
    ("travailleurs sociaux", Readership.PROFESSIONALS),
    ("services de l'etat", Readership.STATE_SERVICES),
    ("habitant", Readership.RESIDENTS),
    ("resident", Readership.RESIDENTS),
    ("locataire", Readership.RESIDENTS),
    ("famille", Readership.RESIDENTS),
    ("jeune", Readership.RESIDENTS),
    ("enfant", Readership.RESIDENTS),
    ("femme", Readership.RESIDENTS),
    ("parent", Readership.RESIDENTS),
    ("senior", Readership.RESIDENTS),
)
_THEME_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_TERRITORY_CODE = re.compile(r"[0-9A-Z-]{2,12}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<!\d)(?:\+33\s?(?:\(0\)\s?)?|0)[1-9](?:[ .\-\u00a0]?\d{2}){4}(?!\d)")
_TAKEN_OUT = "[coordonnées retirées]"


def asked_codes(dossier: ClosedDossier) -> tuple[list[str], list[str]]:
    """Codes that may be themes and territories of the directory: only those shaped like one are asked for."""
    themes = [*dossier.theme_codes, *dossier.objective_codes, *dossier.transversal_codes]
    return (
        list(dict.fromkeys(code for code in themes if len(code) <= 60 and _THEME_CODE.fullmatch(code)))[:20],
        list(dict.fromkeys(code for code in dossier.qpv_codes if _TERRITORY_CODE.fullmatch(code)))[:50],
    )


def content(dossier_id: UUID, dossier: ClosedDossier, *, themes: Sequence[str], territories: Sequence[str]) -> DocumentContent:
    """The draft of a dossier, `themes` and `territories` being those of its codes that the directory knows."""
    reference, holder = _line(dossier.reference, _SHORT), _line(dossier.holder_name, _NAME)
    lessons = _together(("Partenaires", dossier.partners), ("Difficultés rencontrées", dossier.difficulties))
    unknown = [code for code in dossier.qpv_codes if code not in territories]
    ended = dossier.ends_on or dossier.starts_on
    labels = [_line(each.label, _SHORT) for each in dossier.publics]
    return DocumentContent(
        title=_line(dossier.title, _TITLE) or reference or "Dossier clos",
        abstract=_abstract(dossier, holder),
        dated=ended.isoformat() if ended else None,
        organisations=[Organisation(organisation_id=dossier.holder_id, name=holder, role=OrganisationRole.AUTHOR)]
        if holder
        else [],
        theme_codes=list(themes)[:20],
        territory_codes=list(territories)[:50],
        publics=publics(labels),
        keywords=list(dict.fromkeys(label for label in [*labels, _line(dossier.contract_name, _SHORT)] if label))[:50],
        identifiers=[reference] if reference else [],
        experience=Experience(
            context=_prose(dossier.context),
            actions=_prose(dossier.actions),
            results=_prose(dossier.results),
            reproducibility=lessons[:_PART].rstrip(),
        ),
        sections=_sections(dossier, unknown),
        relations=[Relation(kind=RelationKind.RESULT_OF, target=TargetKind.DOSSIER, target_id=dossier_id)],
    )


def publics(labels: Iterable[str]) -> list[Readership]:
    """Whom the catalogue would call these publics, each once; a label no word of which is known gives nothing."""
    found = []
    for label in labels:
        words = fold(label)
        found += [public for word, public in _PUBLICS if re.search(rf"\b{word}", words)][:1]
    return list(dict.fromkeys(found))


def _abstract(dossier: ClosedDossier, holder: str) -> str:
    said = ["Action"]
    if holder:
        said.append(f"portée par {holder}")
    if dossier.contract_name:
        said.append(f"dans le cadre du contrat « {_line(dossier.contract_name, _NAME)} »")
    if dossier.starts_on and dossier.ends_on:
        said.append(f"du {dossier.starts_on:%d/%m/%Y} au {dossier.ends_on:%d/%m/%Y}")
    return " ".join(said) + f" (dossier {_line(dossier.reference, _SHORT)})."


def _sections(dossier: ClosedDossier, unknown: Sequence[str]) -> list[Section]:
    where = _prose(dossier.territory)
    if unknown:
        where = f"{where}\n\nAutres quartiers cités : {', '.join(_line(code, 20) for code in unknown)}.".strip()
    written = (
        ("Participation des habitants", _prose(dossier.participation)),
        ("Publics touchés", "\n".join(_public(each) for each in dossier.publics if _line(each.label, _SHORT))),
        ("Indicateurs", "\n".join(_indicator(each) for each in dossier.indicators if _line(each.label, _NAME))),
        ("Territoire", where),
        ("Suites envisagées", _prose(dossier.next_steps)),
    )
    return [Section(title=title, body=body) for title, body in written if body]


def _public(public: PublicReached) -> str:
    told = f"{public.actual_count} personnes" if public.actual_count is not None else "nombre non précisé"
    parts = [
        f"{public.planned_count} prévues" if public.planned_count is not None else "",
        f"{public.women} femmes" if public.women is not None else "",
        f"{public.men} hommes" if public.men is not None else "",
        f"{public.qpv_residents} habitant en QPV" if public.qpv_residents is not None else "",
    ]
    detail = ", ".join(part for part in parts if part)
    return f"- {_line(public.label, _SHORT)} : {told}" + (f" ({detail})" if detail else "")


def _indicator(indicator: Indicator) -> str:
    told = [("prévu", indicator.planned), ("réalisé", indicator.actual)]
    said = ", ".join(f"{word} {_line(value, 300)}" for word, value in told if value)
    return f"- {_line(indicator.label, _NAME)}" + (f" : {said}" if said else "")


def _together(*parts: tuple[str, str | None]) -> str:
    return "\n\n".join(f"**{title}**\n\n{text}" for title, said in parts if (text := _prose(said)))


def _line(text: str, most: int) -> str:
    return " ".join(without_reach(paragraphs(text)).split())[:most].strip()


def _prose(text: str | None) -> str:
    return without_reach(paragraphs(text or "")).strip()[:_PART].rstrip()


def without_reach(text: str) -> str:
    """Without mail addresses nor telephone numbers: what a holder wrote to a funder is not what the public reads."""
    return _PHONE.sub(_TAKEN_OUT, _MAIL.sub(_TAKEN_OUT, text))
