"""The rules of the dossier: budget, completeness, charter, clocks, outcome. Pure: no database, no clock, no I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta

from services.common.clock import in_paris
from services.common.language import Text, euros
from services.common.problems import FieldError

from ..campaigns import rules as charter
from ..campaigns.schemas import Nature
from .models import DossierStatus, RequestStatus
from .schemas import Budget, Contact, Content, ProduitLine, VoluntaryLine

_ACCOUNTS_74 = "74"


@dataclass(frozen=True)
class Asked:
    """A request, as rules see it."""

    funder_id: UUID
    budget_line: str
    amount_cents: int


@dataclass(frozen=True)
class Draft:
    """Everything a completeness report looks at."""

    title: str
    nature: Nature | None
    holder_kind: str
    starts_on: date | None
    ends_on: date | None
    qpv_codes: Sequence[str]
    objective_codes: Sequence[str]
    transversal_codes: Sequence[str]
    content: Content
    contact: Contact
    budget: Budget
    requests: Sequence[Asked]
    attachment_kinds: frozenset[str]
    exercise_starts_on: date | None = None


@dataclass(frozen=True)
class Rulebook:
    """What the campaign asks of a dossier."""

    year: int
    qpv_codes: frozenset[str]
    objective_codes: frozenset[str]
    transversal_codes: frozenset[str]
    outside_qpv_allowed: bool
    required_attachments: Mapping[str, Sequence[Mapping[str, str]]]
    lines: Sequence[charter.Line]


# Budget


def total(lines: Iterable[object]) -> int:
    return sum(line.amount_cents for line in lines)  # type: ignore[attr-defined]


def budget_errors(budget: Budget, requests: Sequence[Asked]) -> list[FieldError]:
    """The accounting rules of the Cerfa: charges = produits, 86 = 87, whole euros, each request equal to its lines 74."""
    if not budget.charges and not budget.produits:
        return [FieldError("/budget", Text("Le budget est à remplir.", "The budget is to be filled in."), "missing")]
    return [*_whole_euros(budget), *_balance(budget), *_voluntary(budget), *_lines_74(budget, requests)]


def _whole_euros(budget: Budget) -> list[FieldError]:
    said = Text("Le budget se tient en euros entiers.", "The budget is kept in whole euros.")
    groups = ("charges", "produits", "voluntary_uses", "voluntary_resources")
    return [
        FieldError(f"/budget/{group}/{i}/amount_cents", said, "whole_euros")
        for group in groups
        for i, line in enumerate(getattr(budget, group))
        if line.amount_cents % 100
    ]


def _balance(budget: Budget) -> list[FieldError]:
    charges, produits = total(budget.charges), total(budget.produits)
    if charges == produits:
        return []
    gap = euros(abs(charges - produits))
    more = Text("les charges dépassent les produits", "charges exceed produits")
    less = Text("les produits dépassent les charges", "produits exceed charges")
    side = more if charges > produits else less
    said = Text(f"Le budget n'est pas équilibré : {side.fr} de {gap}.", f"The budget does not balance: {side.en} by {gap}.")
    return [FieldError("/budget", said, "unbalanced")]


def _voluntary(budget: Budget) -> list[FieldError]:
    errors = _misplaced("voluntary_uses", "86", budget.voluntary_uses)
    errors += _misplaced("voluntary_resources", "87", budget.voluntary_resources)
    uses, resources = total(budget.voluntary_uses), total(budget.voluntary_resources)
    if uses != resources:
        said = Text(
            f"Les contributions volontaires diffèrent : {euros(uses)} en 86, {euros(resources)} en 87.",
            f"Voluntary contributions differ: {euros(uses)} in 86, {euros(resources)} in 87.",
        )
        errors.append(FieldError("/budget/voluntary_uses", said, "voluntary_unbalanced"))
    return errors


def _misplaced(group: str, account: str, lines: Sequence[VoluntaryLine]) -> list[FieldError]:
    said = Text(f"Un compte {account} est attendu ici.", f"An account {account} is expected here.")
    return [
        FieldError(f"/budget/{group}/{i}/account", said, "account")
        for i, line in enumerate(lines)
        if not line.account.startswith(account)
    ]


def _lines_74(budget: Budget, requests: Sequence[Asked]) -> list[FieldError]:
    errors = []
    asked = {request.funder_id: (i, request) for i, request in enumerate(requests)}
    in_budget: dict[UUID, int] = {}
    for i, line in enumerate(budget.produits):
        if line.funder_id is None:
            continue
        in_budget[line.funder_id] = in_budget.get(line.funder_id, 0) + line.amount_cents
        errors += _line_74(i, line, line.funder_id in asked)
    for funder_id, (i, request) in asked.items():
        written = in_budget.get(funder_id, 0)
        if written != request.amount_cents:
            said = Text(
                f"La demande est de {euros(request.amount_cents)} mais le budget porte {euros(written)} en 74 pour ce financeur.",
                f"The request is {euros(request.amount_cents)} but the budget has {euros(written)} on account 74 for this funder.",
            )
            errors.append(FieldError(f"/requests/{i}/amount_cents", said, "differs_from_line_74"))
    return errors


def _line_74(i: int, line: ProduitLine, asked: bool) -> list[FieldError]:
    if not line.account.startswith(_ACCOUNTS_74):
        said = Text("Une demande à un financeur s'inscrit au compte 74.", "What a funder is asked goes on account 74.")
        return [FieldError(f"/budget/produits/{i}/account", said, "account")]
    if not asked:
        said = Text(
            "Ce financeur figure au budget mais rien ne lui est demandé.", "This funder is in the budget but is asked nothing."
        )
        return [FieldError(f"/budget/produits/{i}/funder_id", said, "not_asked")]
    return []


# Charter


def ask_of(draft: Draft, request: Asked | None = None) -> charter.Ask:
    return charter.Ask(
        nature=draft.nature,
        holder_kind=draft.holder_kind,
        objective_codes=draft.objective_codes,
        qpv_codes=draft.qpv_codes,
        amount_cents=request.amount_cents if request else None,
        charges_cents=total(draft.budget.charges) or None,
    )


def charter_errors(draft: Draft, lines: Sequence[charter.Line]) -> list[FieldError]:
    """Each ask the charter refuses: the clause, the funder's reason, and whom to ask instead."""
    known = {(line.funder_id, line.code): line for line in lines}
    errors = []
    for i, request in enumerate(draft.requests):
        line = known.get((request.funder_id, request.budget_line))
        if line is None:
            said = Text("Ce financeur n'a pas cette ligne dans cette campagne.", "This funder has no such line in this campaign.")
            errors.append(FieldError(f"/requests/{i}/budget_line", said, "unknown_budget_line"))
            continue
        errors += [
            FieldError(f"/requests/{i}", _with_way_out(refusal, line, draft, lines), f"charter_{refusal.clause}")
            for refusal in charter.refusals(line, ask_of(draft, request))
        ]
    return errors


