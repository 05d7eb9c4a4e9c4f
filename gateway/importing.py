"""`canevas import …`: organisations, territories and contracts from files, with what was found wrong line by line."""

import asyncio
import csv
import os
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from services.common.cells import harmless
from services.common.findings import Finding, Kind, Level, Report
from services.common.records import Bounds, TableFault, digest, open_records, text_of

from .command_line import DATA_DIR, DataDir, plain_failures
from .preparation import migrate, prepared
from .routes import load, route_of

commands = typer.Typer(
    help="Organisations, territories and contracts from files (CSV, XLSX, JSON, GeoJSON). Exit code 1 when a line is refused.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Argument(help="CSV, XLSX, JSON or GeoJSON.", exists=True, dir_okay=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be created, changed, refused.")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="What the file says replaces what the platform says; otherwise it only fills in.")
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", help="Write every finding there (CSV): line, column, value, what is wrong, way out.")
]
#: The contracts of 2024 run seven years.
_STARTS_ON, _ENDS_ON = datetime(2024, 1, 1), datetime(2030, 12, 31)  # noqa: DTZ001 - days
_HEADER = ("fichier", "ligne", "niveau", "colonne", "valeur", "constat", "que faire")


@commands.command()
def organisations(
    file: File,
    kind: Annotated[str | None, typer.Option(help="What the organisations of which the file says nothing are.")] = None,
    dry_run: DryRun = False,
    overwrite: Overwrite = False,
    report: ReportFile = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Organisations, by SIRET (or RNA for an association). Spoilt SIRETs are mended when their key confirms it."""
    service = import_module("services.directory.imports.organisations")
    kinds = import_module("services.directory.organisations.bulk").KINDS
    if kind is not None and kind not in kinds:
        raise typer.BadParameter("one of: " + ", ".join(sorted(kinds)), param_hint="--kind")

    async def work(run: "_Run") -> None:
        async with _opened("directory") as directory:
            wish = run.wish(file, directory, dry_run=dry_run, overwrite=overwrite, kind=kind)
            await service.import_organisations(directory, wish, run.report)

    _carry_out([file], work, dry_run, report, data_dir)


@commands.command()
def territories(
    path: Annotated[
        Path, typer.Argument(help="A file, or a folder of files: `data` of @etalab/decoupage-administratif.", exists=True)
    ],
    dry_run: DryRun = False,
    overwrite: Overwrite = False,
    report: ReportFile = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Regions, departments, EPCI, communes and QPV, the widest first whatever their order."""
    files = [path] if path.is_file() else sorted(one for one in path.iterdir() if one.suffix.lower() in (".json", ".csv", ".xlsx"))
    if not files:
        raise typer.BadParameter("no CSV, XLSX or JSON file in this folder", param_hint="PATH")
    service = import_module("services.directory.imports.territories")

    async def work(run: "_Run") -> None:
        async with _opened("directory") as directory:
            wishes = [run.wish(file, directory, dry_run=dry_run, overwrite=overwrite) for file in files]
            await service.import_territories(directory, wishes, run.report)

    _carry_out(files, work, dry_run, report, data_dir)


@commands.command()
def contracts(
    file: File,
    communes: Annotated[
        Path | None,
        typer.Option(help="communes.json of @etalab/decoupage-administratif: SIREN of the communes that lead.", exists=True),
    ] = None,
    missing_leads: Annotated[
        Path | None,
        typer.Option(
            help="Write there the leads the directory lacks, to be completed with their SIRET and imported.", dir_okay=False
        ),
    ] = None,
    starts_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day, when the file does not say.")] = _STARTS_ON,
    ends_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day, when the file does not say.")] = _ENDS_ON,
    mid_term: Annotated[int | None, typer.Option(help="Year of the mid-term review of new contracts.", min=2015, max=2100)] = 2027,
    dry_run: DryRun = False,
    overwrite: Overwrite = False,
    report: ReportFile = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Contrats de ville, by code. Leads and QPV are those of the directory: import organisations and territories first."""
    if starts_on >= ends_on:
        raise typer.BadParameter("the contract would end before it starts", param_hint="--ends-on")
    service = import_module("services.programming.contracts.imports")
    period = service.Period(starts_on.date(), ends_on.date(), mid_term)
    files = [file] if communes is None else [file, communes]

    async def work(run: "_Run") -> None:
        async with _opened("directory") as directory, _opened("programming") as programming:
            sirens = _commune_sirens(run.file(communes)) if communes is not None else {}
            content, now = run.file(file), programming.clock.now()
            wish = service.Wish(content, file.name, digest(content), now, period, sirens, dry_run, overwrite)
            places = import_module("services.directory.imports.places")

            async def find(leads: Collection[str], codes: Collection[str]) -> Any:
                async with directory.database.transaction() as session:
                    around = await places.neighbourhoods_within(session, codes)
                    return service.Found(await places.of_sirens(session, leads), around)

            missing = await service.import_contracts(programming, wish, run.report, find)
            if missing_leads is not None:
                _write_missing(missing_leads, missing)

    _carry_out(files, work, dry_run, report, data_dir)


def _commune_sirens(file: BinaryIO) -> dict[str, str]:
    """SIREN of each commune by its code."""
    found = {}
    for record in open_records(file, lambda name: name in ("code", "siren"), Bounds(rows=100_000, columns=256)).rows:
        code, siren = text_of(record.values.get("code")), text_of(record.values.get("siren"))
        if siren and text_of(record.values.get("type")) in ("", "commune-actuelle"):
            found[code] = siren
    return found


def _write_missing(path: Path, missing: Mapping[str, Any]) -> None:
    """A file that `import organisations` reads once its column `siret` is filled in: nobody's SIRET is made up."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(("siren", "siret", "nom", "genre"))
        for siren, line in sorted(missing.items()):
            writer.writerow((siren, "", harmless(line.name), "epci" if len(line.place) == 9 else "commune"))
    typer.echo(f"Pilotes à compléter de leur SIRET puis à importer : {path} ({len(missing)})")


class _Run:
    """One import: its files, open; its report, written as it comes; its progress bar."""

    def __init__(self, files: list[Path], stack: ExitStack, report_file: Path | None, bar: Progress) -> None:
        self._open: dict[Path, BinaryIO] = {file: stack.enter_context(file.open("rb")) for file in files}
        self._bar = bar
        self._sizes = sum(file.stat().st_size for file in files)
        self._task = bar.add_task("Lecture", total=None)
        self._done = 0
        writer = None
        if report_file is not None:
            out = stack.enter_context(report_file.open("w", encoding="utf-8-sig", newline=""))
            writer = csv.writer(out, delimiter=";")
            writer.writerow(_HEADER)
        self._writer = writer
        self.report = Report(tell=self._tell, advance=self._advance)

    def wish(self, file: Path, resources: Any, **options: Any) -> Any:
        batches = import_module("services.directory.imports.batches")
        return batches.Wish(self._open[file], file.name, digest(self._open[file]), resources.clock.now(), **options)

    def file(self, file: Path) -> BinaryIO:
        return self._open[file]

    def _tell(self, found: Finding) -> None:
        if self._writer is not None:
            cells = (found.column, found.value, found.said, found.way_out)
            self._writer.writerow((self.report.source, found.line, found.level.value, *map(harmless, cells)))

    def _advance(self, lines: int) -> None:
        self._done += lines
        if self.report.total:
            self._bar.update(self._task, description="Lignes", total=self.report.total, completed=self._done)
            return
        read = sum(file.tell() for file in self._open.values() if not file.closed)
        self._bar.update(self._task, description=f"{self._done} lignes", total=self._sizes, completed=read)


@contextmanager
def _bar() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar


def _opened(service: str) -> Any:
    from services.common.resources import opened, prepare

    part = load(route_of(service))
    return opened(prepare(part.service, part.read_settings()))


def _carry_out(
    files: list[Path], work: Callable[[_Run], Awaitable[None]], dry_run: bool, report_file: Path | None, data_dir: Path
) -> None:
    fault: TableFault | None = None
    if report_file is not None and any(report_file.resolve() == file.resolve() for file in files):
        raise typer.BadParameter("the report would take the place of what is read", param_hint="--report")
    with plain_failures(), prepared(data_dir) as ready, ExitStack() as stack:
        migrate(ready.environment)
        os.environ.update(ready.environment)
        try:
            run = _Run(files, stack, report_file, stack.enter_context(_bar()))
        except OSError as error:
            typer.echo(f"{error.filename} : {error.strerror}", err=True)
            raise typer.Exit(1) from error

        async def working() -> None:
            await work(run)

        try:
            asyncio.run(working())
        except TableFault as error:
            fault = error
    _summary(run.report, dry_run, report_file)
    if fault is not None:
        typer.echo(f"{fault.said.fr} La lecture s'arrête là ; ce qui est écrit plus haut est fait.", err=True)
    if fault is not None or run.report.refused:
        raise typer.Exit(1)


def _first_of(kind: Kind) -> str:
    return f"Pour la ligne {kind.lines[0]} : " if kind.varied else ""


def _others_of(kind: Kind) -> str:
    return " Pour les autres, ligne par ligne : --report." if kind.varied else ""


def _summary(report: Report, dry_run: bool, report_file: Path | None) -> None:
    made, changed, same = ("à créer", "à compléter ou changer", "inchangées") if dry_run else ("créées", "changées", "inchangées")
    if dry_run:
        typer.echo("À blanc : rien n'est écrit.")
    typer.echo(
        f"{report.lines} lignes lues : {report.created} {made}, {report.changed} {changed}, {report.unchanged} {same},"
        f" {report.repeated} répétées, {report.ignored} hors sujet, {report.refused} refusées."
    )
    if not (report.created or report.changed):
        typer.echo("Rien ne change.")
    for level in Level:
        for kind in sorted(report.kinds.values(), key=lambda one: -one.count):
            if kind.level is level:
                lines = ", ".join(map(str, kind.lines)) + ("…" if kind.count > len(kind.lines) else "")
                typer.echo(f"  {kind.count} × {level.value} ({'ligne' if kind.count == 1 else 'lignes'} {lines}) : {kind.said}")
                typer.echo(f"      → {_first_of(kind)}{kind.way_out}{_others_of(kind)}")
    if report_file is not None:
        typer.echo(f"Rapport ligne par ligne : {report_file}")
