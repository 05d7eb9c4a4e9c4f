"""Commands that look after a platform: `backup`, `restore`, `doctor`, `journal`, `retry`, `run-now`."""

import sys
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from .command_line import DATA_DIR, DataDir, plain_failures
from .preparation import prepared
from .routes import SERVICES, Route, route_of

OneService = Annotated[str | None, typer.Argument(help="Only this service; by default all.")]


def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept; a folder named after the instant is made there.")],
    data_dir: DataDir = DATA_DIR,
    keep: Annotated[int | None, typer.Option(help="Then delete backups of that folder older than the newest KEEP.", min=1)] = None,
) -> None:
    """Save every database, at one instant, and every file, while the platform runs or not."""
    from .backups import back_up, older

    with plain_failures(), prepared(data_dir) as ready:
        made = back_up(ready.environment, folder, say=typer.echo, now=datetime.now(UTC))
        typer.echo(f"Sauvegarde faite : {made}")
        for stale in older(folder, keep) if keep else ():
            typer.echo(f"Ancienne sauvegarde supprimée : {stale}")


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup: the folder that holds manifest.json.", exists=True, file_okay=False)],
    data_dir: DataDir = DATA_DIR,
    other_secrets: Annotated[
        bool, typer.Option("--other-secrets", help="Accept that sealed bank details and links already sent can no longer be read.")
    ] = False,
) -> None:
    """Bring a backup back into a new data folder, or into databases that are empty. Nothing that exists is ever overwritten."""
    from .restoration import restore as bring_back

    with plain_failures():
        manifest = bring_back(folder, data_dir, other_secrets=other_secrets, say=typer.echo)
    rows = sum(sum(dump.tables.values()) for dump in manifest.databases.values())
    typer.echo(
        f"Restauré : {rows} lignes dans {len(manifest.databases)} bases, {manifest.files} fichiers (état du {manifest.made_at})."
    )


def doctor(
    data_dir: DataDir = DATA_DIR,
    every_file: Annotated[bool, typer.Option("--every-file", help="Also look for each file the databases name.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a finding, for a program.")] = False,
) -> None:
    """Say what is wrong with the platform and how to mend it. Exit code 1 when something is."""
    from .doctor import State, examine

    marks = {State.OK: "✓", State.WARNING: "!", State.ERROR: "✗"}
    worst = set()
    with plain_failures(), prepared(data_dir) as ready:
        for finding in examine(ready.environment, every_file=every_file):
            worst.add(finding.state)
            if as_json:
                typer.echo(orjson.dumps(asdict(finding)).decode())
                continue
            typer.echo(f"{marks[finding.state]} {finding.subject} : {finding.said}")
            if finding.way_out:
                typer.echo(f"    → {finding.way_out}")
    if State.ERROR in worst:
        raise typer.Exit(1)


def journal(
    service: OneService = None,
    since: Annotated[datetime | None, typer.Option(help="From this day or instant on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Up to this day or instant, left out (UTC).")] = None,
    output: Annotated[Path | None, typer.Option(help="Write there instead of on standard output.", dir_okay=False)] = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Write out the journal, one JSON object a line: who, when, what, why."""
    from .journals import lines

    bounds = {"since": since and since.replace(tzinfo=UTC), "until": until and until.replace(tzinfo=UTC)}
    with (
        plain_failures(),
        prepared(data_dir) as ready,
        nullcontext(sys.stdout.buffer) if output is None else output.open("xb") as out,
    ):
        for line in lines(ready.environment, _routes(service), **bounds):
            out.write(line)


def retry(service: OneService = None, data_dir: DataDir = DATA_DIR) -> None:
    """Give work that was given up after all its attempts another one, once its cause is gone."""
    from .retrying import try_again

    with plain_failures(), prepared(data_dir) as ready:
        for route in _routes(service):
            typer.echo(f"{route.service} : {try_again(ready.environment, route)} travaux repris.")


def run_now(
    names: Annotated[list[str], typer.Argument(help="Periodic work by name, such as programming:remind_bilans.")],
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Do a periodic work now, without waiting for its hour: the platform's workers take it up at once."""
    from .daily_work import do_now

    with plain_failures(), prepared(data_dir) as ready:
        do_now(ready.environment, names)
        typer.echo(f"Travaux demandés : {', '.join(names)}")


def _routes(service: str | None) -> tuple[Route, ...]:
    return SERVICES if service is None else (route_of(service),)