def _with_way_out(refusal: charter.Refusal, line: charter.Line, draft: Draft, lines: Sequence[charter.Line]) -> Text:
    reason = f" {line.reason}" if line.reason else ""
    others = [f"{other.funder} ({other.label})" for other in charter.alternatives(lines, ask_of(draft)) if other is not line]
    if refusal.clause in {"cap", "share"}:
        fr, en = " Réduisez ce montant ou répartissez-le.", " Lower this amount or spread it."
    elif others:
        fr, en = f" À qui demander : {', '.join(others)}.", f" Whom to ask instead: {', '.join(others)}."
    else:
        fr, en = " Aucun autre financeur de la campagne ne le prend en charge.", " No other funder of the campaign covers it."
    return Text(refusal.said.fr + reason + fr, refusal.said.en + reason + en)


# Completeness

SECTIONS = {
    "title": "action",
    "nature": "action",
    "starts_on": "calendar",
    "ends_on": "calendar",
    "exercise_starts_on": "calendar",
    "renews_id": "action",
    "qpv_codes": "territory",
    "objective_codes": "territory",
    "transversal_codes": "territory",
    "content": "action",
    "answers": "answers",
    "contact": "holder",
    "budget": "budget",
    "requests": "requests",
    "attachments": "attachments",
    "holder": "holder",
}


def section_of(pointer: str) -> str:
    return SECTIONS.get(pointer.split("/")[1], "action")


def completeness(draft: Draft, book: Rulebook) -> list[FieldError]:
    """Everything that stands between the draft and its submission, in the order of the form."""
    return [
        *_identity_errors(draft),
        *_calendar_errors(draft, book.year),
        *_exercise_errors(draft, book.year),
        *_territory_errors(draft, book),
        *_content_errors(draft.content),
        *budget_errors(draft.budget, draft.requests),
        *_request_errors(draft),
        *charter_errors(draft, book.lines),
        *_attachment_errors(draft, book.required_attachments),
    ]


