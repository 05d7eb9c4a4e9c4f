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


class AlreadyMember(Problem):
    title = Text("Cette personne est déjà membre", "This person is a member already")
    constraint = "pk_memberships"
    advice = Text("Changez plutôt ses rôles.", "Change the roles instead.")


class LastManager(Problem):
    title = Text("C'est le dernier gestionnaire", "This is the last manager")
    advice = Text(
        "Une organisation garde toujours un gestionnaire : donnez d'abord ce rôle à quelqu'un d'autre.",
        "An organisation always keeps a manager: give the role to somebody else first.",
    )
