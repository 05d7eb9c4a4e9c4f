"""Problems of saved searches and followed documents."""

from services.common.language import Text
from services.common.problems import Problem


class TooManySavedSearches(Problem):
    title = Text("Vous avez déjà beaucoup de recherches enregistrées", "You already have many saved searches")
    advice = Text("Supprimez-en une qui ne sert plus, puis recommencez.", "Delete one that is of no use, then try again.")


class TooManyFollows(Problem):
    title = Text("Vous suivez déjà beaucoup de documents", "You already follow many documents")
    advice = Text("Cessez d'en suivre un, ou enregistrez une recherche.", "Stop following one, or save a search.")


class FollowedByNobody(Problem):
    title = Text("Ce document ne se suit pas", "This document cannot be followed")
    advice = Text(
        "Les courriels ne parlent que de ce qui est public : un document réservé aux membres ou sous embargo ne se suit pas.",
        "Mails tell of nothing but what is public: a document for members or under embargo cannot be followed.",
    )
