"""Times as people write them, without an offset: the clock of Paris. Pure."""

from datetime import UTC, datetime

from services.common.clock import PARIS
from services.common.language import Text
from services.common.problems import FieldError


def readings(local: datetime) -> list[datetime]:
    """The instants that the clock of Paris shows as this time (UTC, in order): none when the clock jumps over it, two when it comes back."""
    found = {local.replace(tzinfo=PARIS, fold=fold).astimezone(UTC) for fold in (0, 1)}
    wall = local.replace(tzinfo=None, fold=0)
    return sorted(one for one in found if one.astimezone(PARIS).replace(tzinfo=None, fold=0) == wall)


def instant_of(written: datetime, pointer: str) -> datetime | FieldError:
    """What was meant: an offset says it by itself; a time of Paris must come once that day, or the error says what to write."""
    if written.tzinfo is not None:
        return written
    found = readings(written)
    if len(found) == 1:
        return found[0]
    shown = f"{written:%d/%m/%Y à %H:%M:%S}"
    if not found:
        said = Text(
            f"Le {shown} n'existe pas à Paris : l'horloge avance ce jour-là de 2 h à 3 h. Choisissez une autre heure.",
            f"{written:%Y-%m-%d %H:%M:%S} does not exist in Paris: the clock goes from 2 to 3 that day. Choose another time.",
        )
        return FieldError(pointer, said, "skipped_local_time")
    one, other = (each.astimezone(PARIS).isoformat() for each in found)
    said = Text(
        f"Le {shown} existe deux fois à Paris : l'horloge recule ce jour-là. Écrivez {one} ou {other}.",
        f"{written:%Y-%m-%d %H:%M:%S} comes twice in Paris: the clock goes back that day. Write {one} or {other}.",
    )
    return FieldError(pointer, said, "ambiguous_local_time")
