"""Problems of newsletters."""

from services.common.language import Text
from services.common.problems import Problem


class NotSelectable(Problem):
    title = Text("Un document choisi n'est pas public", "A selected document is not public")
    advice = Text(
        "Une lettre part chez n'importe qui : elle ne cite que des documents publiés et publics. `errors` désigne les autres.",
        "A newsletter goes to anybody: it names published, public documents only. `errors` points at the others.",
    )


class NothingToSend(Problem):
    title = Text("La lettre est vide", "The newsletter is empty")
    advice = Text(
        "Ajoutez un paragraphe ou un document public : ceux qui ont été retirés ou fermés depuis ne comptent pas.",
        "Add a paragraph or a public document: those withdrawn or closed meanwhile do not count.",
    )


class NewsletterAlreadySent(Problem):
    title = Text("La lettre est déjà partie", "The newsletter was sent already")
    advice = Text("Elle est archivée dans le catalogue. Préparez-en une autre.", "It is archived in the catalogue. Write another.")


class ConfirmationExpired(Problem):
    title = Text("Ce lien n'est plus valable", "This link is no longer valid")
    advice = Text(
        "Un lien de confirmation sert pendant 48 heures. Abonnez-vous de nouveau pour en recevoir un autre.",
        "A confirmation link works for 48 hours. Subscribe again to be sent another.",
    )


class TooManySubscriptions(Problem):
    status = 429
    keeps_writes = True
    title = Text("Trop d'abonnements demandés", "Too many subscriptions asked for")
    advice = Text(
        "Trop de demandes sont venues de votre réseau. Attendez le nombre de secondes donné par `Retry-After`.",
        "Too many requests came from your network. Wait for the number of seconds given by `Retry-After`.",
    )
