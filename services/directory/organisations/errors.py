"""Problems of the organisations."""

from services.common.language import Text
from services.common.problems import Problem


class SiretTaken(Problem):
    title = Text("Ce SIRET est déjà celui d'une organisation", "An organisation already has this SIRET")
    constraint = "uq_organisations_siret"
    advice = Text(
        "L'organisation existe sans doute déjà ici : cherchez-la, puis demandez à l'un de ses gestionnaires de vous y ajouter.",
        "The organisation is probably here already: look for it, then ask one of its managers to add you.",
    )


class RnaTaken(Problem):
    title = Text("Ce numéro RNA est déjà celui d'une organisation", "An organisation already has this RNA number")
    constraint = "uq_organisations_rna"
    advice = SiretTaken.advice


class IdentifierRequired(Problem):
    title = Text("L'organisation n'est pas identifiée", "The organisation is not identified")
    constraint = "ck_organisations_identified"
    advice = Text(
        "Une association donne son SIRET ou son numéro RNA ; toute autre organisation donne son SIRET.",
        "An association gives its SIRET or its RNA number; any other organisation gives its SIRET.",
    )


class RnaOfAssociationsOnly(Problem):
    title = Text("Seule une association a un numéro RNA", "Only associations have an RNA number")
    constraint = "ck_organisations_rna_shape"
    advice = Text("Retirez le numéro RNA et donnez le SIRET.", "Leave the RNA number out and give the SIRET.")


class KindReservedToAdministrators(Problem):
    status = 403
    title = Text("Ce genre d'organisation est ouvert par l'administration", "This kind is opened by administrators")
    advice = Text(
        "Une organisation publique peut financer ou porter un contrat : l'administration de la plateforme l'ouvre et nomme son premier gestionnaire. Écrivez-lui.",
        "A public organisation may fund or lead a contract: the platform's administrators open it and name its first manager. Write to them.",
    )


class CerRefused(Problem):
    title = Text("Contrat d'engagement républicain refusé", "Contrat d'engagement républicain refused")
    constraint = "ck_organisations_cer_of_associations"
    advice = Text(
        "Le contrat est souscrit par une association ou une fondation, depuis le 2 janvier 2022 (décret n° 2021-1947) et au plus tard aujourd'hui.",
        "It is signed by an association or a foundation, since 2 January 2022 (décret n° 2021-1947) and no later than today.",
    )


class OrganisationDissolved(Problem):
    title = Text("Cette organisation est dissoute", "This organisation is dissolved")
    advice = Text(
        "Sa page et son histoire sont conservées, mais elle n'accueille plus de membre et ne change plus. Adressez-vous à l'organisation qui lui succède (`successor_id`) ; si l'enregistrement est une erreur, l'administration de la plateforme le corrige.",
        "Its page and history are kept, but it takes no new member and changes no more. Turn to its successor (`successor_id`); if the record is wrong, the platform's administrators correct it.",
    )


class AlreadyDissolved(Problem):
    title = Text("La dissolution est déjà enregistrée", "The dissolution is recorded already")
    advice = Text(
        "Le premier enregistrement vaut. S'il est faux, l'administration de la plateforme le corrige (`…/reinstatement`), puis il se refait.",
        "The first record counts. If it is wrong, the platform's administrators correct it (`…/reinstatement`), then it is made again.",
    )


class DissolutionRefused(Problem):
    title = Text("Cette dissolution ne peut pas être enregistrée", "This dissolution cannot be recorded")
    advice = Text(
        "`errors` dit quoi corriger : le jour n'est pas à venir ; une fusion nomme l'organisation qui succède, vivante et autre que celle qui disparaît.",
        "`errors` says what to mend: the day is not in the future; a merger names the organisation that takes over, living and other than the one that ends.",
    )


class NotDissolved(Problem):
    title = Text("Cette organisation n'est pas dissoute", "This organisation is not dissolved")
    advice = Text("Il n'y a rien à corriger : relisez sa page.", "There is nothing to correct: read its page again.")


class AlreadyMember(Problem):
    title = Text("Cette personne est déjà membre", "This person is a member already")
    constraint = "pk_memberships"
    advice = Text("Changez plutôt ses rôles.", "Change the roles instead.")


class LastManager(Problem):
    title = Text("C'est le dernier gestionnaire", "This is the last manager")
    advice = Text(
        "Une organisation garde toujours un gestionnaire : transmettez d'abord ce rôle à un autre membre (`…/handover`), puis quittez-la. S'il n'y a personne d'autre, invitez quelqu'un, ou enregistrez la dissolution.",
        "An organisation always keeps a manager: hand the role over to another member first (`…/handover`), then leave. When there is nobody else, invite somebody, or record the dissolution.",
    )


class HandoverRefused(Problem):
    title = Text("La gestion ne peut pas être transmise ainsi", "Management cannot be handed over so")
    advice = Text(
        "La gestion passe à un autre membre de l'organisation, qui ne la tient pas déjà : invitez d'abord la personne si elle n'en est pas membre.",
        "Management passes to another member of the organisation who does not hold it already: invite the person first when they are no member.",
    )


class NotASignatory(Problem):
    title = Text("Cette personne n'est pas signataire", "This person is no signatory")
    constraint = "ck_memberships_representatives_sign"
    advice = Text(
        "Le représentant légal signe pour l'organisation : donnez-lui d'abord le rôle de signataire.",
        "A legal representative signs for the organisation: give them the role of signatory first.",
    )
