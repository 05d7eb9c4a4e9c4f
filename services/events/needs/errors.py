"""Problems of training needs."""

from services.common.language import Text
from services.common.problems import Problem


class NeedSettled(Problem):
    title = Text("Ce besoin n'attend plus de réponse", "This need no longer waits for an answer")
    advice = Text("`status` dit ce qu'il est devenu.", "`status` says what became of it.")


class NeedsOfSeveralNetworks(Problem):
    title = Text("Ces besoins ne sont pas d'un même réseau", "These needs are not of one network")
    advice = Text("Réunissez les besoins d'un seul réseau.", "Gather the needs of one network.")


class NeedMergedIntoItself(Problem):
    title = Text("Un besoin ne se fond pas dans lui-même", "A need is not merged into itself")
    advice = Text("Choisissez un autre besoin, encore ouvert.", "Choose another need that is still open.")


class TooManyOpenNeeds(Problem):
    title = Text("Vous avez déjà beaucoup de besoins en attente", "You already have many needs waiting")
    advice = Text("Retirez-en un, ou attendez les réponses du réseau.", "Withdraw one, or wait for the network's answers.")


class OnlyForOthers(Problem):
    status = 403
    title = Text("Seuls les organisateurs notent le besoin de quelqu'un d'autre", "Only organisers note somebody else's need")
    advice = Text(
        "Sans `contact_email`, le besoin est le vôtre : la réponse vient à l'adresse de votre compte.",
        "Without `contact_email` the need is yours: the answer comes to your account's address.",
    )


class NeedNotYours(Problem):
    status = 403
    title = Text("Seul qui a demandé retire sa demande", "Only whoever asked withdraws what they asked")
    advice = Text("Répondez-y, ou classez-la sans suite en disant pourquoi.", "Answer it, or dismiss it and say why.")