def _missing(pointer: str, fr: str, en: str) -> FieldError:
    return FieldError(pointer, Text(fr, en), "missing")


def _identity_errors(draft: Draft) -> list[FieldError]:
    errors = []
    if not draft.title.strip():
        errors.append(_missing("/title", "Donnez un intitulé.", "Give a title."))
    if draft.nature is None:
        errors.append(
            _missing(
                "/nature",
                "Dites s'il s'agit d'une action, de fonctionnement ou d'investissement.",
                "Say whether it is an action, running costs or investment.",
            )
        )
    if not draft.contact.full_name.strip():
        errors.append(_missing("/contact/full_name", "Nommez la personne à contacter.", "Name the person to contact."))
    if draft.contact.email is None:
        errors.append(
            _missing("/contact/email", "Donnez l'adresse e-mail de la personne à contacter.", "Give that person's e-mail.")
        )
    return errors


def _calendar_errors(draft: Draft, year: int) -> list[FieldError]:
    if draft.starts_on is None or draft.ends_on is None:
        pointer = "/starts_on" if draft.starts_on is None else "/ends_on"
        return [_missing(pointer, "Donnez les dates de début et de fin.", "Give the first and last days.")]
    if draft.ends_on < draft.starts_on:
        said = Text("La fin précède le début.", "It ends before it starts.")
        return [FieldError("/ends_on", said, "ends_before_start")]
    if draft.starts_on.year > year or draft.ends_on.year < year:
        said = Text(
            f"L'action doit se dérouler au moins en partie en {year}.", f"The action must take place at least partly in {year}."
        )
        return [FieldError("/starts_on", said, "outside_year")]
    return []


def _exercise_errors(draft: Draft, year: int) -> list[FieldError]:
    first, last = exercise(year, draft.exercise_starts_on)
    if first.year <= year <= last.year:
        return []
    said = Text(
        f"L'exercice dure douze mois, dont une partie au moins en {year}.",
        f"The accounting year lasts twelve months, part of which at least is in {year}.",
    )
    return [FieldError("/exercise_starts_on", said, "outside_year")]


def _territory_errors(draft: Draft, book: Rulebook) -> list[FieldError]:
    errors = []
    if not draft.qpv_codes and not book.outside_qpv_allowed:
        errors.append(
            _missing("/qpv_codes", "Choisissez au moins un quartier prioritaire.", "Choose at least one priority neighbourhood.")
        )
    if not draft.objective_codes:
        errors.append(
            _missing(
                "/objective_codes", "Choisissez au moins un objectif du contrat.", "Choose at least one objective of the contract."
            )
        )
    for field, codes, known in (
        ("qpv_codes", draft.qpv_codes, book.qpv_codes),
        ("objective_codes", draft.objective_codes, book.objective_codes),
        ("transversal_codes", draft.transversal_codes, book.transversal_codes),
    ):
        said = Text("Ce code n'est pas dans le contrat.", "This code is not in the contract.")
        errors += [FieldError(f"/{field}/{i}", said, "unknown_code") for i, code in enumerate(codes) if code not in known]
    return errors


def _content_errors(content: Content) -> list[FieldError]:
    wanted = {
        "need": Text("Décrivez le besoin auquel l'action répond.", "Describe the need."),
        "description": Text("Décrivez ce qui sera fait.", "Describe what will be done."),
        "means": Text("Décrivez les moyens humains et matériels.", "Describe the means."),
        "indicators": Text("Dites comment les effets seront mesurés.", "Say how effects will be measured."),
    }
    errors = [
        FieldError(f"/content/{name}", said, "missing") for name, said in wanted.items() if not getattr(content, name).strip()
    ]
    if not content.publics:
        errors.append(_missing("/content/publics", "Dites à quels publics l'action s'adresse.", "Say which publics it is for."))
    return errors


def _request_errors(draft: Draft) -> list[FieldError]:
    if not draft.requests:
        return [_missing("/requests", "Adressez au moins une demande à un financeur.", "Ask at least one funder.")]
    return []


def _attachment_errors(draft: Draft, required: Mapping[str, Sequence[Mapping[str, str]]]) -> list[FieldError]:
    wanted = [*required.get("*", ()), *required.get(draft.holder_kind, ())]
    return [
        _missing(
            "/attachments", f"Joignez : {piece['label']} (`{piece['code']}`).", f"Attach: {piece['label']} (`{piece['code']}`)."
        )
        for piece in wanted
        if piece["code"] not in draft.attachment_kinds
    ]


