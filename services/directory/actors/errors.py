"""Problems of the public directory of actors."""

from services.common.language import Text
from services.common.problems import Problem


class ActorCardRefused(Problem):
    title = Text("La fiche ne peut pas être enregistrée ainsi", "The card cannot be kept like this")
    advice = Text(
        "Prenez les thèmes et les territoires du référentiel ; une fiche publiée dit en quelques lignes ce que fait l'organisation.",
        "Take themes and territories from the reference data; a published card says in a few lines what the organisation does.",
    )


class NobodyAcceptsMessages(Problem):
    title = Text("Personne ne reçoit de message ici", "Nobody receives messages here")
    advice = Text(
        "Personne n'a choisi d'être contacté et l'organisation ne reçoit pas de messages par la plateforme : voyez son site ou ses coordonnées publiques.",
        "Nobody chose to be contacted and the organisation takes no messages through the platform: see its website or public contact.",
    )


class TooManyActorMessages(Problem):
    status = 429
    title = Text("Trop de messages envoyés", "Too many messages sent")
    advice = Text(
        "Quelques messages par heure au plus. Attendez le nombre de secondes de `Retry-After`.",
        "A few messages an hour at most. Wait for the seconds of `Retry-After`.",
    )
