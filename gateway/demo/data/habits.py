"""How each funder pays: in how many instalments, how fast, with which papers. Made up, as its rules are."""

from dataclasses import dataclass

_WHOLE_BP = 10_000


@dataclass(frozen=True)
class Habit:
    """`shares_bp`: the instalments, the last of which waits for the accepted bilan; empty: everything at once.

    `pace_days`: from the notification to the first payment. `commit_days`: working days after accounts are confirmed.
    """

    shares_bp: tuple[int, ...]
    pace_days: int
    commit_days: int
    by_order: bool = False
    #: The holder asks for each instalment.
    on_request: bool = False
    #: Its accountants send the file of their payments rather than type them in.
    by_file: bool = False
    #: An advance leaves in that many payments.
    parts: int = 1


HABITS: dict[str, Habit] = {
    "etat": Habit((7_000, 3_000), pace_days=48, commit_days=2, by_order=True),
    "agglo": Habit((8_000, 2_000), pace_days=41, commit_days=2, by_order=True),
    "ville": Habit((7_000, 3_000), pace_days=48, commit_days=3, by_order=True),
    "departement": Habit((6_000, 4_000), pace_days=48, commit_days=4, by_order=True, on_request=True),
    "region": Habit((7_000, 3_000), pace_days=34, commit_days=6, by_order=True, parts=2),
    "caf": Habit((), pace_days=40, commit_days=2, by_file=True),
    "bailleur": Habit((8_000, 2_000), pace_days=45, commit_days=1),
}


def schedule(habit: Habit) -> list[dict[str, object]]:
    """The instalments as the API takes them; empty when there is nothing to say."""
    if not habit.shares_bp:
        return []
    last = len(habit.shares_bp) - 1
    return [
        {
            "kind": "balance" if rank == last else "advance",
            "share_bp": share,
            "condition": "bilan_accepted" if rank == last else "none",
        }
        for rank, share in enumerate(habit.shares_bp)
    ]


def advance(habit: Habit, committed_cents: int) -> int:
    """What is paid before the bilan, in whole cents; the balance is the rest."""
    return committed_cents if not habit.shares_bp else committed_cents * habit.shares_bp[0] // _WHOLE_BP


def in_parts(cents: int, parts: int) -> list[int]:
    """Nearly equal parts that add up."""
    share, rest = divmod(cents, parts)
    return [each for each in (share + (rank < rest) for rank in range(parts)) if each]
