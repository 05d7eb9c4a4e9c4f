"""The life of a campaign and its funders' charter. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.clock import in_paris
from services.common.language import Text, euros
from services.common.problems import FieldError

from .models import CampaignStatus, Nature

#: Acts of the trade: name → (states it leaves from, state it leads to).
TRANSITIONS: dict[str, tuple[frozenset[CampaignStatus], CampaignStatus]] = {
    "opening": (frozenset({CampaignStatus.DRAFT}), CampaignStatus.OPEN),
    "closing": (frozenset({CampaignStatus.OPEN}), CampaignStatus.CLOSED),
    "instruction": (frozenset({CampaignStatus.CLOSED}), CampaignStatus.UNDER_REVIEW),
    "decision": (frozenset({CampaignStatus.UNDER_REVIEW}), CampaignStatus.DECIDED),
    "archiving": (frozenset({CampaignStatus.DECIDED}), CampaignStatus.ARCHIVED),
}


def status_at(stored: CampaignStatus, closes_at: datetime, now: datetime) -> CampaignStatus:
    """An open campaign is closed from its deadline on, whether or not somebody has said so."""
    return CampaignStatus.CLOSED if stored is CampaignStatus.OPEN and now > closes_at else stored


def accepts_submissions(
    stored: CampaignStatus, opens_at: datetime, closes_at: datetime, now: datetime, closed_at: datetime | None = None
) -> bool:
    """The deadline's own instant is still in time; a microsecond later is late.

    `now` is when the request arrived: one that arrived in time and waited is not late because the deadline has closed the campaign
    meanwhile (`closed_at`, not before `closes_at`). One closed early by its team is closed.
    """
    by_deadline = stored is CampaignStatus.CLOSED and closed_at is not None and closed_at >= closes_at
    return (stored is CampaignStatus.OPEN or by_deadline) and opens_at <= now <= closes_at


def opening_errors(
    *, funders: int, weights: Sequence[int], codes: Sequence[str] = (), objectives: int, closes_at: datetime, now: datetime
) -> list[FieldError]:
    """What is missing before people may be called: criteria that add up, a funder, a framework, a deadline to come."""
    errors = []
    if funders == 0:
        errors.append(FieldError("/funders", Text("Aucun financeur ne participe.", "No funder takes part."), "no_funder"))
    errors += criteria_errors(weights, codes)
    if objectives == 0:
        said = Text("Le contrat n'a pas encore de cadre adopté.", "The contract has no adopted framework yet.")
        errors.append(FieldError("/objective_codes", said, "no_framework"))
    if closes_at <= now:
        errors.append(FieldError("/closes_at", Text("La date limite est passée.", "The deadline has passed."), "deadline_passed"))
    return errors


def criteria_errors(weights: Sequence[int], codes: Sequence[str]) -> list[FieldError]:
    """A grid of criteria adds up to 100 and names each once."""
    errors = []
    if sum(weights) != 100:
        said = Text(f"Les poids des critères font {sum(weights)}, pas 100.", f"Weights add up to {sum(weights)}, not 100.")
        errors.append(FieldError("/criteria", said, "weights"))
    if len(set(codes)) < len(codes):
        said = Text("Deux critères portent le même code.", "Two criteria carry the same code.")
        errors.append(FieldError("/criteria", said, "repeated_code"))
    return errors


@dataclass(frozen=True)
class Line:
    """One rule of the charter, as the rooms above see it."""

    funder_id: UUID
    funder: str
    code: str
    label: str
    natures: tuple[str, ...]
    cap_cents: int | None
    max_share_bp: int | None
    excluded_objective_codes: frozenset[str]
    excluded_holder_kinds: frozenset[str]
    qpv_required: bool
    reason: str


@dataclass(frozen=True)
class Ask:
    """What is asked, as far as it is known: None and empty are "not said yet" and refuse nothing."""

    nature: Nature | None
    holder_kind: str
    objective_codes: Sequence[str] = ()
    qpv_codes: Sequence[str] | None = None
    amount_cents: int | None = None
    charges_cents: int | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a line cannot be asked: the clause of the charter, in words."""

    clause: str
    said: Text


def refusals(line: Line, ask: Ask) -> list[Refusal]:
    """Every clause of a charter rule that the ask breaks."""
    found: list[Refusal] = []
    who = f"{line.funder} ({line.label})"
    if ask.nature is not None and ask.nature.value not in line.natures:
        kinds = ", ".join(line.natures)
        found.append(Refusal("nature", Text(f"{who} ne finance que : {kinds}.", f"{who} only funds: {kinds}.")))
    if ask.holder_kind in line.excluded_holder_kinds:
        found.append(
            Refusal("holder_kind", Text(f"{who} ne finance pas ce type de porteur.", f"{who} does not fund this kind of holder."))
        )
    if excluded := sorted(line.excluded_objective_codes.intersection(ask.objective_codes)):
        codes = ", ".join(excluded)
        found.append(Refusal("objective", Text(f"{who} exclut l'objectif {codes}.", f"{who} excludes objective {codes}.")))
    if line.qpv_required and ask.qpv_codes is not None and not ask.qpv_codes:
        found.append(Refusal("qpv", Text(f"{who} exige au moins un QPV.", f"{who} requires at least one QPV.")))
    return found + _amount_refusals(line, ask, who)


def _amount_refusals(line: Line, ask: Ask, who: str) -> list[Refusal]:
    found: list[Refusal] = []
    if ask.amount_cents is None:
        return found
    if line.cap_cents is not None and ask.amount_cents > line.cap_cents:
        cap = euros(line.cap_cents)
        found.append(Refusal("cap", Text(f"{who} plafonne à {cap} par dossier.", f"{who} caps at {cap} a dossier.")))
    if line.max_share_bp is not None and ask.charges_cents and ask.amount_cents * 10_000 > line.max_share_bp * ask.charges_cents:
        share = f"{line.max_share_bp / 100:g}"
        fr = share.replace(".", ",")
        said = Text(f"{who} finance au plus {fr}\u00a0% des charges.", f"{who} funds at most {share}% of the charges.")
        found.append(Refusal("share", said))
    return found


def alternatives(lines: Iterable[Line], ask: Ask) -> list[Line]:
    """Whom to ask instead: the lines whose charter accepts such a dossier, whatever the amount."""
    free = Ask(ask.nature, ask.holder_kind, ask.objective_codes, ask.qpv_codes)
    return [line for line in lines if not refusals(line, free)]


def deadline_said(closes_at: datetime) -> Text:
    local = in_paris(closes_at)
    return Text(f"le {local:%d/%m/%Y à %H:%M:%S} (heure de Paris)", f"on {local:%Y-%m-%d at %H:%M:%S} (Paris time)")
