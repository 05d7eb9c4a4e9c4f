"""Problems of visio. Those of a personal link are read by participants: each says what to do."""

from services.common.language import Text
from services.common.problems import Problem


class BadVisioLink(Problem):
    status = 404
    title = Text("Ce lien de visio n'existe pas", "This visio link does not exist")
    advice = Text(
        "Il a été modifié ou coupé : ouvrez celui du dernier courriel reçu, en entier.",
        "It was changed or cut: open the one of the last e-mail received, whole.",
    )


class VisioLinkRevoked(Problem):
    status = 410
    title = Text("Ce lien de visio n'est plus valable", "This visio link is no longer valid")
    advice = Text(
        "`reason` dit pourquoi : l'inscription est annulée, une autre personne prend la place, ou l'organisateur a remplacé le lien. Écrivez à l'organisateur s'il s'agit d'une erreur.",
        "`reason` says why: the registration is cancelled, somebody else took the seat, or the organiser replaced the link. Write to the organiser if it is a mistake.",
    )


class VisioTooEarly(Problem):
    title = Text("La visio n'est pas encore ouverte", "The visio is not open yet")
    advice = Text(
        "`opens_at` dit quand la salle ouvre : rouvrez alors le même lien.",
        "`opens_at` says when the room opens: open the same link again then.",
    )


class VisioOver(Problem):
    status = 410
    title = Text("La visio est terminée", "The visio is over")
    advice = Text(
        "Les supports et l'enregistrement, s'il y en a, seront annoncés par courriel.",
        "Documents and the recording, if any, will be announced by e-mail.",
    )


class VisioSessionCancelled(Problem):
    status = 410
    title = Text("Cette séance est annulée ou reportée", "This session is cancelled or postponed")
    advice = Text(
        "La page de l'évènement dit pourquoi et donne les séances qui restent.",
        "The event's page says why and lists the sessions that remain.",
    )


class NotByVisio(Problem):
    title = Text("Vous ne participez pas à distance", "You do not take part by visio")
    advice = Text(
        "Vous êtes inscrit sur place, ou la séance n'a pas lieu en visio : changez de mode depuis votre inscription s'il reste des places à distance.",
        "You registered on site, or the session is not held by visio: change from your registration if seats by visio are left.",
    )


class VisioRoomNotReady(Problem):
    status = 503
    title = Text("La salle de visio n'est pas encore prête", "The visio room is not ready yet")
    advice = Text(
        "Rouvrez le même lien dans un instant (`Retry-After`) ; l'organisateur est prévenu si la salle tarde.",
        "Open the same link again in a moment (`Retry-After`); the organiser is told if the room is late.",
    )


class SessionNotByVisio(Problem):
    title = Text("Cette séance n'a pas lieu en visio", "This session is not held by visio")
    advice = Text("Modifiez la séance (`is_visio`) d'abord.", "Change the session (`is_visio`) first.")


class VisioAddressMissing(Problem):
    title = Text("Il manque l'adresse de la salle", "The room's address is missing")
    advice = Text(
        "Avec une adresse extérieure, donnez-la dans le compte ou pour la séance.",
        "With an external address, give it in the account or for the session.",
    )


class VisioAccountUnusable(Problem):
    title = Text("Ce compte de visio ne peut pas servir ainsi", "This visio account cannot be used this way")
    advice = Text("Corrigez ce que désigne `errors`.", "Correct what `errors` points at.")


class VisioAccountElsewhere(Problem):
    title = Text("Ce compte de visio n'est pas utilisable ici", "This visio account cannot be used here")
    advice = Text(
        "Choisissez un compte en service du réseau qui organise l'évènement.", "Choose an account in use of the event's network."
    )


class ProviderRefuses(Problem):
    title = Text("Le fournisseur de visio n'a pas répondu comme attendu", "The visio provider did not answer as expected")
    advice = Text(
        "`failure` dit ce qui s'est passé : adresse, secret ou disponibilité du serveur sont à vérifier.",
        "`failure` says what happened: check the server's address, secret and availability.",
    )


class VisioLinkAlreadyRevoked(Problem):
    constraint = "uq_visio_links_attendee"
    title = Text("Ce lien est déjà révoqué ou remplacé", "This link is already revoked or replaced")
    advice = Text("Relisez la liste des liens de l'évènement.", "Read the event's links again.")


class ForgedNotice(Problem):
    status = 403
    title = Text("Signature refusée", "Signature refused")
    advice = Text(
        "Le message n'est pas signé avec le secret du compte de visio : vérifiez le secret chez le fournisseur.",
        "The message is not signed with the visio account's secret: check the secret at the provider.",
    )
