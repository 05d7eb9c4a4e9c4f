"""What must always hold in a service's tables, asked when somebody wonders whether all is well (`canevas doctor`).

The database refuses most of it already; what a constraint cannot say (a counter that another table must confirm) is said here.
"""

from dataclasses import dataclass

from .language import Text

KEEP_AND_REPORT = Text(
    "Ne corrigez rien à la main : faites une sauvegarde, exportez le journal (`canevas journal`) et signalez-le.",
    "Mend nothing by hand: make a backup, export the journal (`canevas journal`) and report it.",
)


@dataclass(frozen=True)
class Check:
    """`query` gives one row per fault, its first column a word that tells which; no row when all is well."""

    name: str
    query: str
    wrong: Text
    way_out: Text = KEEP_AND_REPORT
