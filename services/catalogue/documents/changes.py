"""The readable difference of two contents: field by field, in French, exact. Pure: no database, no clock, no I/O.

Short fields show what they were and are; lists what came and went; long texts their hunks, word by word; sections are matched by
their title, then by their place. `applied` rebuilds the new content from the old one and the changes: nothing is left unsaid.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from services.common.differences import Effort, Hunk, Part, patched, runs, text_hunks
from services.common.language import Language, Text
from services.common.texts import fold

from .change_schemas import Change, ChangedPart, ChangeShape, ListedItem, TextHunk, TextPart

#: Every field of a content, in the order people read them.
LABELS: dict[str, Text] = {
    "title": Text("Titre", "Title"),
    "subtitle": Text("Sous-titre", "Subtitle"),
    "abstract": Text("Résumé", "Abstract"),
    "sections": Text("Rubriques", "Sections"),
    "experience": Text("Fiche expérience", "Experience"),
    "language": Text("Langue", "Language"),
    "dated": Text("Date du document", "Date of the document"),
    "authors": Text("Auteurs", "Authors"),
    "organisations": Text("Organisations", "Organisations"),
    "theme_codes": Text("Thèmes", "Themes"),
    "territory_codes": Text("Territoires", "Territories"),
    "publics": Text("Publics", "Publics"),
    "keywords": Text("Mots-clés", "Keywords"),
    "licence": Text("Licence", "Licence"),
    "access": Text("Accès", "Access"),
    "embargo_until": Text("Embargo jusqu'au", "Embargo until"),
    "extent": Text("Étendue", "Extent"),
    "identifiers": Text("Identifiants", "Identifiers"),
    "links": Text("Liens", "Links"),
    "files": Text("Fichiers", "Files"),
    "relations": Text("Relations", "Relations"),
}
_EXPERIENCE_LABELS = {
    "context": Text("Contexte", "Context"),
    "actions": Text("Actions", "Actions"),
    "results": Text("Résultats", "Results"),
    "reproducibility": Text("Conditions de reproductibilité", "Conditions of reproducibility"),
    "contact": Text("Contact", "Contact"),
}
_SECTION_LABELS = {
    "title": Text("Titre", "Title"),
    "body": Text("Texte", "Text"),
    "updated_on": Text("Mise à jour le", "Updated on"),
}
_LONG = frozenset(("abstract", "body", "context", "actions", "results", "reproducibility"))


def between(
    old: Mapping[str, Any], new: Mapping[str, Any], *, language: Language = "fr", effort: Effort | None = None
) -> list[Change]:
    """What changed from one content (as stored) to the other, in the order people read fields."""
    effort = effort or Effort()
    found: list[Change] = []
    for name, label in LABELS.items():
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        said, pointer = label.to(language), f"/{name}"
        if name == "sections":
            found.append(_sections(pointer, said, before or [], after or [], language, effort))
        elif name == "experience" and before and after:
            found += _fields(pointer, before, after, _EXPERIENCE_LABELS, language, effort)
        elif isinstance(before, list) and isinstance(after, list):
            found.append(_list(pointer, said, before, after, effort))
        else:
            found.append(_field(pointer, said, before, after, effort))
    return found


def applied(old: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """The new content: what the changes say, done to the old one."""
    found = dict(old)
    for change in changes:
        name, _, inner = change.pointer[1:].partition("/")
        if inner:
            found[name] = {**found[name], inner: _value_of(found[name].get(inner), change)}
        else:
            found[name] = _value_of(found.get(name), change)
    return found


def _value_of(before: Any, change: Change) -> Any:
    if change.shape is ChangeShape.TEXT:
        return patched(before, [Hunk(h.before_at, h.after_at, [Part(p.op, p.text) for p in h.parts]) for h in change.hunks])
    if change.shape is ChangeShape.LIST:
        gone = {item.position for item in change.removed}
        kept = [item for position, item in enumerate(before) if position not in gone]
        for item in change.added:
            kept.insert(item.position, item.value)
        return kept
    if change.shape is ChangeShape.PARTS:
        return [_part_of(before, part) for part in change.parts if part.op != "removed"]
    return change.after


def _part_of(before: Sequence[Any], part: ChangedPart) -> Any:
    if part.before_position is None:
        return part.value
    return applied(before[part.before_position], part.changes)


def _fields(
    pointer: str, old: Mapping[str, Any], new: Mapping[str, Any], labels: Mapping[str, Text], language: Language, effort: Effort
) -> list[Change]:
    return [
        _field(f"{pointer}/{name}", label.to(language), old.get(name), new.get(name), effort)
        for name, label in labels.items()
        if old.get(name) != new.get(name)
    ]


def _field(pointer: str, label: str, before: Any, after: Any, effort: Effort) -> Change:
    if pointer.rpartition("/")[2] in _LONG and isinstance(before, str) and isinstance(after, str):
        hunks = [
            TextHunk(before_at=h.before_at, after_at=h.after_at, parts=[TextPart(op=p.op, text=p.text) for p in h.parts])
            for h in text_hunks(before, after, effort)
        ]
        return Change(pointer=pointer, label=label, shape=ChangeShape.TEXT, hunks=hunks)
    return Change(pointer=pointer, label=label, shape=ChangeShape.VALUE, before=before, after=after)


def _list(pointer: str, label: str, before: Sequence[Any], after: Sequence[Any], effort: Effort) -> Change:
    removed: list[ListedItem] = []
    added: list[ListedItem] = []
    for run in runs([_key(item) for item in before], [_key(item) for item in after], effort):
        if not run.same:
            removed += [ListedItem(position=at, value=before[at]) for at in range(run.a, run.b)]
            added += [ListedItem(position=at, value=after[at]) for at in range(run.c, run.d)]
    return Change(pointer=pointer, label=label, shape=ChangeShape.LIST, removed=removed, added=added)


def _sections(
    pointer: str,
    label: str,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    language: Language,
    effort: Effort,
) -> Change:
    known = pairs(before, after)
    parts = []
    for position, section in enumerate(after):
        was = known.get(position)
        if was is None:
            parts.append(ChangedPart(op="added", after_position=position, title=section["title"], value=dict(section)))
            continue
        changes = _fields("", before[was], section, _SECTION_LABELS, language, effort)
        op = "changed" if changes else "same"
        parts.append(ChangedPart(op=op, before_position=was, after_position=position, title=section["title"], changes=changes))
    for position, section in enumerate(before):
        if position not in known.values():
            parts.append(ChangedPart(op="removed", before_position=position, title=section["title"], value=dict(section)))
    return Change(pointer=pointer, label=label, shape=ChangeShape.PARTS, parts=parts)


def pairs(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Place of each section now → its place before: the same title first, then the same text, then the same place."""
    found: dict[int, int] = {}
    free = set(range(len(before)))
    keys: tuple[Callable[[int, Mapping[str, Any]], Any], ...] = (
        lambda _, section: fold(section["title"]),
        lambda _, section: section["body"] or None,
        lambda position, _: position,
    )
    for key in keys:
        waiting: dict[Any, list[int]] = {}
        for position in sorted(free, reverse=True):
            waiting.setdefault(key(position, before[position]), []).append(position)
        for position, section in enumerate(after):
            sought = key(position, section)
            if position not in found and sought is not None and waiting.get(sought):
                found[position] = waiting[sought].pop()
                free.discard(found[position])
    return found


def _key(item: Any) -> bytes:
    return orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
