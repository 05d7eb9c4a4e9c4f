"""The season: a network opens its agenda, plays a cycle from the opening rush to the certificates, by the public API alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from .clock import PARIS
from .http import Json


@dataclass(frozen=True)
class SeasonAnswers:
    """What was read back at the end."""

    registrations: Sequence[Json]
    pools: Sequence[Json]
    certificates: Sequence[Json]

    def summary(self) -> dict[str, int]:
        """For the last line of the demonstration."""
        return {"registrations": len(self.registrations), "oversold": self.oversold(), "certificates": len(self.certificates)}

    def oversold(self) -> int:
        """People seated beyond the seats there are, mode by mode."""
        seated: dict[str, int] = {}
        for found in self.registrations:
            for person in found["attendees"]:
                if found["state"] == "seated" and person["has_seat"]:
                    seated[person["mode"]] = seated.get(person["mode"], 0) + 1
        seats: dict[str, int] = {}
        for pool in self.pools:
            seats[pool["mode"]] = seats.get(pool["mode"], 0) + (pool["seats"] or 0)
        return sum(max(count - seats.get(mode, 0), 0) for mode, count in seated.items())


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS)
