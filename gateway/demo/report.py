"""The tables at the end, for people: colours and lines in a terminal, plain text elsewhere, less on a narrow screen."""

from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .data.words import euros
from .figures import Answers, Coverage, FunderRow, coverage, funder_rows

_PLAIN_WIDTH = 160
#: Columns below which tables leave out what can be worked out, and name objectives under the table.
_COMFORTABLE = 140
_METHOD = (
    "Délai médian : du dépôt à la notification. Les euros d’un dossier sont répartis à parts égales, en euros entiers, entre "
    "ses couples objectif × quartier (plus forts restes) ; un couple est couvert dès qu’un dossier financé le nomme."
)


def console() -> Console:
    """Wide enough for the tables when nobody's screen limits it."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(width=_PLAIN_WIDTH, highlight=False)


def show(where: Console, answers: Answers, names: Mapping[str, str]) -> None:
    """`names` says objectives and QPVs in words, by code."""
    found = coverage(answers)
    where.print()
    where.print(_funders(where, funder_rows(answers)))
    where.print()
    where.print(_coverage(where, found, names))
    if is_narrow(where):
        for objective in found.objectives:
            where.print(f"  {objective:>2}. {names.get(objective, '')}")
    where.print(_METHOD, style="dim")


# Shared with the tables of the money.


def is_narrow(where: Console) -> bool:
    return where.width < _COMFORTABLE


def table(where: Console, title: str, *, footer: bool = True) -> Table:
    style = box.SIMPLE_HEAD if where.is_terminal else box.ASCII2
    padding = (0, 1, 0, 0) if is_narrow(where) else (0, 1)
    return Table(title=title, title_justify="left", title_style="bold", box=style, show_footer=footer, padding=padding)


def _funders(where: Console, rows: list[FunderRow]) -> Table:
    made = table(where, "Financeurs")
    columns: dict[str, list[str]] = {
        "Demandé": amounts([row.asked_cents for row in rows]),
        "Proposé": amounts([row.proposed_cents for row in rows]),
        "Accordé": amounts([row.granted_cents for row in rows]),
        "Enveloppe": amounts([row.envelope_cents for row in rows]),
        "Reste": amounts([row.left_cents for row in rows]),
        "Délai médian": [*("–" if row.median_days is None else f"{row.median_days:.0f} jours" for row in rows), ""],
        "Dans le délai promis": [
            *(f"{row.within_promise} / {row.notified}" for row in rows),
            f"{sum(row.within_promise for row in rows)} / {sum(row.notified for row in rows)}",
        ],
    }
    if is_narrow(where):
        del columns["Enveloppe"], columns["Dans le délai promis"]
    made.add_column("Financeur", "Total")
    for heading, cells in columns.items():
        made.add_column(heading, cells.pop(), justify="right")
    for row, *cells in zip((row.name for row in rows), *columns.values(), strict=True):
        made.add_row(row, *(unbroken(cell) for cell in cells))
    return made


def amounts(cents: list[int]) -> list[str]:
    """With their sum at the end."""
    return [unbroken(euros(amount)) for amount in (*cents, sum(cents))]


def unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def _coverage(where: Console, found: Coverage, names: Mapping[str, str]) -> Table:
    holes = len(found.uncovered)
    said = f"{holes} couples non couverts" if holes > 1 else f"{holes} couple non couvert"
    made = table(where, f"Actions financées par objectif et par quartier ({said})")
    narrow = is_narrow(where)
    made.add_column("Obj." if narrow else "Objectif", "" if narrow else "Total", max_width=46)
    for qpv in found.qpvs:
        total = sum(found.cents.get((objective, qpv), 0) for objective in found.objectives)
        made.add_column(
            names.get(qpv, qpv), unbroken(euros(total)), justify="right", overflow="fold", max_width=10 if narrow else 18
        )
    made.add_column("Total", unbroken(euros(sum(found.cents.values()))), justify="right")
    for objective in found.objectives:
        cells = [_cell(found, objective, qpv, narrow) for qpv in found.qpvs]
        total = sum(found.cents.get((objective, qpv), 0) for qpv in found.qpvs)
        heading = objective if narrow else f"{objective}. {names.get(objective, '')}"
        made.add_row(heading, *cells, unbroken(euros(total)))
    return made


def _cell(found: Coverage, objective: str, qpv: str, narrow: bool) -> Text:
    """How many actions, for how much."""
    actions = found.actions.get((objective, qpv), 0)
    if not actions:
        return Text("–" if narrow else "non couvert", style="bold red")
    between = "\n" if narrow else " · "
    return Text(f"{actions}{between}{unbroken(euros(found.cents[objective, qpv]))}")
