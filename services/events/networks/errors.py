"""Problems of networks."""

from services.common.language import Text
from services.common.problems import Problem


class NetworkCodeTaken(Problem):
    constraint = "uq_networks_code"
    title = Text("Ce code de réseau est déjà pris", "This network code is taken")
    advice = Text("Choisissez un autre code : il ouvre toutes ses références.", "Choose another code: it begins its references.")


class NetworkAlreadyOpen(Problem):
    constraint = "uq_networks_organisation_id"
    title = Text("Cette organisation anime déjà un réseau", "This organisation already runs a network")
    advice = Text("Modifiez le réseau existant.", "Change the existing network.")


class NotAnOrganiser(Problem):
    status = 403
    title = Text("Réservé aux organisateurs du réseau", "For the network's organisers only")
    advice = Text(
        "Les organisateurs sont les membres de l'organisation qui anime le réseau : demandez-lui de vous y ajouter.",
        "Organisers are the members of the organisation that runs the network: ask it to add you.",
    )


class NotANetworkManager(Problem):
    status = 403
    title = Text("Réservé aux gestionnaires du réseau", "For the network's managers only")
    advice = Text(
        "Un gestionnaire de l'organisation qui anime le réseau peut le faire, ou vous donner ce rôle.",
        "A manager of the organisation that runs the network can do it, or give you the role.",
    )
