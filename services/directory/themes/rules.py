"""How themes nest. Pure: no database, no clock, no I/O."""

from services.common.language import Text


def parent_refusal(code: str, parent: tuple[str, str | None] | None, *, has_children: bool) -> Text | None:
    """Why the theme cannot be under `parent` (its code and its own parent; None: under nothing), or None."""
    if parent is None:
        return None
    if parent[0] == code:
        return Text("Un thème n'est pas sous lui-même.", "A theme is not under itself.")
    if parent[1] is not None or has_children:
        return Text("Les thèmes ont deux niveaux, pas plus.", "Themes have two levels, no more.")
    return None
