"""The `canevas` command."""

import asyncio
import os
import sys
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.common.problems import Problem
from services.common.resources import opened, prepare

from . import care, importing
from . import openapi as contract
from .command_line import DATA_DIR, DataDir, plain_failures
from .preparation import migrate as migrate_all
from .preparation import prepared
from .routes import PAGES_NAME, PAGES_PORT, load, route_of
from .settings import GatewaySettings, read

main = typer.Typer(
    name="canevas",
    help="Run, prepare and look after a Canevas platform.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
user = typer.Typer(help="Accounts that are made from the command line.", no_args_is_help=True)
main.add_typer(user, name="user")
main.add_typer(importing.commands, name="import")
for command in (care.backup, care.restore, care.doctor, care.journal, care.retry, care.run_now):
    main.command()(command)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@main.command()
def up(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every interface.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="Number of web processes.", min=1, max=32)] = 1,
    data_dir: DataDir = DATA_DIR,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Load the demonstration the first time.")] = False,
    clock_file: Annotated[
        Path | None, typer.Option(help="Development only: file of seconds added to the platform's clock.", dir_okay=False)
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Write the processes' logs here instead of into files.")] = False,
) -> None:
    """Run the whole platform on this machine: database, web and background work. Ctrl-C stops it."""
    from .processes import Options, up

    if demo and not is_loopback(host):
        # Its accounts, the administrator's among them, have a password everybody can read in the source.
        raise typer.BadParameter(
            "the demonstration listens on this machine only: leave --host, or say --no-demo", param_hint="--demo"
        )
    options = Options(data_dir, host, port, workers, demo, clock_file, verbose)
    with plain_failures():
        up(options, Console(soft_wrap=True))


@main.command()
def migrate(data_dir: DataDir = DATA_DIR) -> None:
    """Bring every service's database up to date. May be run again, or by several machines at once."""
    with plain_failures(), prepared(data_dir) as ready:
        migrate_all(ready.environment)
    typer.echo("Every database is up to date.")


@main.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def demo(context: typer.Context) -> None:
    """Play a whole campaign on a platform started for it, telling what happens (`canevas demo --help` for its options)."""
    play = import_module("gateway.demo.play")
    raise typer.Exit(play.main(context.args) or 0)


@main.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 and name the files that are stale.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the files are.", file_okay=False)] = contract.FOLDER,
) -> None:
    """Write the published contract: one OpenAPI document per service and one for the platform."""
    with plain_failures():
        names = contract.stale(folder) if check else contract.write(folder)
    for name in names:
        typer.echo(f"{'stale' if check else 'written'}: {folder / name}")
    if check and names:
        typer.echo("Run `canevas openapi` and commit the result.", err=True)
        raise typer.Exit(1)
    if not names:
        typer.echo("The contract is fresh.")


@user.command("create-admin")
def create_admin(
    email: Annotated[str, typer.Argument(help="Address of the account, already confirmed.")],
    name: Annotated[str, typer.Option("--name", help="Full name.", prompt="Full name")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Create an administrator of the platform, in the embedded database or in that of DIRECTORY_DATABASE_URL."""
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    with plain_failures(), prepared(data_dir) as ready:
        migrate_all(ready.environment)
        os.environ.update(ready.environment)
        try:
            asyncio.run(_create_administrator(email, password, name))
        except (Problem, ValueError) as refusal:
            typer.echo(_explain(refusal) if isinstance(refusal, Problem) else str(refusal), err=True)
            raise typer.Exit(1) from refusal
    typer.echo(f"{email} is an administrator.")


async def _create_administrator(email: str, password: str, full_name: str) -> None:
    part = load(route_of("directory"))
    administration = import_module("services.directory.administration")
    async with opened(prepare(part.service, part.read_settings())) as resources:
        await administration.create_administrator(resources, email=email, password=password, full_name=full_name)


def _explain(problem: Problem) -> str:
    lines = [(problem.detail or problem.title).en]
    lines += [f"  {error.pointer}: {error.detail.en}" for error in problem.errors]
    return "\n".join(lines)


@main.command()
def settings() -> None:
    """List every environment variable with its default and what it does."""
    from .variables import every_variable

    with plain_failures():
        rows = every_variable()
    for row in rows:
        typer.echo(f"{row.name}  [{row.default}]")
        typer.echo(f"    {row.description}")


@main.command()
def nginx(
    folder: Annotated[
        Path | None, typer.Option(help="Write nginx.conf there instead of on standard output.", file_okay=False)
    ] = None,
    listen: Annotated[str, typer.Option(help="What nginx listens on.")] = "80",
    temp: Annotated[str, typer.Option(help="Folder of nginx's temporary files.")] = "/tmp",  # noqa: S108 - of the container
    access_log: Annotated[str, typer.Option(help="File of the access log, or 'off'.")] = "/dev/stdout",
    behind: Annotated[list[str] | None, typer.Option(help="Address or network of a proxy before nginx; may be repeated.")] = None,
) -> None:
    """Write the nginx configuration made from the routing table and the CANEVAS_* settings."""
    from .nginx import Listening, configuration

    with plain_failures():
        text = configuration(
            read(GatewaySettings),
            contract.platform(),
            Listening(listen, temp, access_log, [address for address in behind or () if address]),
        )
    if folder is None:
        typer.echo(text, nl=False)
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    typer.echo(f"written: {folder / 'nginx.conf'}")


@main.command()
def serve(
    service: Annotated[str, typer.Argument(help=f"A service of the routing table, or {PAGES_NAME!r}.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; by default the service's own in the routing table.")] = None,
) -> None:
    """Run one service on its own, as behind nginx."""
    from .web import serve_one

    with plain_failures():
        default = PAGES_PORT if service == PAGES_NAME else route_of(service).port
        serve_one(service, host, port or default)


@main.command()
def worker(service: Annotated[str | None, typer.Argument(help="Only this service's jobs; by default all.")] = None) -> None:
    """Run background jobs until asked to stop."""
    from .worker import main as work

    with plain_failures():
        work(service)


if __name__ == "__main__":
    main()
