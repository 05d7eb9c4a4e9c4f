"""What every command shares: where the platform keeps its things, and how a failure is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from .openapi import ContractConflict
from .postgres import PostgresUnavailable
from .settings import UnfitSettings

DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir",
        envvar="CANEVAS_DATA_DIR",
        help="Folder of the embedded database, files, mails, keys and logs.",
        file_okay=False,
    ),
]
DATA_DIR = Path(".canevas")


@contextmanager
def plain_failures() -> Iterator[None]:
    """What a person can mend is one message on stderr and exit code 1, not a traceback."""
    from .backups import BackupRefused
    from .processes import CannotStart

    try:
        yield
    except (
        CannotStart,
        PostgresUnavailable,
        LookupError,
        UnfitSettings,
        BackupRefused,
        ContractConflict,
        FileExistsError,
    ) as error:
        typer.echo(str(error.args[0] if isinstance(error, LookupError) else error), err=True)
        raise typer.Exit(1) from error
