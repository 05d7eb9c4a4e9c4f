"""What changed between two states of a dossier: typed, field by field, in the order of the form. Pure: no database, no clock.

Texts show their hunks, word by word; money is in cents; budget lines are matched by account, funder and label, then by account; files
by their bytes. Each difference has a `key` that does not move with places in lists.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.common.differences import Effort, Hunk, text_hunks
from services.common.language import Language, Text
from services.common.texts import fold

State = Mapping[str, Any]
ADDED, REMOVED, CHANGED = "added", "removed", "changed"
VALUE, MONEY, TEXT, FILE = "value", "money", "text", "file"


@dataclass(frozen=True)
class Difference:
    key: str
    pointer: str
    label: Text
    change: str
    shape: str
    before: Any = None
    after: Any = None
    hunks: Sequence[Hunk] = field(default=(), compare=False)


_PLAIN = {
    "title": Text("Intitulé", "Title"),
    "nature": Text("Nature de la demande", "Nature of the request"),
    "renewal": Text("Renouvellement", "Renewal"),
    "multi_year": Text("Demande pluriannuelle", "Multi-year request"),
    "starts_on": Text("Début de l'action", "First day"),
    "ends_on": Text("Fin de l'action", "Last day"),
    "exercise_starts_on": Text("Début de l'exercice", "First day of the accounting year"),
}
_HOLDER = {
    "name": Text("Nom du porteur", "Holder's name"),
    "siret": Text("SIRET", "SIRET"),
    "rna": Text("RNA", "RNA"),
    "address": Text("Adresse du porteur", "Holder's address"),
    "legal_representative": Text("Représentant légal", "Legal representative"),
}
_CODES = {
    "qpv_codes": Text("Quartier prioritaire", "Priority neighbourhood"),
    "objective_codes": Text("Objectif du contrat", "Objective of the contract"),
    "transversal_codes": Text("Enjeu transversal", "Transversal concern"),
}
_TEXTS = {
    "need": Text("Besoin", "Need"),
    "description": Text("Description de l'action", "Description"),
    "territory": Text("Territoire", "Territory"),
    "means": Text("Moyens", "Means"),
    "calendar": Text("Calendrier", "Calendar"),
    "indicators": Text("Indicateurs", "Indicators"),
}
_CONTACT = {
    "full_name": Text("Personne à contacter", "Contact"),
    "email": Text("E-mail du contact", "Contact's e-mail"),
    "phone": Text("Téléphone du contact", "Contact's telephone"),
}
_BUDGET = {
    "charges": Text("Charge", "Charge"),
    "produits": Text("Produit", "Produit"),
    "voluntary_uses": Text("Emploi des contributions volontaires", "Use of voluntary contributions"),
    "voluntary_resources": Text("Contribution volontaire", "Voluntary contribution"),
}


def between(old: State, new: State) -> list[Difference]:
    """What changed from one state (as submissions keep it) to the other."""
    effort = Effort()
    found = list(_fields("", old, new, _PLAIN))
    found += _fields("/holder", old.get("holder") or {}, new.get("holder") or {}, _HOLDER)
    found += _fields("/contact", old.get("contact") or {}, new.get("contact") or {}, _CONTACT)
    for name, label in _CODES.items():
        found += _codes(name, label, old.get(name) or [], new.get(name) or [])
    before, after = old.get("content") or {}, new.get("content") or {}
    for name, label in _TEXTS.items():
        found += _text(f"/content/{name}", label, before.get(name) or "", after.get(name) or "", effort)
    found += _publics(before.get("publics") or [], after.get("publics") or [])
    found += _answers(old.get("answers") or {}, new.get("answers") or {}, effort)
    for name, label in _BUDGET.items():
        lines = [(state.get("budget") or {}).get(name) or [] for state in (old, new)]
        found += _lines(f"/budget/{name}", label, *lines)
    found += _requests(old.get("requests") or [], new.get("requests") or [])
    if "attachments" in old and "attachments" in new:  # the first submissions kept here do not say what was joined
        found += _files(old["attachments"] or [], new["attachments"] or [])
    return found


def marked(former: State, start: State, now: State) -> list[tuple[Difference, str]]:
    """What a renewal changes of the dossier it renews, each with its origin: the copy itself, or its holder since."""
    since = {one.key for one in between(start, now)}
    return [(one, "holder" if one.key in since else "renewal") for one in between(former, now)]


def _fields(where: str, old: State, new: State, labels: Mapping[str, Text]) -> Iterable[Difference]:
    for name, label in labels.items():
        before, after = old.get(name), new.get(name)
        if (before or None) != (after or None):
            yield Difference(f"{where}/{name}", f"{where}/{name}", label, _change(before, after), VALUE, before, after)


def _change(before: Any, after: Any) -> str:
    if before in (None, "", [], {}):
        return ADDED
    return REMOVED if after in (None, "", [], {}) else CHANGED


def _text(where: str, label: Text, before: str, after: str, effort: Effort) -> list[Difference]:
    if before == after:
        return []
    hunks = text_hunks(before, after, effort)
    return [Difference(where, where, label, _change(before, after), TEXT, before, after, hunks)]


def _codes(name: str, label: Text, old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    gone = [
        Difference(f"/{name}#{code}", f"/{name}/{i}", label, REMOVED, VALUE, before=code)
        for i, code in enumerate(old)
        if code not in new
    ]
    come = [
        Difference(f"/{name}#{code}", f"/{name}/{i}", label, ADDED, VALUE, after=code)
        for i, code in enumerate(new)
        if code not in old
    ]
    return gone + come


def _answers(old: State, new: State, effort: Effort) -> list[Difference]:
    """Answers to a campaign's own form, whose questions are the campaign's: their code is their label."""
    found: list[Difference] = []
    for name in dict.fromkeys([*old, *new]):
        before, after, where = old.get(name), new.get(name), f"/answers/{_escaped(name)}"
        label = Text(f"Question « {name} »", f"Question “{name}”")
        if all(isinstance(value, str) or value is None for value in (before, after)):
            found += _text(where, label, before or "", after or "", effort)
        elif before != after:
            found.append(Difference(where, where, label, _change(before, after), VALUE, before, after))
    return found


def _escaped(name: str) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


Key = Callable[[Mapping[str, Any]], Any]


def paired(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], keys: Sequence[Key]) -> dict[int, int]:
    """Place of each element now → its place before, by the first key first; each is matched once, in order."""
    found: dict[int, int] = {}
    free = dict.fromkeys(range(len(old)))
    for key in keys:
        waiting: dict[Any, list[int]] = {}
        for i in reversed(free):
            waiting.setdefault(key(old[i]), []).append(i)
        for j, one in enumerate(new):
            if j not in found and waiting.get(key(one)):
                found[j] = waiting[key(one)].pop()
                del free[found[j]]
    return found


def _told(
    where: str,
    label: Callable[[Mapping[str, Any]], Text],
    old: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
    keys: Sequence[Key],
    shape: str,
    value: Callable[[Mapping[str, Any]], Any],
) -> list[Difference]:
    """Elements of a list that came, went or changed; what came and went shows whole."""
    known = paired(old, new, keys)

    def key(one: Mapping[str, Any]) -> str:
        return f"{where}#{keys[0](one)}"

    found = []
    for i, one in enumerate(old):
        if i not in known.values():
            found.append(Difference(key(one), f"{where}/{i}", label(one), REMOVED, shape, before=value(one)))
    for j, one in enumerate(new):
        if j not in known:
            found.append(Difference(key(one), f"{where}/{j}", label(one), ADDED, shape, after=value(one)))
        elif value(old[known[j]]) != value(one):
            found.append(Difference(key(one), f"{where}/{j}", label(one), CHANGED, shape, value(old[known[j]]), value(one)))
    return found


def _publics(old: Sequence[State], new: Sequence[State]) -> list[Difference]:
    return _told(
        "/content/publics",
        lambda one: Text(f"Public « {one['label']} »", f"Public “{one['label']}”"),
        old,
        new,
        [lambda one: fold(one["label"])],
        VALUE,
        lambda one: {"label": one["label"], "count": one.get("count")},
    )


def _lines(where: str, label: Text, old: Sequence[State], new: Sequence[State]) -> list[Difference]:
    return _told(
        where,
        lambda one: Text(
            f"{label.fr} {one['account']} – {one['label']}",
            f"{label.en} {one['account']} – {one['label']}",
        ),
        old,
        new,
        [
            lambda one: (one["account"], one.get("funder_id"), fold(one["label"])),
            lambda one: (one["account"], one.get("funder_id")),
        ],
        MONEY,
        lambda one: {"account": one["account"], "label": one["label"], "amount_cents": one["amount_cents"]},
    )


def _requests(old: Sequence[State], new: Sequence[State]) -> list[Difference]:
    return _told(
        "/requests",
        lambda one: Text(f"Demande sur la ligne {one['budget_line']}", f"Request on line {one['budget_line']}"),
        old,
        new,
        [lambda one: one["funder_id"]],
        MONEY,
        lambda one: {name: one[name] for name in ("funder_id", "budget_line", "amount_cents")},
    )


def _files(old: Sequence[State], new: Sequence[State]) -> list[Difference]:
    return _told(
        "/attachments",
        lambda one: Text(f"Pièce « {one['kind']} »", f"Attachment “{one['kind']}”"),
        old,
        new,
        [lambda one: (one["kind"], one["sha256"]), lambda one: one["sha256"], lambda one: one["kind"]],
        FILE,
        lambda one: {name: one[name] for name in ("kind", "name", "size", "sha256")},
    )


def shown(one: Difference, language: Language) -> dict[str, Any]:
    """A difference as callers receive it. A text that changed shows its hunks rather than twice its whole."""
    hunks = [
        {"before_at": h.before_at, "after_at": h.after_at, "parts": [{"op": p.op, "text": p.text} for p in h.parts]}
        for h in one.hunks
    ]
    whole = not (one.shape == TEXT and one.change == CHANGED)
    return {
        "pointer": one.pointer,
        "label": one.label.to(language),
        "change": one.change,
        "shape": one.shape,
        "before": one.before if whole else None,
        "after": one.after if whole else None,
        "hunks": hunks,
    }


def delta(old: State, new: State, name: str) -> int:
    return int(new.get(name) or 0) - int(old.get(name) or 0)
