"""Problems of registrations."""

from services.common.language import Text
from services.common.problems import Problem


class RegistrationsNotOpen(Problem):
    title = Text("Les inscriptions ne sont pas ouvertes", "Registrations are not open")
    advice = Text(
        "`status` dit où en est l'évènement ; `opens_at` et `closes_at` disent quand s'inscrire.",
        "`status` says where the event stands; `opens_at` and `closes_at` say when to register.",
    )


class SessionToChoose(Problem):
    title = Text("Il faut choisir une séance", "A session has to be chosen")
    advice = Text(
        "Cet évènement s'inscrit séance par séance : indiquez `session_id`.",
        "One registers for this event session by session: give `session_id`.",
    )


class WholeEventOnly(Problem):
    title = Text("L'inscription vaut pour tout l'évènement", "One registers for the whole event")
    advice = Text("Envoyez l'inscription sans `session_id`.", "Send the registration without `session_id`.")


class GroupTooLarge(Problem):
    title = Text("Trop de personnes dans cette inscription", "Too many people in this registration")
    advice = Text("`most` dit combien une inscription peut en compter.", "`most` says how many a registration may hold.")


class ModeNotOffered(Problem):
    title = Text("Ce mode de participation n'est pas proposé", "This way of taking part is not offered")
    advice = Text("Choisissez un mode que l'évènement propose.", "Choose a mode the event offers.")


class NoSeatLeft(Problem):
    title = Text("Il n'y a plus de place", "No seat is left")
    advice = Text(
        "L'évènement n'a pas de liste d'attente : essayez un autre mode de participation, ou revenez plus tard.",
        "The event has no waiting list: try another way of taking part, or come back later.",
    )


class AlreadyRegistered(Problem):
    #: Asking whether somebody is registered counts as asking.
    keeps_writes = True
    constraint = "uq_registrations_contact"
    title = Text("Une inscription existe déjà pour cette adresse", "A registration already exists for this address")
    advice = Text(
        "Suivez le lien reçu par courriel pour la modifier ou l'annuler.",
        "Follow the link received by e-mail to change or cancel it.",
    )


class TooManyRegistrations(Problem):
    status = 429
    keeps_writes = True
    title = Text("Trop d'inscriptions demandées", "Too many registrations asked for")
    advice = Text(
        "Trop de demandes sans compte sont venues de votre réseau ou pour cette adresse. Attendez le nombre de secondes donné par "
        "`Retry-After`, ou connectez-vous à votre compte.",
        "Too many requests without an account came from your network or for this address. Wait for the number of seconds given by "
        "`Retry-After`, or sign in to your account.",
    )


class SharesDoNotFit(Problem):
    title = Text("Les parts réservées ne conviennent pas", "The reserved shares do not fit")
    advice = Text(
        "Chaque mode est donné une fois, chaque part a un nom à elle et dit pour qui elle est, et les parts d'un mode ne dépassent "
        "pas ses places. `errors` désigne ce qui est à corriger.",
        "Each mode is given once, each share has a label of its own and says whom it is for, and the shares of a mode do not exceed "
        "its seats. `errors` points at what is to be mended.",
    )


class SessionNotOpen(Problem):
    title = Text("On ne s'inscrit plus à cette séance", "This session takes no more registrations")
    advice = Text("Elle est annulée ou commencée : choisissez-en une autre.", "It is cancelled or has begun: choose another.")


class AnswersMissing(Problem):
    title = Text("Des réponses manquent ou ne conviennent pas", "Answers are missing or do not fit")
    advice = Text("Corrigez ce que désigne `errors`.", "Correct what `errors` points at.")


class BelowTaken(Problem):
    title = Text("Des places déjà données seraient retirées", "Seats already given would be taken away")
    advice = Text(
        "`taken` dit combien sont prises : gardez-en au moins autant, ou annulez d'abord des inscriptions.",
        "`taken` says how many are taken: keep at least as many, or cancel registrations first.",
    )


class RegistrationActNotPossible(Problem):
    title = Text("Cet acte n'est pas possible dans l'état de l'inscription", "This act is not possible in the registration's state")
    advice = Text("`state` dit où elle en est.", "`state` says where it stands.")


class OfferExpired(Problem):
    title = Text("L'offre de place a expiré", "The offered seat has expired")
    advice = Text(
        "La place a été proposée à la personne suivante ; vous pouvez vous réinscrire en liste d'attente.",
        "The seat went to the next person; you may join the waiting list again.",
    )


class BadRegistrationLink(Problem):
    status = 404
    title = Text("Ce lien ne mène à aucune inscription", "This link leads to no registration")
    advice = Text(
        "Il a été modifié, remplacé ou coupé : ouvrez celui du dernier courriel reçu, en entier.",
        "It was changed, replaced or cut: open the one of the last e-mail received, whole.",
    )
