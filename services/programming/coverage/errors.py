"""Problems of coverage."""

from services.common.language import Text
from services.common.problems import Problem


class CoverageNotPublished(Problem):
    status = 403
    title = Text("La couverture n'est pas encore publique", "The coverage is not public yet")
    advice = Text(
        "Elle se lit une fois la campagne décidée ; avant, par l'équipe du contrat et les financeurs de la campagne.",
        "It is read once the campaign is decided; before, by the contract's team and the campaign's funders.",
    )


class NotAPartner(Problem):
    status = 403
    title = Text("Réservé aux partenaires du contrat", "For the contract's partners only")
    advice = Text(
        "Un signataire du contrat ou un financeur de ses campagnes inscrit ce qui le concerne ; l'équipe du contrat, pour tous.",
        "A signatory of the contract or a funder of its campaigns records what is its own; the contract's team, for all.",
    )


class UnknownPlace(Problem):
    title = Text("Un code n'est pas du contrat", "A code is not the contract's")
    advice = Text(
        "Les objectifs sont ceux du cadre en vigueur, les quartiers ceux du contrat (anciens codes compris).",
        "Objectives are those of the framework in force, neighbourhoods those of the contract (former codes included).",
    )


class CounterpartRepeated(Problem):
    constraint = "uq_tfpb_counterparts_contract_id_landlord_qpv_code_year"
    title = Text("Cette contrepartie est déjà inscrite", "This counterpart is already recorded")
    advice = Text(
        "Un bailleur a une contrepartie par quartier et par année : complétez celle qui existe.",
        "A landlord has one counterpart by neighbourhood and year: complete the one there is.",
    )


class MeasureWithoutMeans(Problem):
    status = 422
    constraint = "ck_droit_commun_measures_means_something"
    title = Text("La mesure n'a pas de moyens", "The measure has no means")
    advice = Text("Donnez un montant, des équivalents temps plein, ou les deux.", "Give an amount, full-time equivalents, or both.")


class LinkRefused(Problem):
    title = Text("Ce lien n'est pas possible", "This link is not possible")
    advice = Text(
        "On relie à une piste des dossiers déposés et des mesures de droit commun du même contrat.",
        "An action lead is linked to submitted dossiers and to measures of droit commun of the same contract.",
    )


class ScenarioRefused(Problem):
    title = Text("Le scénario ne tient pas", "The scenario does not hold")
    advice = Text(
        "Chaque entrée de `errors` désigne une demande à corriger.", "Each entry of `errors` points at a request to mend."
    )


class NotYourRequests(Problem):
    status = 403
    title = Text("Ces demandes ne vous sont pas adressées", "These requests are not addressed to you")
    advice = Text(
        "Un financeur imagine ce qu'il accorderait lui-même ; l'équipe du contrat, ce que tous accorderaient.",
        "A funder imagines what it would grant itself; the contract's team, what all would grant.",
    )
