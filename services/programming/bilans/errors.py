"""Problems of bilans."""

from services.common.language import Text
from services.common.problems import Problem


class BilanLocked(Problem):
    title = Text("Un bilan déposé ne se modifie plus", "A submitted bilan does not change any more")
    advice = Text(
        "Il se modifie de nouveau si un financeur demande un complément ; ce qui était déposé reste tel quel.",
        "It changes again if a funder asks for a completion; what was submitted stays as it was.",
    )


class BilanAlreadySubmitted(Problem):
    title = Text("Ce bilan est déjà déposé", "This bilan is already submitted")
    advice = Text(
        "Le dépôt fait foi : son numéro est dans `number`. Un financeur peut demander un complément.",
        "The submission counts: its number is in `number`. A funder may ask for a completion.",
    )


class BilanIncomplete(Problem):
    title = Text("Le bilan n'est pas complet", "The bilan is not complete")
    advice = Text(
        "`errors` dit ce qui manque et où ; le même rapport se lit avant le dépôt à `…/bilan/completeness`.",
        "`errors` says what is missing and where; the same report is at `…/bilan/completeness` before submitting.",
    )


class BilanNotSworn(Problem):
    status = 422
    title = Text("L'attestation sur l'honneur est requise", "The sworn statement is required")
    advice = Text("Attestez l'exactitude du compte rendu.", "Attest that the report is exact.")


class LineRepeated(Problem):
    status = 422
    title = Text("Une ligne du compte rendu figure deux fois", "A line of the statement is there twice")
    advice = Text(
        "Réunissez les montants d'un même compte et d'un même libellé, ou distinguez les libellés.",
        "Merge the amounts of one account and label, or tell the labels apart.",
    )


class BilanNotSubmitted(Problem):
    title = Text("Ce bilan n'est pas encore déposé", "This bilan is not submitted yet")
    advice = Text("Un financeur se prononce sur un bilan déposé.", "A funder judges a bilan that was submitted.")


class BilanAlreadyInstructed(Problem):
    title = Text("Ce bilan est déjà instruit", "This bilan is already instructed")
    advice = Text(
        "Votre décision sur ce dépôt est prise ; un nouveau dépôt rouvrirait l'instruction.",
        "Your decision on this submission is taken; a new submission would reopen it.",
    )


class NotForYouToInstruct(Problem):
    status = 403
    title = Text("Cette instruction ne vous revient pas", "This instruction is not yours")
    advice = Text(
        "Les membres du financeur demandent un complément ; un gestionnaire ou signataire accepte ou rejette.",
        "Members of the funder ask for a completion; a manager or signatory accepts or rejects.",
    )


class DecisionUnexplained(Problem):
    title = Text("Ce montant demande un motif", "This amount needs a reason")
    advice = Text(
        "Le montant proposé suit les comptes du bilan : dites pourquoi vous en retenez un autre.",
        "The amount proposed follows the bilan's accounts: say why you keep another.",
    )


class CompletionDateRefused(Problem):
    title = Text("Cette date ne laisse pas de délai", "This date leaves no time")
    advice = Text("Donnez une date à venir.", "Give a day to come.")


class DocumentNotReady(Problem):
    title = Text("Le document est en préparation", "The document is being made")
    advice = Text("Réessayez dans un instant : `Retry-After`.", "Try again in a moment: `Retry-After`.")
