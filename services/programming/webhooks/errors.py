"""Problems of webhooks."""

from services.common.language import Text
from services.common.problems import Problem


class NotForYouToSubscribe(Problem):
    status = 403
    title = Text("Les abonnements reviennent aux gestionnaires", "Webhooks are for managers")
    advice = Text(
        "Un gestionnaire de l'organisation (rôle `manager`) les crée, les lit et les change.",
        "A manager of the organisation (role `manager`) creates, reads and changes them.",
    )


class WebhookAddressRefused(Problem):
    title = Text("Cette adresse ne peut pas être appelée", "This address cannot be called")
    advice = Text(
        "Donnez une adresse https que l'on joint depuis Internet, sans nom d'utilisateur ni mot de passe.",
        "Give an https address that the internet reaches, without user name or password.",
    )


class TooManyWebhooks(Problem):
    title = Text("L'organisation a déjà tous ses abonnements", "The organisation has all its webhooks already")
    advice = Text("Supprimez-en un, ou changez-en un existant.", "Delete one, or change one that is there.")


class WebhookNotEnabled(Problem):
    title = Text("L'abonnement n'est pas actif", "The webhook is not enabled")
    advice = Text("Réactivez-le d'abord (`…/activation`).", "Enable it first (`…/activation`).")


class WebhookAlreadyEnabled(Problem):
    title = Text("L'abonnement est déjà actif", "The webhook is enabled already")
    advice = Text("Il n'y a rien à faire.", "There is nothing to do.")


class AlreadyDelivered(Problem):
    title = Text("Cet envoi a été reçu", "This delivery was received")
    advice = Text(
        "Pour recevoir l'événement une nouvelle fois, demandez à rejouer sa période et son sujet (`…/replays`).",
        "To receive the event again, ask for its period and subject to be replayed (`…/replays`).",
    )


class ReplayPeriodRefused(Problem):
    title = Text("Cette période ne peut pas être rejouée", "This period cannot be replayed")
    advice = Text(
        "Elle finit après qu'elle commence, et remonte au plus à la durée de conservation des événements.",
        "It ends after it begins, and goes back no further than events are kept.",
    )


class ReplayTooLarge(Problem):
    title = Text("Trop d'événements à rejouer d'un coup", "Too many events to replay at once")
    advice = Text("Demandez une période plus courte, ou moins de types.", "Ask for a shorter period, or fewer types.")
