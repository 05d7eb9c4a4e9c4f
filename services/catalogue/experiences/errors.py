"""Problems of sheets made of closed dossiers."""

from services.common.language import Text
from services.common.problems import Problem


class ContractFollowedAlready(Problem):
    constraint = "uq_followed_contracts_contract_id"
    title = Text("Un autre centre suit déjà ce contrat", "Another centre follows this contract already")
    advice = Text(
        "Un dossier clos donne une seule fiche, dans un seul centre. Entendez-vous avec l'autre centre, qui peut cesser de le suivre.",
        "A closed dossier makes one sheet, in one centre. Agree with the other centre, which may stop following it.",
    )
