"""Problems of contracts."""

from services.common.language import Text
from services.common.problems import Problem


class ContractCodeTaken(Problem):
    constraint = "uq_contracts_code"
    title = Text("Ce code de contrat existe déjà", "This contract code is taken")
    advice = Text("Retrouvez le contrat existant par son code.", "Find the existing contract by its code.")


class ContractPeriodRefused(Problem):
    status = 422
    constraint = "ck_contracts_ends_after_start"
    title = Text("La fin du contrat précède son début", "The contract ends before it starts")
    advice = Text("Corrigez `starts_on` ou `ends_on`.", "Mend `starts_on` or `ends_on`.")


class FrameworkRefused(Problem):
    status = 422
    title = Text("Le cadre du contrat est incohérent", "The framework does not hold together")
    advice = Text("Chaque entrée de `errors` désigne un code à corriger.", "Each entry of `errors` points at a code to mend.")


class NotContractLead(Problem):
    status = 403
    title = Text("Réservé à l'équipe du contrat", "For the contract's team only")
    advice = Text(
        "Seuls les membres de l'organisation qui pilote le contrat font cet acte.",
        "Only members of the organisation that leads the contract may do this.",
    )
