"""Problems of privacy."""

from services.common.language import Text
from services.common.problems import Problem


class TooManyDataRequests(Problem):
    status = 429
    keeps_writes = True
    title = Text("Trop de demandes", "Too many requests")
    advice = Text(
        "Trop de demandes sont venues de votre réseau. Attendez le nombre de secondes donné par `Retry-After`.",
        "Too many requests came from your network. Wait for the number of seconds given by `Retry-After`.",
    )


class BadDataRequestLink(Problem):
    status = 404
    title = Text("Ce lien ne mène à aucune demande en cours", "This link leads to no pending request")
    advice = Text(
        "Il a été modifié, coupé, a déjà servi à effacer, ou date de plus de 24 heures : refaites la demande.",
        "It was changed, cut, already used to erase, or is more than 24 hours old: ask again.",
    )


class ErasuresForManagers(Problem):
    status = 403
    title = Text("Réservé aux gestionnaires d'un réseau", "For managers of a network only")
    advice = Text(
        "Un gestionnaire de l'organisation qui anime un réseau, ou un administrateur, peut lire le registre.",
        "A manager of an organisation that runs a network, or an administrator, may read the register.",
    )
