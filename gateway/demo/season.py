"""What the season comes to: everything made, nothing oversold, nobody lost. Pure functions on what the API answered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from .clock import PARIS
from .http import Json


@dataclass(frozen=True)
class Rush:
    """What the opening gave, as the organisers read it the minute after. `asked`: how many requests were acknowledged."""

    asked: int
    registrations: Sequence[Json]
    pools: Sequence[Json]
    seconds: float = 0.0

    def people(self, state: str) -> int:
        """How many people are in that state."""
        return sum(len(each["attendees"]) for each in self.registrations if each["state"] == state)


@dataclass(frozen=True)
class Sitting:
    """A session as it went: who was checked in, of whom nobody came twice, and the personal visio links that led in."""

    title: str
    arrived: int
    expected_visio: int
    entered_visio: int
    seen_twice: int = 0


@dataclass(frozen=True)
class SeasonAnswers:
    """What was read back at the end."""

    rush: Rush
    registrations: Sequence[Json]
    pools: Sequence[Json]
    certificates: Sequence[Json]
    #: Offers the waiting list was made, and those that were accepted by the link of the mail.
    offered: int = 0
    accepted: int = 0
    walk_ins: int = 0
    sittings: Sequence[Sitting] = ()
    early_refused: bool = True
    #: The public page of one certificate.
    verified: Json = field(default_factory=dict)
    survey_answers: int = 0
    survey: Json = field(default_factory=dict)
    figures: Json = field(default_factory=dict)
    progress: Json = field(default_factory=dict)

    def summary(self) -> dict[str, int]:
        """For the last line of the demonstration."""
        return {"registrations": len(self.registrations), "oversold": self.oversold(), "certificates": len(self.certificates)}

    def oversold(self) -> int:
        """People seated beyond the seats there are: at the opening or at the end, whichever is worse."""
        return max(_oversold(self.rush.registrations, self.rush.pools), _oversold(self.registrations, self.pools))

    def faults(self) -> list[str]:
        """What is not as it should be, in French."""
        wrong = [f"{self.oversold()} places vendues deux fois"] if self.oversold() else []
        wrong += self._lost()
        if self.accepted != self.offered:
            wrong.append(f"{self.accepted} places acceptées sur {self.offered} proposées")
        if not self.early_refused:
            wrong.append("un lien de visio ouvre la salle la veille")
        wrong += [
            f"« {each.title} » : {each.entered_visio} liens de visio ouverts sur {each.expected_visio}"
            for each in self.sittings
            if each.entered_visio != each.expected_visio
        ]
        wrong += [f"« {each.title} » : personne à l’accueil" for each in self.sittings if not each.arrived]
        return wrong + self._unfinished()

    def _lost(self) -> list[str]:
        wrong = []
        if len(self.rush.registrations) != self.rush.asked:
            wrong.append(f"{len(self.rush.registrations)} inscriptions à l’ouverture au lieu de {self.rush.asked}")
        ranks = sorted(each["rank"] for each in self.rush.registrations if each["state"] == "waiting")
        if ranks != list(range(1, len(ranks) + 1)):
            wrong.append(f"les rangs de la liste d’attente ont un trou ou un doublon : {ranks}")
        if len(self.registrations) != self.rush.asked + self.walk_ins:
            wrong.append(f"{len(self.registrations)} inscriptions à la fin au lieu de {self.rush.asked + self.walk_ins}")
        return wrong

    def _unfinished(self) -> list[str]:
        wrong = [] if self.certificates else ["aucune attestation"]
        waiting = sum(not each["is_ready"] for each in self.certificates)
        if waiting:
            wrong.append(f"{waiting} attestations ne sont pas écrites")
        if self.verified and not self.verified["stands"]:
            wrong.append("l’attestation vérifiée ne vaut pas")
        if self.survey and self.survey["answered_count"] != self.survey_answers:
            wrong.append(f"{self.survey['answered_count']} avis lus au lieu de {self.survey_answers}")
        held = [line["held"] for line in self.progress.get("formats", ()) if line["code"] == "cycle"]
        if self.progress and held != [1]:
            wrong.append(f"le plan de l’année compte {held} cycle tenu")
        return wrong


def _oversold(registrations: Sequence[Json], pools: Sequence[Json]) -> int:
    """Mode by mode; shares are inside their mode, and each pool is counted against its own seats too."""
    seated = Counter(person["mode"] for found in registrations for person in found["attendees"] if person["has_seat"])
    seats: Counter[str] = Counter()
    unlimited = {pool["mode"] for pool in pools if pool["seats"] is None}
    for pool in pools:
        seats[pool["mode"]] += pool["seats"] or 0
    by_mode: int = sum(max(count - seats[mode], 0) for mode, count in seated.items() if mode not in unlimited)
    by_pool: int = sum(max(pool["taken"] - pool["seats"], 0) for pool in pools if pool["seats"] is not None)
    return max(by_mode, by_pool)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS)
