"""Problems of outcomes."""

from services.common.language import Text
from services.common.problems import Problem


class NetworkWithoutCentre(Problem):
    title = Text("Le réseau n'a pas de centre de ressources au catalogue", "The network has no resource centre in the catalogue")
    advice = Text(
        "Un gestionnaire du réseau indique son centre (`centre_id`), puis recommencez.",
        "A manager of the network names its centre (`centre_id`), then try again.",
    )


class OutcomeTooEarly(Problem):
    title = Text("L'évènement n'a pas eu lieu", "The event has not taken place")
    advice = Text(
        "Un replay ou un compte rendu se propose une fois l'évènement commencé ; un support, dès que l'évènement est annoncé.",
        "A replay or proceedings are proposed once the event has begun; a support, as soon as the event is announced.",
    )


class OutcomeProposedAlready(Problem):
    constraint = "uq_outcomes_event_id_role_title"
    title = Text("Ce document a déjà été proposé au catalogue", "This document was already proposed to the catalogue")
    advice = Text(
        "Les documentalistes du centre l'ont reçu : corrigez-le avec eux, ou donnez un autre intitulé.",
        "The centre's documentalists have it: correct it with them, or give another title.",
    )
