"""Problems of invitations, requests to join and claims of management."""

from services.common.language import Text
from services.common.problems import Problem


class AlreadyInvited(Problem):
    title = Text("Cette adresse est déjà invitée", "This address is invited already")
    constraint = "uq_invitations_pending"
    advice = Text(
        "L'invitation attend sa réponse : renvoyez-la (`…/sending`) si le courriel s'est perdu, ou retirez-la pour inviter avec d'autres rôles.",
        "The invitation awaits its answer: send it again (`…/sending`) when the mail was lost, or withdraw it to invite with other roles.",
    )


class TooManyInvitations(Problem):
    status = 429
    title = Text("Trop d'invitations envoyées", "Too many invitations sent")
    advice = Text(
        "Trop de courriels d'invitation sont partis dans l'heure, à cette adresse ou de votre compte. Attendez le nombre de secondes de `Retry-After`.",
        "Too many mails of invitation left within the hour, to this address or from your account. Wait for the seconds of `Retry-After`.",
    )


class InvitationLinkInvalid(Problem):
    title = Text("Ce lien d'invitation n'est pas le bon", "This is no link of an invitation")
    advice = Text(
        "Le lien est incomplet, ou l'invitation n'existe plus. Ouvrez-le de nouveau depuis le courriel ; une fois connecté, vos invitations sont aussi à `/directory/v1/me/invitations`.",
        "The link is incomplete, or the invitation is gone. Open it again from the mail; signed in, your invitations are also at `/directory/v1/me/invitations`.",
    )


class InvitationForAnotherAddress(Problem):
    status = 403
    title = Text("Cette invitation est pour une autre adresse", "This invitation is for another address")
    advice = Text(
        "Une invitation vaut pour l'adresse qui l'a reçue : connectez-vous avec le compte de cette adresse (ou créez-le), ou demandez à l'organisation d'inviter celle de votre compte.",
        "An invitation is for the address that received it: sign in with that address's account (or create it), or ask the organisation to invite your account's.",
    )


class InvitationUsed(Problem):
    title = Text("Cette invitation a déjà reçu sa réponse", "This invitation was answered already")
    advice = Text(
        "Un lien d'invitation sert une fois. Acceptée, l'organisation est dans `/directory/v1/me/memberships` : renouvelez votre jeton ; déclinée, demandez-en une nouvelle.",
        "A link of invitation works once. If accepted, the organisation is in `/directory/v1/me/memberships`: refresh your token; if declined, ask for a new one.",
    )


class InvitationNotVouched(Problem):
    title = Text(
        "La personne qui vous a invité ne gère plus cette organisation",
        "The person who invited you no longer manages this organisation",
    )
    advice = Text(
        "Demandez à un gestionnaire de l'organisation de vous renvoyer l'invitation : le même lien servira.",
        "Ask a manager of the organisation to send the invitation again: the same link will do.",
    )


class InvitationWithdrawn(Problem):
    title = Text("Cette invitation a été retirée", "This invitation was withdrawn")
    advice = Text(
        "L'organisation l'a retirée ou remplacée : voyez vos invitations à `/directory/v1/me/invitations`, ou demandez à rejoindre l'organisation.",
        "The organisation withdrew or replaced it: see your invitations at `/directory/v1/me/invitations`, or ask to join the organisation.",
    )


class InvitationExpired(Problem):
    title = Text("Cette invitation est périmée", "This invitation has expired")
    advice = Text(
        "Demandez à l'organisation de la renvoyer : le même lien servira de nouveau. Vous pouvez aussi demander à la rejoindre.",
        "Ask the organisation to send it again: the same link will work again. You can also ask to join it.",
    )


class InvitationClosed(Problem):
    title = Text("Cette invitation n'attend plus de réponse", "This invitation awaits no answer")
    advice = Text(
        "Elle a été acceptée, déclinée ou retirée : relisez-la. Pour inviter de nouveau, faites-en une autre.",
        "It was accepted, declined or withdrawn: read it again. To invite again, make another one.",
    )


class JoinRequestPending(Problem):
    title = Text("Votre demande attend déjà sa réponse", "Your request is pending already")
    constraint = "uq_join_requests_pending"
    advice = Text(
        "Une seule demande à la fois par organisation : attendez la réponse, ou retirez la demande pour en écrire une autre.",
        "One request at a time for an organisation: wait for the answer, or withdraw it to write another.",
    )


class JoinRequestDecided(Problem):
    title = Text("Cette demande a déjà reçu sa réponse", "This request was answered already")
    advice = Text(
        "Un autre gestionnaire a répondu, ou la personne l'a retirée : relisez la demande.",
        "Another manager answered, or the person withdrew it: read the request again.",
    )


class TooManyJoinRequests(Problem):
    status = 429
    title = Text("Trop de demandes en peu de temps", "Too many requests in a short time")
    advice = Text(
        "Vous avez demandé à rejoindre beaucoup d'organisations dans l'heure. Attendez le nombre de secondes de `Retry-After`.",
        "You asked to join many organisations within the hour. Wait for the number of seconds of `Retry-After`.",
    )


class AlreadyManager(Problem):
    title = Text("Vous gérez déjà cette organisation", "You manage this organisation already")
    advice = Text("Il n'y a rien à réclamer.", "There is nothing to claim.")


class ClaimPending(Problem):
    title = Text("La gestion est déjà réclamée", "Management is claimed already")
    constraint = "uq_management_claims_pending"
    advice = Text(
        "Une seule réclamation court à la fois : attendez son terme (`effective_at`), ou écrivez à l'administration de la plateforme.",
        "One claim runs at a time: wait for its term (`effective_at`), or write to the platform's administrators.",
    )


class ClaimDecided(Problem):
    title = Text("Cette réclamation n'est plus en cours", "This claim is over")
    advice = Text(
        "Elle a abouti, a été refusée ou retirée : relisez-la. Une nouvelle réclamation peut être faite.",
        "It was granted, refused or withdrawn: read it again. Another claim can be made.",
    )
