"""Use cases of the yearly plans: managers say what is meant, organisers read it against what there is."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, driver, fetch, fetch_one
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, NotFound, StaleVersion
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda import weeks
from ..agenda.schemas import FORMAT_LABELS, EventFormat
from ..networks import service as networks
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from ..vocabulary.errors import UnknownTerritoryCode
from . import repository, rules
from .errors import PlanAlreadyMade, SharesAboveHundred, TargetTwice
from .models import TargetKind, YearlyPlan
from .schemas import Measure, PlanWrite

_GROUPS = {TargetKind.FORMAT: "formats", TargetKind.PLACE: "places", TargetKind.TERRITORY: "territories"}


async def put(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    network_id: UUID,
    year: int,
    wish: PlanWrite,
    *,
    version: int | None,
    now: datetime,
) -> tuple[Row, bool]:
    """A manager says all the targets of a year, or replaces the version that was read; whether it is new."""
    await networks.managed_by(session, caller, network_id)
    rows = rules.rows_of(wish)
    _require_once(rows)
    codes = sorted({row["code"] for row in rows if row["kind"] is not TargetKind.FORMAT})
    for kind, name in ((TargetKind.PLACE, "places"), (TargetKind.TERRITORY, "territories")):
        await _require_known(session, resources, [row["code"] for row in rows if row["kind"] is kind], name, now)
    paths = await vocabulary.paths_of(await driver(session), codes)
    if measures := rules.above_hundred(wish.places, paths):
        raise SharesAboveHundred(measures=[measure.value for measure in measures])
    plan = await repository.held(session, network_id, year)
    is_new = plan is None
    if plan is None:
        if version is not None:
            raise StaleVersion()
        plan = YearlyPlan(network_id=network_id, year=year, created_at=now, updated_at=now)
        session.add(plan)
    elif version is None:
        raise PlanAlreadyMade()
    else:
        require_version(plan.version, version)
        plan.version += 1
    plan.note, plan.updated_at = wish.note, now
    await session.flush()
    await repository.put_targets(session, plan.id, rows)
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="plan.made" if is_new else "plan.changed",
        resource=("yearly_plan", plan.id),
        actor=caller,
        changes={"year": year, "targets": len(rows), "version": plan.version},
    )
    return await one(session, caller, network_id, year), is_new


async def listing(session: AsyncSession, caller: Principal, network_id: UUID, *, before_year: int, limit: int) -> list[Row]:
    await networks.organised_by(session, caller, network_id)
    asked = {"network_id": network_id, "before_year": before_year, "limit": limit}
    return await fetch(await driver(session), repository.LISTING, asked)


async def one(session: AsyncSession, caller: Principal, network_id: UUID, year: int) -> Row:
    """The plan with its targets, for the network's organisers."""
    plan, targets = await _found(session, caller, network_id, year)
    groups: dict[str, list[Row]] = {name: [] for name in _GROUPS.values()}
    for row in targets:
        kind = TargetKind(row["kind"])
        name = "format" if kind is TargetKind.FORMAT else "territory_code"
        said = {key: row[key] for key in ("measure", "wanted", "min_percent", "max_percent") if row[key] is not None}
        groups[_GROUPS[kind]].append({name: row["code"], **said})
    return {**plan, **groups}


async def progress(session: AsyncSession, caller: Principal, network_id: UUID, year: int, *, now: datetime) -> Row:
    """The plan against what was held and what is planned; targets first, then what nobody had planned."""
    plan, targets = await _found(session, caller, network_id, year)
    reader = await driver(session)
    days = date(year, 1, 1), date(year + 1, 1, 1)
    rows = await agenda.offered(reader, network_id, weeks.midnight(days[0]), weeks.midnight(days[1]), days, now=now)
    places = {row["code"] for row in rows if row["kind"] == "place"}
    tally = rules.tallied(rows, await vocabulary.paths_of(reader, places))
    kinds: dict[TargetKind, list[Row]] = {kind: [] for kind in TargetKind}
    for row in targets:
        kinds[TargetKind(row["kind"])].append({**row, "measure": Measure(row["measure"])})
    formats = sorted(row["code"] for row in rows if row["kind"] == "format")
    found: dict[str, list[Row]] = {
        "formats": rules.counted(kinds[TargetKind.FORMAT], tally["format"], dict.fromkeys(formats)),
        "places": rules.shares(kinds[TargetKind.PLACE], tally["place"], sorted(places)),
        "territories": rules.counted(kinds[TargetKind.TERRITORY], tally["territory"]),
        "visio_only": [
            rules.counted([{"code": rules.ALL, "measure": each, "wanted": None}], tally["visio"])[0] for each in Measure
        ],
    }
    labels = await vocabulary.territory_labels(reader, {row["code"] for name in ("places", "territories") for row in found[name]})
    for name, lines in found.items():
        for line in lines:
            line["label"] = _label(name, line["code"], labels)
    return {"network_id": network_id, "year": year, "as_of": today_in_paris(now), "plan_version": plan["version"], **found}


def _label(name: str, code: str, labels: dict[str, str]) -> str:
    if name == "formats":
        return FORMAT_LABELS[EventFormat(code)]
    if name == "visio_only":
        return "À distance seulement"
    return labels.get(code, code) if code else "Lieu non précisé"


async def _found(session: AsyncSession, caller: Principal, network_id: UUID, year: int) -> tuple[Row, list[Row]]:
    await networks.organised_by(session, caller, network_id)
    reader = await driver(session)
    plan = await fetch_one(reader, repository.ONE, {"network_id": network_id, "year": year})
    if plan is None:
        raise NotFound()
    return plan, await fetch(reader, repository.TARGETS, {"plan_id": plan["id"]})


async def _require_known(session: AsyncSession, resources: Resources, codes: list[str], name: str, now: datetime) -> None:
    try:
        await vocabulary.territory_paths(session, resources.siblings, codes, now=now)
    except UnknownTerritoryCode as problem:
        # The vocabulary points at a list of codes: here they are in a list of targets.
        moved = [error._replace(pointer=f"/{name}/{error.pointer.rpartition('/')[2]}/territory_code") for error in problem.errors]
        raise UnknownTerritoryCode(errors=moved) from problem


def _require_once(rows: list[Row]) -> None:
    if repeated := rules.twice(rows):
        raise TargetTwice(
            errors=[
                FieldError(f"/{_GROUPS[kind]}", Text(f"{code} y est deux fois.", f"{code} is there twice."), "twice")
                for kind, code in repeated
            ]
        )
