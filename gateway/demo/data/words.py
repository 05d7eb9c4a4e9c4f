"""French as it is printed."""

import re


def french(text: str) -> str:
    """The text with the no-break spaces French wants inside « » and before : ; ! ? € %."""
    return re.sub("« ", "«\u00a0", re.sub(" ([:;!?»€%])", "\u00a0\\1", text))


def euros(cents: int) -> str:
    return f"{cents // 100:,} €".replace(",", "\u202f")


def decimal_euros(cents: int) -> str:
    """`1234,50`, as French spreadsheets write an amount."""
    return f"{cents // 100},{cents % 100:02d}"
