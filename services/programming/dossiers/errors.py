"""Problems of dossiers."""

from services.common.language import Text
from services.common.problems import Problem


class CampaignNotOpen(Problem):
    title = Text("La campagne n'accepte pas de dossier", "The campaign takes no dossier")
    advice = Text(
        "Consultez les campagnes ouvertes : `GET /programming/v1/campaigns`.",
        "Look at the open campaigns: `GET /programming/v1/campaigns`.",
    )


class DeadlinePassed(Problem):
    title = Text("La date limite de dépôt est passée", "The deadline has passed")
    advice = Text(
        "L'heure retenue est celle d'arrivée de la demande. Votre brouillon est conservé ; prenez contact avec l'équipe du contrat.",
        "What counts is when the request arrived. Your draft is kept; get in touch with the contract's team.",
    )


class AlreadySubmitted(Problem):
    title = Text("Ce dossier est déjà déposé", "This dossier is already submitted")
    advice = Text(
        "Le premier dépôt vaut : sa référence est dans `reference`, son accusé de réception à `…/submission`.",
        "The first submission counts: its reference is in `reference`, its receipt at `…/submission`.",
    )


class DossierLocked(Problem):
    title = Text("Un dossier déposé ne se modifie plus", "A submitted dossier does not change any more")
    advice = Text(
        "Prenez contact avec l'équipe du contrat pour toute correction.",
        "Get in touch with the contract's team for any correction.",
    )


class DossierIncomplete(Problem):
    title = Text("Le dossier n'est pas complet", "The dossier is not complete")
    advice = Text(
        "`errors` dit ce qui manque et où ; le même rapport est disponible avant le dépôt à `…/completeness`.",
        "`errors` says what is missing and where; the same report is available before submitting at `…/completeness`.",
    )


class BudgetRefused(Problem):
    title = Text("Le budget ne respecte pas les règles", "The budget breaks the rules")
    advice = Text(
        "Les charges égalent les produits, 86 égale 87, en euros entiers, et chaque demande égale sa ligne 74.",
        "Charges equal produits, 86 equals 87, in whole euros, and each request equals its line 74.",
    )


class CharterRefused(Problem):
    title = Text("La charte des financeurs exclut cette demande", "The funders' charter excludes this request")
    advice = Text(
        "Chaque entrée de `errors` nomme la règle, sa raison et à qui demander. La charte se lit à `…/campaigns/{id}/charter`.",
        "Each entry of `errors` names the rule, its reason and whom to ask. The charter is at `…/campaigns/{id}/charter`.",
    )


class NotSworn(Problem):
    status = 422
    title = Text("L'attestation sur l'honneur est requise", "The sworn statement is required")
    advice = Text(
        "Cochez l'attestation sur l'honneur et, pour une association, le contrat d'engagement républicain.",
        "Tick the sworn statement and, for an association, the contrat d'engagement républicain.",
    )


class NotTheHolder(Problem):
    status = 403
    title = Text("Réservé au porteur du dossier", "For the dossier's holder only")
    advice = Text(
        "Seuls les membres de l'organisation porteuse modifient le dossier ; son dépôt revient à un gestionnaire ou signataire.",
        "Only members of the holder may change the dossier; submitting it is for a manager or signatory.",
    )


class HolderDissolved(Problem):
    title = Text("L'organisation porteuse est dissoute", "The holder is dissolved")
    advice = Text(
        "Une organisation dissoute n'ouvre ni ne dépose plus de dossier. L'organisation qui lui succède le fait en son nom propre ; à défaut, prenez contact avec l'équipe du contrat. Si la dissolution est une erreur, l'administration de la plateforme la corrige.",
        "A dissolved organisation opens and submits no more dossiers. Its successor does so in its own name; if there is none, get in touch with the contract's team. If the dissolution is a mistake, the platform's administrators correct it.",
    )


class TooManyAttachments(Problem):
    title = Text("Trop de pièces jointes", "Too many attachments")
    advice = Text("Retirez une pièce avant d'en ajouter une autre.", "Remove an attachment before adding another.")


class RequestRepeated(Problem):
    status = 422
    constraint = "uq_funding_requests_dossier_id_funder_id"
    title = Text("Deux demandes au même financeur", "Two requests to the same funder")
    advice = Text(
        "Un dossier adresse une seule demande à chaque financeur : réunissez-les.", "A dossier asks each funder once: merge them."
    )


class DossierStateRefused(Problem):
    title = Text("L'état du dossier ne permet pas cet acte", "The dossier's state does not allow this act")
    advice = Text(
        "Relisez le dossier : il a avancé, ou une étape manque avant celle-ci.",
        "Read the dossier again: it moved on, or a step is missing.",
    )


class RequestStateRefused(Problem):
    title = Text("L'état de la demande ne permet pas cet acte", "The request's state does not allow this act")
    advice = Text(
        "Une demande va de « demandé » à instruit, proposé, décidé puis notifié. Une décision prise ne se reprend qu'en réouvrant.",
        "A request goes from asked to reviewed, proposed, decided, then notified. A decision is only changed by reopening it.",
    )


