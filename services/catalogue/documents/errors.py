"""Problems of documents."""

from services.common.language import Text
from services.common.problems import Problem


class NotPublishable(Problem):
    title = Text("Le document n'est pas prêt à être publié", "The document is not ready to be published")
    advice = Text("Complétez ce que désigne `errors`, puis publiez.", "Complete what `errors` points at, then publish.")


class UnchangedSincePublication(Problem):
    title = Text("Rien n'a changé depuis la version publiée", "Nothing changed since the published version")
    advice = Text("Modifiez le brouillon avant de publier de nouveau.", "Change the draft before publishing again.")


class NotInReview(Problem):
    title = Text("Le brouillon n'est pas en relecture", "The draft is not in review")
    advice = Text("Demandez d'abord sa relecture (`…/review-request`).", "Ask for its review first (`…/review-request`).")


class DraftInReview(Problem):
    title = Text("Le brouillon est en relecture", "The draft is in review")
    advice = Text(
        "Attendez qu'un gestionnaire le publie ou le renvoie (`…/return`), ou renvoyez-le vous-même.",
        "Wait for a manager to publish it or send it back (`…/return`), or send it back yourself.",
    )


class NotPublished(Problem):
    title = Text("Le document n'est pas publié", "The document is not published")
    advice = Text("Seul un document publié se retire.", "Only a published document is withdrawn.")


class NotWithdrawn(Problem):
    title = Text("Le document n'est pas retiré", "The document is not withdrawn")
    advice = Text("Il est déjà lisible, ou n'a jamais été publié.", "It can be read already, or was never published.")


class UnknownRelation(Problem):
    title = Text("Le document lié n'existe pas", "The related document does not exist")
    advice = Text(
        "Une relation mène à un document publié ou en cours d'écriture du catalogue, et jamais à lui-même.",
        "A relation leads to a document of the catalogue, published or being written, and never to itself.",
    )


class DocumentWithdrawn(Problem):
    status = 410
    title = Text("Ce document a été retiré", "This document was withdrawn")
    advice = Text(
        "`reason` dit pourquoi ; `replaced_by` mène, s'il y en a un, à celui qui prend sa place.",
        "`reason` says why; `replaced_by` leads to the one that takes its place, if any.",
    )


class AlreadyDeposited(Problem):
    constraint = "uq_documents_origin"
    title = Text("Ce document est déjà dans le catalogue", "This document is in the catalogue already")
    advice = Text("Retrouvez-le par son origine et modifiez-le.", "Find it by its origin and change it.")
