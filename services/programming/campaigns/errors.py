"""Problems of campaigns."""

from services.common.language import Text
from services.common.problems import Problem


class CampaignCodeTaken(Problem):
    constraint = "uq_campaigns_year_code"
    title = Text("Ce code de campagne est déjà pris cette année", "This campaign code is taken this year")
    advice = Text(
        "Choisissez un autre code : il distingue les références des dossiers.",
        "Choose another code: references are told apart by it.",
    )


class CampaignPeriodRefused(Problem):
    status = 422
    constraint = "ck_campaigns_closes_after_opening"
    title = Text("La clôture précède l'ouverture", "The campaign closes before it opens")
    advice = Text("Corrigez `opens_at` ou `closes_at`.", "Mend `opens_at` or `closes_at`.")


class CampaignNotReady(Problem):
    title = Text("La campagne n'est pas prête à ouvrir", "The campaign is not ready to open")
    advice = Text("Complétez ce que désigne `errors`, puis ouvrez.", "Complete what `errors` points at, then open.")


class CampaignStateRefused(Problem):
    title = Text("L'état de la campagne ne permet pas cet acte", "The campaign's state does not allow this act")
    advice = Text(
        "Une campagne va de la préparation à l'ouverture, la clôture, l'instruction, la décision, l'archivage. "
        "Une fois ouverte, son règlement ne change plus.",
        "A campaign goes from draft to open, closed, under review, decided, archived. Once open its rules are frozen.",
    )


class FunderAlreadyThere(Problem):
    constraint = "uq_campaign_funders_campaign_id_organisation_id"
    title = Text("Ce financeur participe déjà", "This funder already takes part")
    advice = Text("Modifiez sa participation au lieu de l'ajouter.", "Change its part instead of adding it.")


class BudgetLineRepeated(Problem):
    status = 422
    constraint = "uq_budget_lines_campaign_id_funder_id_code"
    title = Text("Deux lignes budgétaires portent le même code", "Two budget lines carry the same code")
    advice = Text("Donnez un code distinct à chaque ligne du financeur.", "Give each line of the funder its own code.")


class EnvelopeExceeded(Problem):
    constraint = "ck_budget_lines_envelope_not_exceeded"
    title = Text("L'enveloppe serait dépassée", "The envelope would be exceeded")
    advice = Text(
        "Il reste moins que le montant demandé sur cette ligne (`left_cents`). Réduisez le montant, ou le financeur relève son enveloppe.",
        "Less is left on this line than asked (`left_cents`). Lower the amount, or let the funder raise its envelope.",
    )


class NotYourEnvelope(Problem):
    status = 403
    title = Text("Cette enveloppe ne vous revient pas", "This envelope is not yours")
    advice = Text(
        "Un gestionnaire ou signataire du financeur change son enveloppe ; l'équipe du contrat ne le peut qu'avant l'ouverture.",
        "A manager or signatory of the funder changes its envelope; the contract's team may only before the opening.",
    )


class UnknownCode(Problem):
    status = 422
    title = Text("Code inconnu", "Unknown code")
    advice = Text("Employez un code du contrat ou de la campagne.", "Use a code of the contract or of the campaign.")


class CampaignFrozen(Problem):
    title = Text("Les règles de la campagne sont figées depuis son ouverture", "The campaign's rules are frozen since it opened")
    advice = Text(
        "Des porteurs écrivent leur dossier sur ces règles : un avis daté les modifie (`POST` à l'adresse `notices`), et prévient chaque "
        "porteur. La date limite se reporte par un acte à part, et chaque financeur change lui-même son enveloppe.",
        "Holders write their dossiers by these rules: a dated notice amends them (`POST` to the address `notices`), and tells every "
        "holder. The deadline is extended by an act of its own, and each funder changes its own envelope.",
    )


class CampaignAmendmentRefused(Problem):
    title = Text("Cette modification ne peut être appliquée", "This amendment cannot be applied")
    advice = Text("Corrigez ce que désigne `errors`.", "Correct what `errors` points at.")


class ExtensionRefused(Problem):
    title = Text("La date limite ne peut être que repoussée", "A deadline can only be put off")
    advice = Text(
        "Donnez une date limite à venir, plus tardive que celle en vigueur : des porteurs comptent sur elle.",
        "Give a deadline to come, later than the one in force: holders count on it.",
    )


class DeadlineReopeningRefused(Problem):
    title = Text("Cette campagne close ne peut plus rouvrir", "This closed campaign cannot be reopened any more")
    advice = Text(
        "Une campagne close ne rouvre que peu de jours après, et avant que l'instruction commence : `reopenable_until` dit jusqu'à quand.",
        "A closed campaign reopens only within few days, and before the instruction begins: `reopenable_until` says until when.",
    )


class LocalTimeRefused(Problem):
    status = 422
    title = Text("Cette heure n'existe pas, ou existe deux fois", "This time does not exist, or comes twice")
    advice = Text(
        "La nuit d'un changement d'heure, une heure de Paris manque ou revient. Écrivez l'instant avec son décalage (`+01:00`, `+02:00`).",
        "On the night of a clock change an hour of Paris is skipped or comes back. Write the instant with its offset (`+01:00`, `+02:00`).",
    )
