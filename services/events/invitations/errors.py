"""Problems of invitations."""

from services.common.language import Text
from services.common.problems import Problem


class NobodyToWriteTo(Problem):
    title = Text("Personne ne correspond à ce choix", "Nobody matches this choice")
    advice = Text("Élargissez `to` : états, modes, séance.", "Widen `to`: states, modes, session.")


class TooManyMessages(Problem):
    status = 429
    title = Text("Trop de messages ont été écrits pour cet évènement", "Too many messages were written for this event")
    advice = Text(
        "Un évènement écrit au plus cinq messages par jour à ses participants. Recommencez après `Retry-After`.",
        "An event writes at most five messages a day to its participants. Try again after `Retry-After`.",
    )
