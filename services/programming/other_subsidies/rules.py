"""What all of a holder's subsidies add up to, against the legal thresholds. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from dateutil.relativedelta import relativedelta

from services.common.language import Text, euros
from services.common.problems import FieldError
from services.common.texts import fold

from .schemas import SubsidyState


@dataclass(frozen=True)
class Line:
    """A request in the state its holder was told: `granted` is None until then."""

    funder_id: UUID | None
    funder_name: str
    asked: int
    granted: int | None
    state: SubsidyState
    public: bool = True


@dataclass(frozen=True)
class Share:
    """What one funder is still asked, and grants, for the year."""

    funder_id: UUID | None
    funder_name: str
    waiting: int
    granted: int
    public: bool


@dataclass(frozen=True)
class Warned:
    code: str
    said: Text
    amount: int
    threshold: int
    if_granted: bool
    funder_id: UUID | None = None


def coherence(state: SubsidyState, granted_cents: int | None) -> list[FieldError]:
    """A subsidy granted has its amount, and no other has one."""
    if (state is SubsidyState.GRANTED) == (granted_cents is not None):
        return []
    said = Text("Un montant accordé va avec l'état « accordée ».", "An amount granted goes with the state “granted”.")
    return [FieldError("/granted_cents", said, "state")]


def shares(lines: Iterable[Line]) -> list[Share]:
    """By funder: the same one on the platform, or the same name outside of it; the largest grant first."""
    found: dict[object, list[Line]] = {}
    for line in lines:
        found.setdefault(line.funder_id or fold(line.funder_name), []).append(line)
    made = [
        Share(
            funder_id=its[0].funder_id,
            funder_name=its[0].funder_name,
            waiting=sum(line.asked for line in its if line.state is SubsidyState.ASKED),
            granted=sum(line.granted or 0 for line in its),
            public=any(line.public for line in its),
        )
        for its in found.values()
    ]
    return sorted(made, key=lambda share: (-share.granted, -share.waiting, share.funder_name))


def warnings(by_funder: Sequence[Share], *, agreement_above: int, accounts_above: int) -> list[Warned]:
    """Thresholds passed by what is granted, or by what would be if all that is asked were. They count public money only:
    an agreement per funder (loi n° 2000-321, art. 10), published accounts for all of them together (code de commerce, art. L612-4).
    """
    public = [share for share in by_funder if share.public]
    found = []
    for share in public:
        said = Text(
            f"{share.funder_name} : une convention est obligatoire au-delà de {euros(agreement_above)} par an.",
            f"{share.funder_name}: a written agreement is compulsory above {euros(agreement_above)} a year.",
        )
        found += _passed("agreement_required", said, share.granted, share.waiting, agreement_above, share.funder_id)
    said = Text(
        f"Au-delà de {euros(accounts_above)} d'argent public par an, les comptes sont publiés et certifiés.",
        f"Above {euros(accounts_above)} of public money a year, accounts are published and audited.",
    )
    granted, waiting = sum(share.granted for share in public), sum(share.waiting for share in public)
    return found + _passed("accounts_published", said, granted, waiting, accounts_above)


def _passed(code: str, said: Text, granted: int, waiting: int, threshold: int, funder_id: UUID | None = None) -> list[Warned]:
    if granted > threshold:
        return [Warned(code, said, granted, threshold, False, funder_id)]
    if granted + waiting > threshold:
        return [Warned(code, said, granted + waiting, threshold, True, funder_id)]
    return []


def window(today: date, years: int) -> date:
    """First day of the rolling years that end today (règlement (UE) 2023/2831, art. 3 § 2)."""
    first: date = today - relativedelta(years=years) + relativedelta(days=1)
    return first


def de_minimis_warnings(total: int, ceiling: int) -> list[Warned]:
    if total <= ceiling:
        return []
    said = Text(
        f"Aides de minimis : {euros(total)} reçus, pour un plafond de {euros(ceiling)}.",
        f"De minimis aids: {euros(total)} received, for a ceiling of {euros(ceiling)}.",
    )
    return [Warned("de_minimis_exceeded", said, total, ceiling, False)]
