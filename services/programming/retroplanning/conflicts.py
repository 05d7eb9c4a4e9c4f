"""What does not fit in a calendar: why, and what to change. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from .rules import (
    Conflict,
    Durations,
    Facts,
    Funder,
    Latest,
    Plan,
    Planned,
    Sitting,
    Step,
    latest_days,
    planned_days,
    steps_of,
)
from .vocabulary import NAMES, StepKind, StepSource, StepStatus
from .working_days import WorkingDays

#: Periods between two dated steps: first, second, duration, what takes the time.
_PERIODS = (
    (StepKind.OPENING, StepKind.CLOSING, "call", "le temps laissé aux porteurs"),
    (StepKind.REVIEW, StepKind.TECHNICAL_COMMITTEE, "papers", "la préparation des dossiers de séance"),
    (StepKind.TECHNICAL_COMMITTEE, StepKind.STEERING_COMMITTEE, "between_committees", "l'intervalle entre les comités"),
)


def plan(facts: Facts, durations: Durations, days: WorkingDays) -> Plan:
    """The whole calendar, from the information of holders to the promised answer, with what does not fit."""
    latest = latest_days(facts, durations, days)
    planned = planned_days(facts, durations, days)
    steps = steps_of(facts, latest, planned, days)
    found = _unsettled(facts, latest, planned, durations, days, steps)
    silent = [funder for funder in facts.funders if not (funder.decides_alone or funder.decided or funder.sittings)]
    if silent:
        found = _told_once(found, silent, facts, durations, days)
    return Plan(facts.promise_on, planned.answer_on, steps, found)


def _unsettled(
    facts: Facts, latest: Latest, planned: Planned, durations: Durations, days: WorkingDays, steps: Sequence[Step]
) -> list[Conflict]:
    return [
        *_overdue(steps, facts),
        *_too_short(planned, facts, durations, days),
        *_not_worked(planned, days),
        *_assemblies(facts, latest, planned, durations, days),
        *_promise(steps, facts, planned),
    ]


#: What comes of days that were supposed, when it would not be there without them.
_CAUSED = frozenset({"overdue", "answer_after_promise", "earlier_promise"})


def _told_once(
    found: Sequence[Conflict], silent: Sequence[Funder], facts: Facts, durations: Durations, days: WorkingDays
) -> list[Conflict]:
    """Assemblies nobody recorded are one alert, first, with all that is only late because of the days supposed for them."""
    silent_ids = {funder.id for funder in silent}
    known = replace(facts, funders=[funder for funder in facts.funders if funder.id not in silent_ids])
    there_anyway = {(each.code, each.step) for each in plan(known, durations, days).conflicts}
    caused = [each for each in found if each.code in _CAUSED and (each.code, each.step) not in there_anyway]
    rest = [each for each in found if each not in caused]
    one = len(silent) == 1
    names = ", ".join(funder.name for funder in silent)
    said = f"{names} n'{'a' if one else 'ont'} pas donné les dates de {'ses' if one else 'leurs'} assemblées : "
    said += "celle qui figure ici est supposée" if one else "celles qui figurent ici sont supposées"
    if caused:
        said += ", et c'est la seule cause de ce qui paraît en retard : " + " ".join(each.said for each in caused)
    else:
        said += "."
    advice = "Leurs agents enregistrent leurs assemblées, ou dites que ces financeurs décident sans assemblée."
    if one:
        advice = "Ses agents enregistrent leurs assemblées, ou dites que ce financeur décide sans assemblée."
    blocking = any(each.blocking for each in caused)
    ids = [funder.id for funder in silent]
    return [Conflict("assembly_unknown", StepKind.ASSEMBLY, said, advice, blocking, ids[0] if one else None, ids), *rest]


def _overdue(steps: Sequence[Step], facts: Facts) -> Iterator[Conflict]:
    """What should be done already: the first step that is late, with those that wait for it; days that passed, one by one."""
    late = [step for step in steps if step.late_days and step.status is not StepStatus.DONE and step.kind is not StepKind.ANSWER]
    if late:
        first, following = late[0], [NAMES[step.kind] for step in late[1:] if step.kind is not StepKind.ASSEMBLY]
        if funders := [step.funder for step in late[1:] if step.kind is StepKind.ASSEMBLY]:
            following.append(f"{NAMES[StepKind.ASSEMBLY]} ({', '.join(funders)})")
        said = (
            f"{_name(first)} : à faire au plus tard le {_day(first.latest_on)}, il y a {_worked(first.late_days)}, "
            "et ce n'est pas fait."
        )
        if following:
            said += f" Sont en retard avec elle : {', '.join(following)}."
        advice = "Faites-le maintenant et raccourcissez une étape suivante, ou annoncez une réponse plus tardive."
        ids = [step.funder_id for step in late if step.funder_id]
        yield Conflict("overdue", first.kind, said, advice, funder_id=first.funder_id, funder_ids=ids)
    for step in steps:
        if step.status is StepStatus.DONE or step.kind is StepKind.ANSWER or step.late_days:
            continue
        name = _name(step)
        if step.planned_on is not None and step.planned_on < facts.today and step.source is not StepSource.COMPUTED:
            said = f"{name} : prévu le {_day(step.planned_on)}, ce jour est passé et rien ne dit que c'est fait."
            yield Conflict(
                "date_passed",
                step.kind,
                said,
                "Fixez une nouvelle date, ou dites que c'est fait.",
                False,
                step.funder_id,
                _ids(step.funder_id),
            )


def _too_short(planned: Planned, facts: Facts, durations: Durations, days: WorkingDays) -> Iterator[Conflict]:
    for first, second, name, what in _PERIODS:
        if second in facts.done or first not in planned.days or second not in planned.days:
            continue
        wanted, (start, _), (end, _) = getattr(durations, name), planned.days[first], planned.days[second]
        there = days.between(start, end)
        if there < wanted:
            said = (
                f"Entre « {NAMES[first]} » ({_day(start)}) et « {NAMES[second]} » ({_day(end)}) : {_worked(there)}, "
                f"alors que {what} en demande {wanted}."
            )
            advice = f"Reportez « {NAMES[second]} » au {_day(days.after(start, wanted))} au plus tôt, ou réduisez la durée."
            yield Conflict("too_short", second, said, advice, blocking=there < 0)


def _not_worked(planned: Planned, days: WorkingDays) -> Iterator[Conflict]:
    """Committees on a day nobody works. A call may open or close on any day."""
    for kind in (StepKind.TECHNICAL_COMMITTEE, StepKind.STEERING_COMMITTEE):
        day, source = planned.days[kind]
        why = days.why_not(day)
        if source is not StepSource.COMPUTED and why is not None:
            said = f"{NAMES[kind]} : le {_day(day)} n'est pas travaillé ({why})."
            advice = f"Choisissez le {_day(days.at_latest(day))} ou le {_day(days.at_earliest(day))}."
            yield Conflict("not_a_worked_day", kind, said, advice, blocking=False)


def _assemblies(facts: Facts, latest: Latest, planned: Planned, durations: Durations, days: WorkingDays) -> Iterator[Conflict]:
    committee, _ = planned.days[StepKind.STEERING_COMMITTEE]
    for funder in facts.funders:
        if funder.decides_alone or funder.decided or not funder.sittings:
            continue
        last, own = latest.sittings[funder.id], planned.sittings[funder.id]
        if last is None:
            yield _none_in_time(funder, latest, days)
        elif own is None or own.meets_on > last.meets_on:
            yield _files_before_committee(funder, last, own, committee, durations, days)


def _none_in_time(funder: Funder, latest: Latest, days: WorkingDays) -> Conflict:
    following = min(funder.sittings, key=lambda sitting: sitting.meets_on)
    said = (
        f"Aucune assemblée connue de {funder.name} ne se tient avant le {_day(latest.last_meeting_on)}, dernier jour qui tient la "
        f"promesse : la première est le {_day(following.meets_on)}."
    )
    advice = "Demandez une séance extraordinaire ou une commission permanente, ou annoncez une réponse plus tardive."
    return Conflict("no_assembly_in_time", StepKind.ASSEMBLY, said, advice, True, funder.id, [funder.id])


def _files_before_committee(
    funder: Funder, last: Sitting, own: Sitting | None, committee: date, durations: Durations, days: WorkingDays
) -> Conflict:
    """The last assembly that keeps the promise takes its files before the committee has spoken."""
    due = last.deposit_on(days)
    said = f"L'assemblée de {funder.name} du {_day(last.meets_on)} exige les dossiers le {_day(due)}, "
    if due < committee:
        said += f"avant le comité de pilotage du {_day(committee)}."
    else:
        said += f"trop tôt après le comité de pilotage du {_day(committee)} : son relevé demande {_worked(durations.minutes)}."
    advice = f"Avancez le comité de pilotage au {_day(days.before(due, durations.minutes))} au plus tard"
    if own is not None:
        advice += f", ou visez l'assemblée du {_day(own.meets_on)} et annoncez une réponse plus tardive"
    else:
        advice += ", ou demandez une autre séance : aucune assemblée connue n'est plus tardive"
    return Conflict("files_due_before_committee", StepKind.ASSEMBLY, said, advice + ".", True, funder.id, [funder.id])


def _promise(steps: Sequence[Step], facts: Facts, planned: Planned) -> Iterator[Conflict]:
    answered = any(step.kind is StepKind.ANSWER and step.status is StepStatus.DONE for step in steps)
    if answered:
        return
    if planned.answer_on is not None and planned.answer_on > facts.promise_on:
        said = f"À ce rythme la réponse part le {_day(planned.answer_on)}, après la promesse du {_day(facts.promise_on)}."
        advice = "Avancez ce qui suit la clôture ou raccourcissez une durée : les étapes en retard disent lesquelles."
        yield Conflict("answer_after_promise", StepKind.ANSWER, said, advice)
    if facts.first_promised_on is not None and facts.first_promised_on < facts.promise_on:
        expected = planned.answer_on or facts.promise_on
        if facts.first_promised_on < expected:
            said = f"Le premier dossier déposé attend sa réponse avant le {_day(facts.first_promised_on)}, plus tôt que les autres."
            advice = "La promesse court du dépôt de chacun : notifiez d'abord les premiers déposés."
            yield Conflict("earlier_promise", StepKind.ANSWER, said, advice, blocking=False)


def _ids(funder_id: UUID | None) -> list[UUID]:
    return [] if funder_id is None else [funder_id]


def _name(step: Step) -> str:
    return f"{NAMES[step.kind]} ({step.funder})" if step.funder else NAMES[step.kind]


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _worked(count: int) -> str:
    return f"{count} jour{'s' if abs(count) > 1 else ''} ouvré{'s' if abs(count) > 1 else ''}"
