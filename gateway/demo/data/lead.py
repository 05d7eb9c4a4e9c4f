"""How an action lead is written down."""

from .model import Lead
from .words import french

QPV_BY_LETTER = {
    "C": "QP011002",  # La Conte – Ozanam
    "V": "QP011003",  # Le Viguier – Saint-Jacques
    "B": "QP011004",  # Bastide Pont-Vieux
    "F": "QP011005",  # Fleming – La Reille
    "G": "QP011006",  # Grazailles
}


def lead(
    key: str,
    title: str,
    domain: str,
    codes: str,
    quarters: str,
    thousands: int,
    publics: dict[str, int],
    need: str,
    description: str,
    season: str = "year",
    nature: str = "action",
) -> Lead:
    """`codes` mixes objectives and transversal concerns ("1 4 habitants"); `quarters` is letters of QPV_BY_LETTER."""
    parts = codes.split()
    return Lead(
        key=key,
        title=title,
        domain=domain,
        objective_codes=tuple(code for code in parts if code.isdigit()),
        transversal_codes=tuple(code for code in parts if not code.isdigit()),
        qpv_codes=tuple(QPV_BY_LETTER[letter] for letter in quarters),
        publics=tuple(publics.items()),
        nature=nature,
        season=season,
        typical_cost_euros=thousands * 1_000,
        need=french(need),
        description=french(description),
    )
