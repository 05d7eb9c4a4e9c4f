"""Problems of bank accounts."""

from services.common.language import Text
from services.common.problems import Problem


class NotForYouToProposeAnAccount(Problem):
    status = 403
    title = Text("Ce compte ne vous revient pas à proposer", "This account is not yours to propose")
    advice = Text(
        "Un gestionnaire ou signataire de l'organisation payée propose son compte.",
        "A manager or signatory of the organisation that is paid proposes its account.",
    )


class ProposerCannotConfirm(Problem):
    status = 403
    title = Text("Une seconde personne doit confirmer ce compte", "A second person has to confirm this account")
    advice = Text(
        "Quels que soient ses rôles, qui propose un compte ne le confirme pas : demandez à un autre gestionnaire ou signataire, ou au comptable d'un financeur.",
        "Whatever their roles, whoever proposes an account does not confirm it: ask another manager or signatory, or a funder's payer.",
    )


class AccountAlreadyProposed(Problem):
    constraint = "uq_bank_accounts_proposed"
    title = Text("Un compte attend déjà sa confirmation", "An account already awaits its confirmation")
    advice = Text(
        "Faites-le confirmer par une seconde personne, ou rejetez-le avec un motif, puis proposez le nouveau.",
        "Have it confirmed by a second person, or reject it with a reason, then propose the new one.",
    )


class AccountAlreadyConfirmed(Problem):
    constraint = "uq_bank_accounts_confirmed"
    title = Text("Ce compte est déjà celui de l'organisation", "This is already the organisation's account")
    advice = Text("Il n'y a rien à changer : les paiements y vont.", "There is nothing to change: payments go there.")


class AccountStateRefused(Problem):
    title = Text("Ce compte n'attend plus de réponse", "This account awaits no answer any more")
    advice = Text(
        "Seul un compte proposé se confirme ou se rejette. Proposez-en un nouveau au besoin.",
        "Only a proposed account is confirmed or rejected. Propose a new one if need be.",
    )


class UnknownRib(Problem):
    title = Text("Ce RIB n'est pas une pièce de vos dossiers", "This bank statement is no attachment of your dossiers")
    advice = Text(
        "Joignez le RIB à un dossier de l'organisation, puis donnez l'identifiant de la pièce.",
        "Attach the bank statement to a dossier of the organisation, then give the attachment's id.",
    )


class IbanUnreadable(Problem):
    title = Text("Cet IBAN ne peut plus être lu", "This IBAN can no longer be read")
    advice = Text(
        "La clé de la plateforme a changé depuis son enregistrement : demandez à l'organisation de proposer son compte à nouveau.",
        "The platform's key changed since it was recorded: ask the organisation to propose its account again.",
    )


class IbanForPayersOnly(Problem):
    status = 403
    title = Text("Cet IBAN n'est lu en clair que par qui paie", "This IBAN is read in clear only by those who pay")
    advice = Text(
        "L'organisation voit son IBAN masqué ; les comptables de ses financeurs le lisent, et chaque lecture laisse une trace.",
        "The organisation sees its IBAN masked; payers of its funders read it, and each reading leaves a trace.",
    )
