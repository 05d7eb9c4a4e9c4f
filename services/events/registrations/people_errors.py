"""Problems of what people change around their registration, and of what organisers decide."""

from services.common.language import Text
from services.common.problems import Problem


class LastOfTheGroup(Problem):
    title = Text("C'est la dernière personne de l'inscription", "They are the last person of the registration")
    advice = Text(
        "Annulez l'inscription (`…/cancellation`), ou remplacez la personne par quelqu'un d'autre.",
        "Cancel the registration (`…/cancellation`), or replace the person by somebody else.",
    )


class OrganiserMustApprove(Problem):
    title = Text("Les organisateurs valident chaque participant", "Organisers approve each participant")
    advice = Text(
        "Cette inscription est déjà validée : faites une nouvelle inscription pour cette personne, ou écrivez aux organisateurs.",
        "This registration is already approved: register the person anew, or write to the organisers.",
    )


class EmailChangeExpired(Problem):
    title = Text("Le délai pour confirmer cette adresse est passé", "The time to confirm this address is over")
    advice = Text(
        "L'inscription garde l'adresse précédente : demandez à nouveau le changement.",
        "The registration keeps the former address: ask for the change again.",
    )


class BadEmailChangeLink(Problem):
    status = 404
    title = Text("Ce lien ne confirme aucune adresse", "This link confirms no address")
    advice = Text(
        "Il a été modifié, coupé ou remplacé par une demande plus récente : ouvrez celui du dernier courriel reçu.",
        "It was changed, cut or replaced by a later request: open the one of the last e-mail received.",
    )


class TooManyLinkRequests(Problem):
    status = 429
    title = Text("Trop de demandes de lien", "Too many requests for a link")
    advice = Text("Attendez ce que dit `Retry-After`, puis recommencez.", "Wait for what `Retry-After` says, then try again.")


class SameSession(Problem):
    title = Text("L'inscription est déjà à cette séance", "The registration is already at this session")
    advice = Text("Choisissez une autre séance de l'évènement.", "Choose another session of the event.")
