"""Problems of awards."""

from services.common.language import Text
from services.common.problems import Problem


class NotForYouToCommit(Problem):
    status = 403
    title = Text("Cet engagement ne vous revient pas", "This commitment is not yours")
    advice = Text(
        "Un gestionnaire, signataire ou comptable du financeur engage la dépense.",
        "A manager, signatory or payer of the funder commits the expense.",
    )


class HolderSucceeded(Problem):
    status = 403
    title = Text("Une autre organisation a pris la suite", "Another organisation has taken over")
    advice = Text(
        "Le bénéficiaire est dissous : vous lisez cette subvention, celle qui lui succède (`successor_id`) agit.",
        "The holder was dissolved: you read this grant, its successor (`successor_id`) acts.",
    )


class AgreementRequired(Problem):
    title = Text("Une convention doit être signée d'abord", "An agreement must be signed first")
    advice = Text(
        "Au-dessus du seuil annuel, aucune dépense n'est engagée sans convention signée des deux parties (loi n° 2000-321, art. 10).",
        "Above the yearly threshold nothing is committed before both parties have signed the agreement (loi n° 2000-321, art. 10).",
    )


class AmountRefused(Problem):
    title = Text("Ce montant n'est pas possible", "This amount is not possible")
    advice = Text(
        "L'accordé couvre l'engagé, l'engagé couvre le payé : `limit_cents` dit jusqu'où aller.",
        "The grant covers the commitment, which covers the payments: `limit_cents` says how far one may go.",
    )