class RenewalRefused(Problem):
    title = Text("Ce dossier ne peut pas être renouvelé ici", "This dossier cannot be renewed here")
    advice = Text(
        "`renews_id` désigne un dossier déjà déposé par le même porteur.",
        "`renews_id` names a dossier that the same holder has already submitted.",
    )


class ReportOverdue(Problem):
    title = Text("Un bilan est en retard pour cette action", "A bilan is overdue for this action")
    advice = Text(
        "Déposez le bilan du dossier nommé dans `errors` : la nouvelle demande redevient aussitôt recevable.",
        "Submit the bilan of the dossier named in `errors`: the new request is admissible again at once.",
    )


class AnswersRefused(Problem):
    status = 422
    title = Text("Une réponse n'est pas recevable", "An answer cannot be taken")
    advice = Text(
        "`errors` dit laquelle et pourquoi. Les questions de la campagne se lisent dans `form` à son adresse ; rien n'a été enregistré.",
        "`errors` says which and why. The campaign's questions are in `form` at its address; nothing was saved.",
    )


class UnknownPermanentFile(Problem):
    title = Text("Ce document ne peut pas être joint", "This document cannot be attached")
    advice = Text(
        "`errors` dit lequel et pourquoi. Le porteur consulte ce qu'il conserve à `…/organisations/{id}/permanent-files`.",
        "`errors` says which and why. The holder reads what it keeps at `…/organisations/{id}/permanent-files`.",
    )


class ReadingOnly(Problem):
    status = 403
    title = Text("Vous êtes invité·e à lire ce dossier", "You are invited to read this dossier")
    advice = Text(
        "Pour l'écrire, demandez au porteur de vous donner la part d'« editor » dans ses collaborateurs.",
        "To write it, ask its holder to make you an `editor` among its collaborators.",
    )


class FieldNotOpen(Problem):
    title = Text("Ce champ n'est pas ouvert à la modification", "This field is not open to change")
    advice = Text(
        "Le dossier est déposé : seuls changent les champs nommés par les demandes de compléments (`open_fields`). Pour un autre champ, écrivez aux instructeurs, qui peuvent le demander.",
        "The dossier is submitted: only the fields named by the change requests (`open_fields`) change. For another one, write to those who instruct it: they may ask for it.",
    )


class SignOffRequired(Problem):
    title = Text("Le visa du représentant légal est requis", "The legal representative's sign-off is required")
    advice = Text(
        "Demandez le visa (`POST …/dossiers/{id}/sign-off`) : une personne signataire de l'organisation l'approuve, puis le dossier se dépose. Une personne signataire peut aussi le déposer elle-même.",
        "Ask for it (`POST …/dossiers/{id}/sign-off`): a signatory of the organisation approves, then the dossier is submitted. A signatory may also submit it themselves.",
    )


class SignOffVoid(Problem):
    title = Text("Le dossier a changé depuis le visa", "The dossier changed since it was signed off")
    advice = Text(
        "Le visa porte sur une version précise : toute modification l'annule. Redemandez-le sur la version actuelle.",
        "A sign-off is given on one version: any change makes it void. Ask for it again on the current one.",
    )


class DraftDropped(Problem):
    title = Text("Ce brouillon est abandonné", "This draft was dropped")
    advice = Text(
        "Il peut être repris (`POST …/dossiers/{id}/restoration`) jusqu'au jour de son effacement.",
        "It can be taken up again (`POST …/dossiers/{id}/restoration`) until the day it is erased.",
    )


class AnswerAlreadyGiven(Problem):
    title = Text("Un financeur a déjà répondu", "A funder has already answered")
    advice = Text(
        "Un dossier se retire tant qu'aucune réponse n'est notifiée. Ensuite, écrivez au financeur : il peut annuler ou réduire la subvention.",
        "A dossier is withdrawn as long as no answer was notified. Afterwards, write to the funder: it may cancel or reduce the grant.",
    )


class WithdrawalRefused(Problem):
    title = Text("Ce dossier ne peut plus être retiré", "This dossier cannot be withdrawn any more")
    advice = Text(
        "Un brouillon s'abandonne (`DELETE`) ; un dossier déjà clos, irrecevable ou retiré le reste ; l'année d'une convention pluriannuelle se modifie par avenant à la convention.",
        "A draft is dropped (`DELETE`); one that is closed, inadmissible or withdrawn stays so; a year of a multi-year agreement is changed by an amendment of the agreement.",
    )


class PermanentFilesForMembers(Problem):
    status = 403
    title = Text("Réservé aux membres du porteur", "For the holder's members only")
    advice = Text(
        "Le dossier permanent est à l'organisation, pas au dossier : demandez à l'un de ses membres de joindre ces pièces, ou joignez-les "
        "vous-même depuis votre poste.",
        "The permanent file is the organisation's, not the dossier's: ask one of its members to attach these documents, or attach them "
        "yourself from your computer.",
    )
