"""Problems of collaborators and sign-offs."""

from services.common.language import Text
from services.common.problems import Problem


class CollaboratorAlreadyThere(Problem):
    constraint = "uq_collaborators_address"
    title = Text("Cette adresse est déjà invitée à ce dossier", "This address is already invited to this dossier")
    advice = Text(
        "Changez sa part, renvoyez-lui l'invitation, ou retirez-la avant d'inviter de nouveau.",
        "Change its part, send the invitation again, or withdraw it before inviting anew.",
    )


class AlreadyCollaborating(Problem):
    constraint = "uq_collaborators_account"
    title = Text("Vous collaborez déjà à ce dossier", "You already collaborate on this dossier")
    advice = Text(
        "Votre accès vient d'une autre invitation : rien de plus n'est nécessaire.",
        "Your access comes from another invitation: nothing more is needed.",
    )


class CollaborationClosed(Problem):
    title = Text("Ce dossier n'accueille plus de collaborateur", "This dossier takes no more collaborators")
    advice = Text(
        "Un dossier retiré, abandonné ou clos ne s'écrit plus. On collabore à un brouillon ou à un dossier en cours d'instruction.",
        "A dossier that is withdrawn, dropped or closed is not written any more. One collaborates on a draft or on a dossier under way.",
    )


class TooManyCollaborators(Problem):
    title = Text("Trop de collaborateurs sur ce dossier", "Too many collaborators on this dossier")
    advice = Text("Retirez une invitation avant d'en envoyer une autre.", "Withdraw an invitation before sending another.")


class CollaborationInvitationUnknown(Problem):
    status = 404
    title = Text("Ce lien d'invitation n'est pas valable", "This invitation link is not valid")
    advice = Text(
        "Le lien a été coupé, ou remplacé par un plus récent. Ouvrez le dernier message reçu, ou demandez une nouvelle invitation au porteur.",
        "The link was cut, or a newer one replaced it. Open the last message received, or ask the holder for a new invitation.",
    )


class CollaborationInvitationUsed(Problem):
    title = Text("Cette invitation a déjà servi", "This invitation was already used")
    advice = Text(
        "Une invitation ne sert qu'une fois. Si c'était vous, le dossier est dans vos collaborations (`GET …/collaborations`) ; sinon, demandez la vôtre au porteur.",
        "An invitation is used once. If it was you, the dossier is among your collaborations (`GET …/collaborations`); if not, ask the holder for your own.",
    )


class CollaborationInvitationExpired(Problem):
    title = Text("Cette invitation a expiré", "This invitation expired")
    advice = Text(
        "Demandez au porteur de la renvoyer : le nouveau lien vaut de nouveau quelques jours.",
        "Ask the holder to send it again: the new link is good for some more days.",
    )


class CollaborationInvitationWithdrawn(Problem):
    title = Text("Cette invitation n'a plus cours", "This invitation no longer stands")
    advice = Text(
        "Le porteur l'a retirée, ou vous avez quitté le dossier. Il peut vous inviter de nouveau.",
        "The holder withdrew it, or you left the dossier. It may invite you again.",
    )


class CollaborationInvitationForAnotherAddress(Problem):
    status = 403
    title = Text("Cette invitation est pour une autre adresse", "This invitation is for another address")
    advice = Text(
        "Connectez-vous avec le compte de l'adresse invitée (`address_hint`), ou demandez au porteur d'inviter l'adresse de votre compte.",
        "Sign in with the account of the address invited (`address_hint`), or ask the holder to invite your account's address.",
    )


class AddressNotConfirmed(Problem):
    status = 403
    title = Text("Votre adresse n'est pas encore confirmée", "Your address is not confirmed yet")
    advice = Text(
        "Confirmez-la par le lien reçu à l'inscription (ou demandez-en un autre), puis acceptez l'invitation.",
        "Confirm it with the link received when you registered (or ask for another), then accept the invitation.",
    )


class SignOffPending(Problem):
    constraint = "uq_sign_offs_pending"
    title = Text("Un visa est déjà demandé", "A sign-off is already asked for")
    advice = Text(
        "Il attend une personne signataire, qui verra la version du dossier au moment où elle vise. Rien de plus n'est nécessaire.",
        "It waits for a signatory, who will see the dossier as it is when they sign. Nothing more is needed.",
    )


class SignOffNotPending(Problem):
    title = Text("Aucun visa n'est demandé sur ce dossier", "No sign-off is asked for on this dossier")
    advice = Text(
        "Il a déjà été donné ou renvoyé, ou n'a pas été demandé. Voyez `…/dossiers/{id}/sign-off`.",
        "It was given or sent back already, or was never asked for. See `…/dossiers/{id}/sign-off`.",
    )


class NotSignatory(Problem):
    status = 403
    title = Text("Réservé aux signataires de l'organisation", "For the organisation's signatories only")
    advice = Text(
        "Le rôle `signatory` se donne dans l'annuaire, par un gestionnaire de l'organisation.",
        "The role `signatory` is given in the directory, by a manager of the organisation.",
    )
