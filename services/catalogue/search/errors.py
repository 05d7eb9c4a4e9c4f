"""Problems of searches."""

from services.common.language import Text
from services.common.problems import Problem


class SearchesForDocumentalists(Problem):
    status = 403
    title = Text("Réservé aux documentalistes", "For documentalists only")
    advice = Text(
        "Les documentalistes sont les membres des organisations qui tiennent un centre de ressources.",
        "Documentalists are the members of organisations that keep a resource centre.",
    )
