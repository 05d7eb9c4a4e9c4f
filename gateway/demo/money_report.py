"""The tables of the money at the end: what was paid and justified, the agreements over several years, what is published."""

from rich.console import Console
from rich.table import Table

from .data.words import euros
from .money_figures import MoneyAnswers, MoneyRow, in_force, median_days, money_rows
from .report import amounts, is_narrow, table, unbroken

_METHOD = (
    "Payé : ce qui est parti, avances et soldes. Justifié : ce que les bilans acceptés établissent. Délai médian : de la "
    "notification au premier paiement ; dans les délais : payé avant le terme de 60 jours."
)


def show_money(where: Console, read: MoneyAnswers) -> None:
    """Under the tables of the campaign."""
    where.print()
    where.print(_money(where, money_rows(read), median_days(read)))
    where.print(_METHOD, style="dim")
    if read.cpos:
        where.print()
        where.print(_cpos(where, read))
    where.print()
    where.print(_lines(read))


def _money(where: Console, rows: list[MoneyRow], overall: float | None) -> Table:
    columns: dict[str, list[str]] = {
        "Accordé": amounts([row.granted_cents for row in rows]),
        "Engagé": amounts([row.committed_cents for row in rows]),
        "Payé": amounts([row.paid_cents for row in rows]),
        "Justifié": amounts([row.justified_cents for row in rows]),
        "Reversé": amounts([row.repaid_cents for row in rows]),
        "À reverser": amounts([row.to_repay_cents for row in rows]),
        "Délai médian": [*(_days(row.median_days) for row in rows), _days(overall)],
        "Dans les délais": [
            *(f"{row.within_clock} / {row.awards}" for row in rows),
            f"{sum(row.within_clock for row in rows)} / {sum(row.awards for row in rows)}",
        ],
    }
    if is_narrow(where):
        del columns["Accordé"], columns["Engagé"], columns["Dans les délais"]
    made = table(where, "Argent : ce que les financeurs ont payé, ce que les porteurs ont justifié")
    made.add_column("Financeur", "Total")
    for heading, cells in columns.items():
        made.add_column(heading, cells.pop(), justify="right")
    for row, *cells in zip((row.name for row in rows), *columns.values(), strict=True):
        made.add_row(row, *(unbroken(cell) for cell in cells))
    return made


def _days(found: float | None) -> str:
    return "–" if found is None else unbroken(f"{found:.0f} jours")


def _cpos(where: Console, read: MoneyAnswers) -> Table:
    """One row per agreement: by year, what is confirmed, or forecast between brackets."""
    found = in_force(read)
    years = sorted({year["year"] for _, money in found for year in money["by_year"]})
    made = table(where, "Conventions pluriannuelles (entre parenthèses : tranches à confirmer)", footer=False)
    made.add_column("Porteur" if is_narrow(where) else "Convention", max_width=26 if is_narrow(where) else 60)
    for year in years:
        made.add_column(str(year), justify="right")
    made.add_column("Payé", justify="right")
    for cpo, money in found:
        name = cpo["holder_name"] if is_narrow(where) else f"{cpo['reference']} · {cpo['holder_name']}"
        by_year = {year["year"]: year for year in money["by_year"]}
        made.add_row(name, *(_tranche(by_year.get(year)) for year in years), unbroken(euros(money["total"]["paid_cents"])))
    return made


def _tranche(year: dict[str, int] | None) -> str:
    if year is None:
        return "–"
    if year["confirmed_cents"]:
        return unbroken(euros(year["confirmed_cents"]))
    return f"({unbroken(euros(year['forecast_cents']))})"


def _lines(read: MoneyAnswers) -> str:
    share, target = read.multi_year["share_euros_bp"] or 0, read.multi_year["target_bp"]
    rows, errors = sum(each.rows for each in read.published), sum(len(each.errors) for each in read.published)
    files = sum(each.rows > 0 for each in read.published)
    in_files = f"{files} fichier{'s' if files > 1 else ''} SCDL"
    return (
        f"Part pluriannuelle du contrat : {_percent(share)} des euros accordés (objectif {_percent(target)}).\n"
        f"Données ouvertes : {rows} subventions publiées en {in_files}, {errors} erreur{'s' if errors > 1 else ''}."
    )


def _percent(basis_points: int) -> str:
    return unbroken(f"{basis_points / 100:.1f} %".replace(".", ",").replace(",0 %", " %"))