# Clocks


@dataclass(frozen=True)
class Clocks:
    """The day the funders promise an answer by, and the day after which their silence is a rejection."""

    promised_on: date
    silence_rejects_on: date


def clocks(submitted_at: datetime, *, answer_within_months: int, silence_rejects_after_months: int) -> Clocks:
    """Both run from the submission's day in Paris."""
    day = in_paris(submitted_at).date()
    return Clocks(months_after(day, answer_within_months), months_after(day, silence_rejects_after_months))


def exercise(year: int, starts_on: date | None) -> tuple[date, date]:
    """First and last day of the accounting year a grant of `year` is for: twelve months, the calendar year by default.

    29 February has no anniversary: twelve months from it end on the next 27 February, so that it is counted once.
    """
    first = starts_on or date(year, 1, 1)
    return first, months_after(first, 12) - timedelta(days=1)


def months_after(day: date, months: int) -> date:
    """The same day of the month, `months` later; the month's last day when it has no such day."""
    later: date = day + relativedelta(months=months)
    return later


# Outcome

#: An award's money is on its way.
UNDER_WAY = {
    RequestStatus.AGREED,
    RequestStatus.COMMITTED,
    RequestStatus.PARTLY_PAID,
    RequestStatus.PAID,
    RequestStatus.TO_REPAY,
    RequestStatus.JUSTIFIED,
}
#: The holder has its answer.
TOLD = {RequestStatus.NOTIFIED} | UNDER_WAY
_SETTLED = {RequestStatus.GRANTED, RequestStatus.REFUSED} | TOLD
_JUDGED = {RequestStatus.REVIEWED, RequestStatus.PROPOSED, RequestStatus.ADJOURNED} | _SETTLED


def outcome(statuses: Sequence[RequestStatus]) -> DossierStatus:
    """A dossier under instruction is where the slowest of its requests is."""
    if not statuses:
        return DossierStatus.UNDER_REVIEW
    if all(status in TOLD for status in statuses):
        return DossierStatus.RUNNING if UNDER_WAY & set(statuses) else DossierStatus.NOTIFIED
    if all(status in _SETTLED for status in statuses):
        return DossierStatus.DECIDED
    if all(status in _JUDGED for status in statuses):
        return DossierStatus.READY_FOR_COMMITTEE
    return DossierStatus.UNDER_REVIEW


#: Once every answer is known, what the bilan makes of the dossier.
AFTER_REPORT = {DossierStatus.REPORT_DUE, DossierStatus.REPORT_SUBMITTED, DossierStatus.CLOSED}
#: Every answer is notified: the dossier hides nothing from its holder but the opinions.
ANSWERED = {DossierStatus.NOTIFIED, DossierStatus.RUNNING} | AFTER_REPORT

#: Dossiers no figure counts: not sent yet, refused at the door, or taken back.
NOT_COUNTED = {status for status in DossierStatus if status.value in {"draft", "inadmissible", "withdrawn", "dropped"}}


def reached(before: DossierStatus, statuses: Sequence[RequestStatus]) -> DossierStatus:
    """Where its requests take a dossier. Once every answer is told it never goes back: what joins it afterwards, a tranche
    confirmed late, is told in its turn and hides nothing of what was."""
    return outcome([status for status in statuses if status in TOLD] if before in ANSWERED else statuses)


#: What the holder is not told before the letters leave.
HIDDEN_FROM_HOLDER = (DossierStatus.READY_FOR_COMMITTEE, DossierStatus.DECIDED)


def with_report(status: DossierStatus, *, submitted: bool) -> DossierStatus:
    """Where the bilan puts a dossier. Its answers come first: until all are told, nothing of the bilan shows in its status."""
    waiting = {DossierStatus.NOTIFIED, DossierStatus.RUNNING, DossierStatus.REPORT_DUE}
    return DossierStatus.REPORT_SUBMITTED if submitted and status in waiting else status


def status_for_holder(status: DossierStatus) -> DossierStatus:
    return DossierStatus.UNDER_REVIEW if status in HIDDEN_FROM_HOLDER else status


def merge(current: Mapping[str, object], patch: Mapping[str, object]) -> dict[str, object]:
    """JSON merge patch (RFC 7396): objects merge, null removes, the rest replaces."""
    merged = dict(current)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(before := merged.get(name), Mapping):
            merged[name] = merge(before, value)
        elif isinstance(value, Mapping):
            merged[name] = merge({}, value)
        else:
            merged[name] = value
    return merged
