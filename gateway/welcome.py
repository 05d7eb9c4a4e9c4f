"""What `canevas up` says to the person in front of the terminal once the platform answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

if TYPE_CHECKING:
    from .processes import Options
    from .settings import GatewaySettings


#: Columns a table may take: on a narrow terminal its lines go on below, whole.
_WIDE = 160


class Account(NamedTuple):
    """A demonstration account."""

    who: str
    email: str
    password: str


def welcome(console: Console, options: "Options", gateway: "GatewaySettings", accounts: Sequence[Account], *, mails: bool) -> None:
    url = gateway.public_url
    console.print()
    console.print("Canevas répond.", style="bold green")
    lines: list[tuple[str, str]] = [
        ("Adresse", url),
        ("Documentation", f"{url}/redoc (à lire), {url}/docs (à essayer)"),
    ]
    if mails:
        lines.append(("Courriels", f"{(options.data_dir / 'mail').resolve()} (fichiers .eml, rien n'est envoyé)"))
    if not options.verbose:
        lines.append(("Journaux", str((options.data_dir / "logs").resolve())))
    _show(console, lines)
    if accounts:
        console.print()
        console.print("Comptes de démonstration", style="bold")
        _show(console, accounts)
    _say_next(console, bool(accounts), options.data_dir)
    console.print("Ctrl-C arrête tout proprement.", style="dim")


def _show(console: Console, rows: Sequence[tuple[str, ...]]) -> None:
    """Aligned columns that are never cut: what is shown here is to be copied."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.print(f"  {line.rstrip()}", markup=False, highlight=False, soft_wrap=True)


def _say_next(console: Console, has_demo: bool, data_dir: Path) -> None:
    where = "" if data_dir == Path(".canevas") else f" --data-dir {data_dir}"
    first = (
        ("canevas demo", "jouer une campagne entière, sur une plateforme à part")
        if has_demo
        else (f"canevas up --demo{where}", "charger un contrat de ville d'exemple")
    )
    admin = (f"canevas user create-admin COURRIEL{where}", "ouvrir le premier compte d'administration")
    console.print()
    console.print("Et maintenant", style="bold")
    _show(console, [first, admin])
    console.print()
