"""The matrix as a heat map a room can read from afar: SVG, in grey as in colour, by eye or by ear. Pure.

Each cell prints its value and its number of actions; cells nobody covers are hatched. Ink is black or white, whichever stands out
more: on any background that is a contrast of 4.5 at least.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from xml.sax.saxutils import escape, quoteattr

from services.common.clock import in_paris
from services.common.language import euros

from .schemas import STAGE_LABELS, Cell, MatrixRead, Totals

#: From little to much: one hue that only darkens, so that grey says the same.
SHADES = ("#E3EEF9", "#C6DBEF", "#9ECAE1", "#6BAED6", "#3182BD", "#08519C", "#08306B")
_FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB` (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink(background: str) -> str:
    return max(("#000000", "#FFFFFF"), key=lambda colour: contrast(colour, background))


def shades(amounts: Sequence[int]) -> list[str]:
    """The colour of each amount: as many cells in each shade, so that one large amount does not leave the rest pale."""
    known = sorted({amount for amount in amounts if amount > 0})
    bounds = (
        [known[min(len(known) - 1, ceil(len(known) * (i + 1) / len(SHADES)) - 1)] for i in range(len(SHADES) - 1)] if known else []
    )
    return [SHADES[bisect_right(bounds, amount - 1)] if amount > 0 else "#FFFFFF" for amount in amounts]


def short_euros(cents: int) -> str:
    """What fits in a cell: `950 €`, `12,5 k€`, `1 200 k€`, `12,3 M€`."""
    if cents < 100_000:
        return euros(cents)
    unit, size = ("M€", 100_000_000) if cents >= 1_000_000_000 else ("k€", 100_000)
    if cents >= 1000 * size:
        whole, rest = (cents + size // 2) // size, 0
    else:
        whole, rest = divmod((cents * 10 + size // 2) // size, 10)
    figure = f"{whole:,}".replace(",", "\u202f")
    return f"{figure},{rest}\u00a0{unit}" if rest else f"{figure}\u00a0{unit}"


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """Text cut into at most `lines` of `width` characters, with an ellipsis where it is cut."""
    words, made = text.split(), [""]
    for word in words:
        longer = f"{made[-1]} {word}".strip()
        if len(longer) <= width:
            made[-1] = longer
        else:
            made.append(word)
    made = [line if len(line) <= width else line[: width - 1] + "…" for line in made if line]
    if len(made) > lines:
        made = [*made[: lines - 1], made[lines - 1][: width - 1].rstrip() + "…"]
    return made


@dataclass(frozen=True)
class _Plan:
    """Sizes in pixels of a picture 1920 wide or more."""

    rows: int
    columns: int

    @property
    def head(self) -> int:
        return 430

    @property
    def cell_width(self) -> int:
        return max(100, min(210, (1920 - 40 - self.head) // (self.columns + 1)))

    @property
    def cell_height(self) -> int:
        return 58

    @property
    def slanted(self) -> bool:
        """Names of neighbourhoods stand upright when their columns are narrow."""
        return self.cell_width < 150

    @property
    def top(self) -> int:
        return 150 + (240 if self.slanted else 110)

    @property
    def width(self) -> int:
        return 40 + self.head + self.cell_width * (self.columns + 1)

    @property
    def height(self) -> int:
        return self.top + self.cell_height * (self.rows + 1) + 130

    def x(self, column: int) -> int:
        return 20 + self.head + column * self.cell_width

    def y(self, row: int) -> int:
        return self.top + row * self.cell_height


def as_svg(matrix: MatrixRead) -> bytes:
    """The heat map of the stage asked for."""
    plan = _Plan(len(matrix.objectives), len(matrix.qpvs) + 1)
    parts = [
        *_opening(matrix, plan),
        *_headings(matrix, plan),
        *_body(matrix, plan),
        *_totals(matrix, plan),
        *_legend(plan),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def subtitle(matrix: MatrixRead) -> str:
    """What one looks at: stage, scenario, instant."""
    day = in_paris(matrix.computed_at)
    scenario = f" – scénario « {matrix.scenario.title} »" if matrix.scenario else ""
    return f"Montants {STAGE_LABELS[matrix.stage].lower()}s, en euros{scenario} – au {day:%d/%m/%Y à %H:%M}"


def description(matrix: MatrixRead) -> str:
    """The picture in words."""
    total = getattr(matrix.total, matrix.stage.value)
    objectives = {objective.code: objective.title for objective in matrix.objectives}
    qpvs = {qpv.code: qpv.name for qpv in matrix.qpvs}
    said = f"{subtitle(matrix)}. {total.actions} actions, {euros(total.amount_cents)}. "
    if not matrix.uncovered:
        return said + "Aucune cellule sans action."
    bare = "; ".join(f"{objectives[p.objective_code]} à {qpvs[p.qpv_code]}" for p in matrix.uncovered)
    return said + f"{len(matrix.uncovered)} cellules sans action : {bare}."


def cell_label(matrix: MatrixRead, totals: Totals, row: str, column: str) -> str:
    """What a screen reader says of a cell."""
    figures = getattr(totals, matrix.stage.value)
    if isinstance(totals, Cell) and totals.qpv_code is not None and not totals.covered:
        return f"{row}, {column} : aucune action"
    return f"{row}, {column} : {euros(figures.amount_cents)}, {figures.actions} action{'s' if figures.actions > 1 else ''}"


def _opening(matrix: MatrixRead, plan: _Plan) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="titre description" lang="fr" '
        f'viewBox="0 0 {plan.width} {plan.height}" font-family={quoteattr(_FONT)}>'
    )
    title = f"Couverture : {matrix.title}"
    yield f'<title id="titre">{escape(title)}</title>'
    yield f'<desc id="description">{escape(description(matrix))}</desc>'
    yield (
        '<defs><pattern id="hachures" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="10" height="10" fill="#FFFFFF"/><line x1="0" y1="0" x2="0" y2="10" stroke="#595959" stroke-width="3"/>'
        "</pattern></defs>"
    )
    yield f'<rect width="{plan.width}" height="{plan.height}" fill="#FFFFFF"/>'
    size = 34 if len(title) < 80 else 26
    yield f'<text x="20" y="54" font-size="{size}" font-weight="bold">{escape(title[:120])}</text>'
    yield f'<text x="20" y="96" font-size="22">{escape(subtitle(matrix)[:150])}</text>'
    yield f'<g role="table" aria-label={quoteattr(title)} aria-rowcount="{plan.rows + 2}" aria-colcount="{plan.columns + 2}">'


def _lines(lines: Sequence[str], x: float, y: float, size: int, more: str = "") -> Iterator[str]:
    """Lines of text whose block is centred on `y`."""
    first = y - (len(lines) - 1) * size * 0.6 + size * 0.35
    for number, line in enumerate(lines):
        yield f'<text x="{x:g}" y="{first + number * size * 1.2:g}" font-size="{size}"{more}>{escape(line)}</text>'


def _headings(matrix: MatrixRead, plan: _Plan) -> Iterator[str]:
    yield '<g role="row">'
    yield f'<g role="columnheader" aria-label="Objectif"><text x="20" y="{plan.top - 16}" font-size="18" font-weight="bold">Objectif</text></g>'
    names = [*(f"{qpv.name}" for qpv in matrix.qpvs), "Hors QPV", "Total"]
    people = [*(qpv.population for qpv in matrix.qpvs), None, None]
    for column, (name, population) in enumerate(zip(names, people, strict=True)):
        label = name if population is None else f"{name}, {population} habitants"
        middle = plan.x(column) + plan.cell_width / 2
        yield f'<g role="columnheader" aria-label={quoteattr(label)}>'
        told = [f"{population} hab."] if population is not None else []
        if plan.slanted:
            lines = [*wrapped(name, 24, 3 if not told else 2), *told]
            base = plan.top - 14
            for number, line in enumerate(lines):
                x = middle + (number - (len(lines) - 1) / 2) * 22 + 6
                yield f'<text transform="translate({x:g} {base}) rotate(-90)" font-size="18">{escape(line)}</text>'
        else:
            lines = [*wrapped(name, plan.cell_width // 10, 3), *told]
            yield from _lines(lines, middle, plan.top - 16 - len(lines) * 11, 17, ' text-anchor="middle"')
        yield "</g>"
    yield "</g>"


def _body(matrix: MatrixRead, plan: _Plan) -> Iterator[str]:
    width = plan.columns
    colours = shades([getattr(cell, matrix.stage.value).amount_cents for cell in matrix.cells])
    names = [*(qpv.name for qpv in matrix.qpvs), "Hors QPV"]
    for row, objective in enumerate(matrix.objectives):
        label = f"{objective.code} – {objective.title}"
        yield '<g role="row">'
        yield f'<g role="rowheader" aria-label={quoteattr(label)}>'
        yield from _lines(wrapped(label, 46, 2), 20, plan.y(row) + plan.cell_height / 2, 16)
        yield "</g>"
        for column in range(width):
            number = row * width + column
            cell = matrix.cells[number]
            said = cell_label(matrix, cell, objective.title, names[column])
            yield from _cell(matrix, plan, cell, colours[number], said, row, column)
        total = matrix.by_objective[row]
        yield from _sum(matrix, plan, total, cell_label(matrix, total, objective.title, "total"), row, width)
        yield "</g>"


def _cell(matrix: MatrixRead, plan: _Plan, cell: Cell, colour: str, said: str, row: int, column: int) -> Iterator[str]:
    figures = getattr(cell, matrix.stage.value)
    x, y, wide, high = plan.x(column), plan.y(row), plan.cell_width, plan.cell_height
    bare = not figures.actions and cell.qpv_code is not None
    yield f'<g role="cell" aria-label={quoteattr(said)}>'
    fill = "url(#hachures)" if bare else colour
    yield f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{fill}" stroke="#595959"/>'
    middle = x + wide / 2
    if bare:
        yield f'<rect x="{middle - 22:g}" y="{y + high / 2 - 15:g}" width="44" height="30" rx="4" fill="#FFFFFF"/>'
        yield f'<text x="{middle:g}" y="{y + high / 2 + 7:g}" font-size="20" font-weight="bold" text-anchor="middle">0</text>'
    elif figures.actions:
        more = f' text-anchor="middle" fill="{ink(colour)}"'
        size = 20 if wide > 110 else 18
        yield f'<text x="{middle:g}" y="{y + 26}" font-size="{size}" font-weight="bold"{more}>{short_euros(figures.amount_cents)}</text>'
        yield f'<text x="{middle:g}" y="{y + 47}" font-size="15"{more}>{figures.actions} act.</text>'
    yield "</g>"


def _sum(matrix: MatrixRead, plan: _Plan, totals: Totals, said: str, row: int, column: int) -> Iterator[str]:
    figures = getattr(totals, matrix.stage.value)
    x, y = plan.x(column), plan.y(row)
    middle = x + plan.cell_width / 2
    yield f'<g role="cell" aria-label={quoteattr(said)}>'
    yield f'<rect x="{x}" y="{y}" width="{plan.cell_width}" height="{plan.cell_height}" fill="#F2F2F2" stroke="#000000"/>'
    size = 20 if plan.cell_width > 110 else 18
    more = ' text-anchor="middle" fill="#000000"'
    yield f'<text x="{middle:g}" y="{y + 26}" font-size="{size}" font-weight="bold"{more}>{short_euros(figures.amount_cents)}</text>'
    yield f'<text x="{middle:g}" y="{y + 47}" font-size="15"{more}>{figures.actions} act.</text>'
    yield "</g>"


def _totals(matrix: MatrixRead, plan: _Plan) -> Iterator[str]:
    row = plan.rows
    yield '<g role="row"><g role="rowheader" aria-label="Total">'
    yield from _lines(["Total"], 20, plan.y(row) + plan.cell_height / 2, 18, ' font-weight="bold"')
    yield "</g>"
    names = [*(qpv.name for qpv in matrix.qpvs), "hors QPV", "tous quartiers"]
    for column, (total, name) in enumerate(zip([*matrix.by_qpv, matrix.total], names, strict=True)):
        yield from _sum(matrix, plan, total, cell_label(matrix, total, "Total", name), row, column)
    yield "</g></g>"


def _legend(plan: _Plan) -> Iterator[str]:
    y = plan.y(plan.rows + 1) + 28
    yield f'<g aria-hidden="true"><text x="20" y="{y + 20}" font-size="17">Du moins au plus :</text>'
    for number, colour in enumerate(SHADES):
        yield f'<rect x="{190 + number * 44}" y="{y}" width="44" height="28" fill="{colour}" stroke="#595959"/>'
    x = 190 + len(SHADES) * 44 + 30
    yield f'<rect x="{x}" y="{y}" width="60" height="28" fill="url(#hachures)" stroke="#595959"/>'
    yield f'<text x="{x + 72}" y="{y + 20}" font-size="17">Aucune action</text>'
    told = "L'argent d'un dossier est partagé à parts égales entre ses couples objectif × QPV ; une action compte dans chacune de ses cellules."
    yield f'<text x="20" y="{y + 62}" font-size="16">{escape(told)}</text></g>'
