"""What the documents say, and how much of it: texts cut, budgets in brief, amounts in words. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson

from services.common.clock import in_paris
from services.common.language import day_in_words, euros

#: Accounts of the Cerfa's budget, as its form names them.
ACCOUNTS = {
    "60": "Achats",
    "61": "Services extérieurs",
    "62": "Autres services extérieurs",
    "63": "Impôts et taxes",
    "64": "Charges de personnel",
    "65": "Autres charges de gestion",
    "66": "Charges financières",
    "67": "Charges exceptionnelles",
    "68": "Dotations",
    "70": "Ventes et prestations",
    "71": "Production stockée",
    "72": "Production immobilisée",
    "73": "Dotations et tarification",
    "74": "Subventions",
    "75": "Autres produits de gestion",
    "76": "Produits financiers",
    "77": "Produits exceptionnels",
    "78": "Reprises",
    "79": "Transferts de charges",
}
#: A longer word would leave its column: it is broken.
_LONGEST_WORD = 35
#: Joiners, variation selectors and skin tones: nothing without the pictograph they go with.
_ATTACHED = re.compile("[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]")


#: What is looked at one by one: French is written without.
_UNUSUAL = re.compile("[^ -~\u00a0-\u017f\u2010-\u2027\u202f\u20ac]")


def printable(text: str) -> str:
    """The text without pictographs and control characters, which no font of the documents draws (PDF/UA refuses them)."""
    composed = _ATTACHED.sub("", unicodedata.normalize("NFC", text))
    return re.sub(" {2,}", " ", _UNUSUAL.sub(lambda found: " " if _undrawn(found[0]) else found[0], composed)).strip()


def _undrawn(character: str) -> bool:
    kind = unicodedata.category(character)
    return (
        kind in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or (kind == "So" and ord(character) > 0x2BFF) or ord(character) > 0x1EFFF
    )


def words(text: str, limit: int) -> list[str]:
    """The words of the text up to about `limit` characters, the last one "[…]" when some are left out. None is too long to break."""
    found: list[str] = []
    length = 0
    for word in printable(text.replace("\n", " ").replace("\t", " ")).split():
        pieces = [word[i : i + _LONGEST_WORD] for i in range(0, len(word), _LONGEST_WORD)]
        for piece in pieces:
            if length + len(piece) > limit:
                return [*found, "[…]"]
            found.append(piece)
            length += len(piece) + 1
    return found


def cut(text: str, limit: int) -> str:
    return " ".join(words(text, limit))


def shares(lengths: Sequence[int], weights: Sequence[int], room: int) -> list[int]:
    """How much of each text is kept within `room` characters: short ones whole, long ones by their weight of what is left."""
    given = [0] * len(lengths)
    waiting = sorted(range(len(lengths)), key=lambda i: lengths[i] / weights[i])
    for done, i in enumerate(waiting):
        given[i] = min(lengths[i], room * weights[i] // sum(weights[j] for j in waiting[done:]))
        room -= given[i]
    return given


def some(names: Sequence[str], most: int) -> str:
    """The first names, and how many more there are."""
    said = ", ".join(cut(name, 80) for name in names[:most])
    return said if len(names) <= most else f"{said} et {len(names) - most} de plus"


def percent(part: int, whole: int) -> str:
    """`12,5 %`; a dash of nothing."""
    return f"{100 * part / whole:.1f}".replace(".", ",").removesuffix(",0") + "\u00a0%" if whole else "–"


def natural(code: str) -> list[tuple[int, str]]:
    """A key that sorts codes as people do: 2 before 10, 1.2 before 1.10."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.findall(r"[0-9]+|[^0-9]+", code)]


def period(starts_on: date | None, ends_on: date | None) -> str:
    if starts_on is None or ends_on is None:
        return "Non précisé"
    return f"du {day_in_words(starts_on)} au {day_in_words(ends_on)}"


def instant(when: datetime) -> str:
    """`12 mars 2027 à 14 h 00`, in Paris."""
    local = in_paris(when)
    return f"{day_in_words(local.date())} à {local:%H}\u00a0h\u00a0{local:%M}"


def brief(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """A budget's side by account of two digits, with its total."""
    sums: dict[str, int] = {}
    for line in lines:
        account = str(line["account"])[:2]
        sums[account] = sums.get(account, 0) + int(line["amount_cents"])
    rows = [{"label": f"{a} {ACCOUNTS.get(a, '')}".strip(), "amount": euros(sums[a])} for a in sorted(sums)]
    return [*rows, {"label": "Total", "amount": euros(sum(sums.values()))}]


def total_of(lines: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(line["amount_cents"]) for line in lines)


def digest(session: Mapping[str, Any], dossier_ids: Sequence[Any]) -> str:
    """What a booklet says of its session: it is outdated once this differs. Attendance and decisions are not part of it."""
    said = [session[name] for name in ("title", "place", "starts_at", "kind")]
    return sha256(orjson.dumps([*said, [str(i) for i in dossier_ids]], default=str)).hexdigest()


# The programme


@dataclass(frozen=True)
class Supported:
    """An action and what each funder grants it."""

    reference: str
    title: str
    holder: str
    qpv_codes: tuple[str, ...]
    grants: tuple[tuple[Any, int], ...]

    @property
    def cents(self) -> int:
        return sum(cents for _, cents in self.grants)


def supported(rows: Iterable[Mapping[str, Any]]) -> list[Supported]:
    """The grants of `awards.figures.supported`, one action each."""
    by_dossier: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_dossier.setdefault(row["dossier_id"], []).append(row)
    return [
        Supported(
            own[0]["reference"],
            own[0]["title"],
            own[0]["holder_name"],
            tuple(own[0]["qpv_codes"]),
            tuple((row["funder_id"], row["granted_cents"]) for row in own),
        )
        for own in by_dossier.values()
    ]
