"""How alike two actions are, and why. Pure: no database, no clock.

Weights and thresholds are ours; `make load --only overlaps` measures them on labelled pairs (tests/load/labelled_pairs.json).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from .models import OverlapKind
from .texts import Described, share, shared_count, words


@dataclass(frozen=True)
class Action:
    """An action as it is compared. Keys: objectives as `<contract>:<code>`, neighbourhoods by their code of today."""

    contract: str
    theme_keys: frozenset[str]
    qpv_keys: frozenset[str]
    publics: frozenset[str]
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class Submitted(Action):
    """An action as its dossier was submitted."""

    campaign_id: UUID
    holder_id: UUID
    action_id: UUID
    title: str
    charges_cents: int
    text: Described


@dataclass(frozen=True)
class Why:
    """One reason, for people; `share` in [0, 1] says how strongly, `values` what is in common."""

    code: str
    label: str
    share: float
    values: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Likeness:
    """How alike two actions are: the score in [0, 1] and the reasons, strongest first."""

    score: float
    why: Sequence[Why]


# What is in common


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def period_share(one: Action, other: Action) -> float:
    """Days in common over days of the shorter period; 0 when one is not dated."""
    if not (one.starts_on and one.ends_on and other.starts_on and other.ends_on):
        return 0.0
    days = (min(one.ends_on, other.ends_on) - max(one.starts_on, other.starts_on)).days + 1
    shorter = min((each.ends_on - each.starts_on).days + 1 for each in (one, other) if each.ends_on and each.starts_on)
    return max(0, days) / shorter if shorter > 0 else 0.0


#: A neighbourhood that is not the same, but of the same contract.
_NEIGHBOURING = 0.3


def place_share(one: Action, other: Action) -> float:
    """1 for the same neighbourhoods, whatever their generation; a part for others of the same contract."""
    same = jaccard(one.qpv_keys, other.qpv_keys)
    near = _NEIGHBOURING if one.contract == other.contract else 0.0
    return max(near, near + (1 - near) * same)


# Similar actions, for holders

_THEME, _PLACE, _PUBLIC, _PERIOD = 0.4, 0.25, 0.2, 0.15


def similar(one: Action, other: Action) -> Likeness | None:
    """Theme × QPV × public × period; None without an objective or a transversal concern in common."""
    theme = jaccard(one.theme_keys, other.theme_keys)
    if not theme:
        return None
    place, public, period = place_share(one, other), jaccard(one.publics, other.publics), period_share(one, other)
    why = [Why("theme", "Même objectif du contrat ou même enjeu transversal", theme, _codes(one.theme_keys & other.theme_keys))]
    if one.qpv_keys & other.qpv_keys:
        why.append(Why("qpv", "Même quartier", place, sorted(one.qpv_keys & other.qpv_keys)))
    elif place and other.qpv_keys:
        why.append(Why("qpv", "Quartier voisin, du même contrat de ville", place, sorted(other.qpv_keys)))
    if public:
        why.append(Why("public", "Même public", public, sorted(one.publics & other.publics)))
    if period:
        why.append(Why("period", "Même période", period))
    score = _THEME * theme + _PLACE * place + _PUBLIC * public + _PERIOD * period
    return Likeness(_within(score), sorted(why, key=lambda each: -each.share))


def _codes(keys: frozenset[str]) -> list[str]:
    return sorted(key.partition(":")[2] for key in keys)


def _within(score: float) -> float:
    return round(min(1.0, max(0.0, score)), 4)


# Probable duplicates and overlaps, for funders

_WEIGHTS: Mapping[str, float] = {
    "text": 0.60,
    "title": 0.15,
    "qpv_objective": 0.10,
    "period": 0.05,
    "holder": 0.05,
    "budget": 0.05,
}
#: Shares of text (or of title) from which something is said.
_SAME_TEXT, _SOME_TEXT, _SAME_TITLE, _CLOSE_TITLE = 0.45, 0.22, 0.75, 0.5
#: Shingles in common below which a share says nothing: a text of one sentence is soon the same.
_ENOUGH = 8
#: Budgets as close as this (a share of the larger) are the same one.
_SAME_BUDGET = 0.02


@dataclass(frozen=True)
class Shared:
    """What two submitted actions share, each in [0, 1] and the same both ways. `done` is the share of what is done, the
    need left aside; `shingles` counts runs of words in common. Both decide the kind, not the score."""

    text: float
    title: float
    qpv_objective: float
    period: float
    holder: float
    budget: float
    done: float = 0.0
    shingles: int = 0

    @property
    def score(self) -> float:
        """1 for an action and itself; never less for sharing more."""
        return _within(sum(weight * getattr(self, name) for name, weight in _WEIGHTS.items()))


def shared(one: Submitted, other: Submitted) -> Shared:
    larger = max(one.charges_cents, other.charges_cents)
    close = not larger or abs(one.charges_cents - other.charges_cents) <= _SAME_BUDGET * larger
    placed = one.qpv_keys == other.qpv_keys or bool(one.qpv_keys & other.qpv_keys)
    aimed = one.theme_keys == other.theme_keys or bool(one.theme_keys & other.theme_keys)
    return Shared(
        text=share(one.text, other.text),
        title=title_share(one.title, other.title),
        qpv_objective=float(placed and aimed),
        period=1.0 if (one.starts_on, one.ends_on) == (other.starts_on, other.ends_on) else period_share(one, other),
        holder=float(one.holder_id == other.holder_id),
        budget=float(close),
        done=share(one.text.done, other.text.done),
        shingles=shared_count(one.text, other.text),
    )


#: Words of titles that say nothing of the action.
_EMPTY = frozenset(words("a au aux avec chez d dans de des du en et l la le les leur leurs ou par pour s sa ses son sur un une"))


def title_share(one: str, other: str) -> float:
    """Words in common over all their words (Jaccard); those that say nothing do not count unless there are no others."""
    return jaccard(*(frozenset(words(each)) - _EMPTY or frozenset(words(each)) or frozenset({""}) for each in (one, other)))


def is_declared_renewal(one: Submitted, other: Submitted) -> bool:
    """The same action carried on, year after year, as its holder said: nothing to warn of."""
    return one.action_id == other.action_id and one.campaign_id != other.campaign_id and not period_share(one, other)


def kind_of(one: Submitted, other: Submitted, common: Shared) -> OverlapKind | None:
    """What a funder is told of the pair, if anything.

    A probable duplicate is one action submitted twice: the same text by two holders, or by one in one call for the same objective.
    An overlap is one holder's action asked elsewhere, another year or for another objective, or two that share a part.
    """
    if is_declared_renewal(one, other):
        return None
    some_text = common.text >= _SOME_TEXT and common.done >= _SOME_TEXT and common.shingles >= _ENOUGH
    same_text = some_text and common.text >= _SAME_TEXT
    same_title = common.title >= _SAME_TITLE
    if common.holder:
        alike = same_text or (same_title and (common.text >= _SOME_TEXT or bool(common.qpv_objective)))
        if alike and one.campaign_id == other.campaign_id and common.qpv_objective and common.period:
            return OverlapKind.PROBABLE_DUPLICATE
        return OverlapKind.OVERLAP if alike or (some_text and common.title >= _CLOSE_TITLE) else None
    if same_text:
        return OverlapKind.PROBABLE_DUPLICATE
    here_and_now = bool(common.qpv_objective and common.period)
    if here_and_now and same_title and common.text >= _SOME_TEXT:
        return OverlapKind.PROBABLE_DUPLICATE
    return OverlapKind.OVERLAP if some_text and (here_and_now or common.title >= _CLOSE_TITLE) else None


_LABELS: Mapping[str, str] = {
    "text": "Texte commun",
    "title": "Même titre, ou presque",
    "qpv_objective": "Même quartier et même objectif",
    "period": "Même période",
    "holder": "Même porteur",
    "budget": "Même budget",
}
#: From what share each is a reason.
_SAID_FROM: Mapping[str, float] = {"text": 0.1, "title": _CLOSE_TITLE}


def reasons(common: Shared) -> list[Why]:
    """Why the pair is told, heaviest first; the text's says how much of the smaller one is in the other."""
    said = []
    for code, weight in sorted(_WEIGHTS.items(), key=lambda each: -each[1] * getattr(common, each[0])):
        found: float = getattr(common, code)
        if weight and found >= _SAID_FROM.get(code, 0.01):
            label = f"{_LABELS[code]} : {round(100 * found)} % du plus court" if code == "text" else _LABELS[code]
            said.append(Why(code, label, round(found, 4)))
    return said
