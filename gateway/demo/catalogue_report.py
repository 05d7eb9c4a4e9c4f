"""The catalogue at the end: what three searches of a professional give, and what closed dossiers became."""

from collections.abc import Sequence

from rich.console import Console

from .catalogue import Found, Holdings
from .http import Json

_SHOWN_TITLES, _SHOWN_KINDS, _SHOWN_DRAFTS = 3, 4, 2


def show_catalogue(where: Console, holdings: Holdings, drafts: Sequence[Json]) -> None:
    """Under the tables of the money."""
    where.print()
    where.print(f"Catalogue : {holdings.documents} documents publiés ; ce qu’un professionnel y cherche", style="bold")
    for found in holdings.searches:
        where.print(_search(found), markup=False)
    if drafts:
        where.print("Fiches expériences en brouillon, faites de dossiers clos, à relire puis à publier :", markup=False)
        for draft in drafts[:_SHOWN_DRAFTS]:
            where.print(f"    {draft['reference']}  {draft['title']}", markup=False)
        if len(drafts) > _SHOWN_DRAFTS:
            where.print(f"    … et {len(drafts) - _SHOWN_DRAFTS} de plus", markup=False)


def _search(found: Found) -> str:
    kinds = ", ".join(f"{label} {count}" for label, count in found.kinds[:_SHOWN_KINDS])
    documents = f"{found.total} document{'s' if found.total > 1 else ''}"
    lines = [f"  « {found.search.query} » : {documents}{f' ({kinds})' if kinds else ''}"]
    lines += [f"    {rank}. {title}" for rank, title in enumerate(found.titles[:_SHOWN_TITLES], 1)]
    return "\n".join(lines)
