"""Problems of resource centres."""

from services.common.language import Text
from services.common.problems import Problem


class CentreCodeTaken(Problem):
    constraint = "uq_centres_code"
    title = Text("Ce code de centre est déjà pris", "This centre code is taken")
    advice = Text("Choisissez un autre code : il ouvre toutes ses références.", "Choose another code: it begins its references.")


class CentreAlreadyOpen(Problem):
    constraint = "uq_centres_organisation_id"
    title = Text("Cette organisation a déjà un centre de ressources", "This organisation already has a resource centre")
    advice = Text("Modifiez le centre existant.", "Change the existing centre.")


class NotADocumentalist(Problem):
    status = 403
    title = Text("Réservé aux documentalistes du centre", "For the centre's documentalists only")
    advice = Text(
        "Les documentalistes sont les membres de l'organisation qui tient le centre : demandez-lui de vous y ajouter.",
        "Documentalists are the members of the organisation that keeps the centre: ask it to add you.",
    )


class NotACentreManager(Problem):
    status = 403
    title = Text("Réservé aux gestionnaires du centre", "For the centre's managers only")
    advice = Text(
        "Un gestionnaire de l'organisation qui tient le centre peut le faire, ou vous donner ce rôle.",
        "A manager of the organisation that keeps the centre can do it, or give you the role.",
    )
