"""How territories are coded and nested. Pure: no database, no clock, no I/O."""

import re

from stdnum.fr import siren

from services.common.language import Text

#: From the widest to the narrowest.
RANKS = ("region", "departement", "epci", "commune", "qpv")

_SHAPES = {
    "region": r"REG-\d{2}",
    "departement": r"0[1-9]|[1345678]\d|2[1-9AB]|9[0-5]|97[1-46]",
    "epci": r"[2-9]\d{8}",
    "commune": r"(?:\d\d|2[AB])\d{3}",
}
_QPV_SHAPES = {2015: r"QP\d{6}", 2024: r"QN(?:0\d\d|02[AB]|9[78]\d)\d\d[NMI]"}
_HINTS = {
    "region": Text("Une région a la forme REG-76 (code INSEE).", "A region looks like REG-76 (INSEE code)."),
    "departement": Text("Un département a la forme 11, 2A ou 974.", "A department looks like 11, 2A or 974."),
    "epci": Text("Un EPCI porte son SIREN, neuf chiffres.", "An EPCI bears its SIREN, nine digits."),
    "commune": Text("Une commune porte son code INSEE, comme 11069.", "A commune bears its INSEE code, such as 11069."),
}
_QPV_HINT = Text(
    "Un quartier de 2015 a la forme QP011002, un quartier de 2024 la forme QN01101N.",
    "A 2015 neighbourhood looks like QP011002, one of 2024 like QN01101N.",
)


def generation_of(code: str) -> int | None:
    """The generation a neighbourhood's code belongs to; None when it is no such code."""
    return next((year for year, shape in _QPV_SHAPES.items() if re.fullmatch(shape, code, re.ASCII)), None)


def code_refusal(kind: str, code: str, generation: int | None) -> Text | None:
    """Why this code is none of that kind and generation, or None."""
    if kind == "qpv":
        return None if generation is not None and generation_of(code) == generation else _QPV_HINT
    if generation is not None:
        return Text("Seuls les quartiers ont une génération.", "Only neighbourhoods have a generation.")
    if not re.fullmatch(_SHAPES[kind], code, re.ASCII) or (kind == "epci" and not siren.is_valid(code)):
        return _HINTS[kind]
    return None


def parent_refusal(kind: str, parent_kind: str | None) -> Text | None:
    """Why a territory of `kind` cannot be within one of `parent_kind` (None: within nothing), or None."""
    if parent_kind is None:
        if kind in {"region", "epci"}:  # an EPCI may spread over several departments
            return None
        return Text("Il manque le territoire englobant.", "The territory around it is missing.")
    if RANKS.index(parent_kind) >= RANKS.index(kind):
        return Text("Le territoire englobant doit être plus large.", "The territory around it has to be wider.")
    return None


def succession_refusal(old: tuple[str, int | None], new: tuple[str, int | None]) -> Text | None:
    """Why one territory (kind, generation) cannot succeed the other, or None."""
    if old[0] != new[0]:
        return Text("Un territoire succède à un autre du même genre.", "A territory succeeds another of the same kind.")
    if old[1] is not None and new[1] is not None and new[1] <= old[1]:
        return Text("Le successeur est d'une génération plus récente.", "The successor is of a later generation.")
    return None
