"""Problems of harvests."""

from services.common.language import Text
from services.common.problems import Problem


class SourceNameTaken(Problem):
    constraint = "uq_harvest_sources_centre_id_name"
    title = Text("Une source du centre porte déjà ce nom", "A source of the centre has this name already")
    advice = Text("Donnez-lui un autre nom : les rapports la désignent par lui.", "Name it otherwise: reports call it by it.")


class SourceAddressRefused(Problem):
    title = Text("Cette adresse n'est pas celle d'un service public d'Internet", "This is not the address of a public server")
    advice = Text(
        "Donnez l'adresse http(s) de l'entrepôt OAI-PMH telle qu'on la joint depuis Internet, sans mot de passe.",
        "Give the http(s) address of the OAI-PMH repository as the internet reaches it, without a password.",
    )


class HarvestUnderWay(Problem):
    constraint = "uq_harvest_runs_under_way"
    title = Text("Cette source est déjà en cours de moissonnage", "This source is being harvested already")
    advice = Text("Attendez la fin de ce moissonnage, puis relancez.", "Wait until it ends, then start again.")


class AlreadyDecided(Problem):
    title = Text("Ce doublon a déjà été tranché", "This pair was decided already")
    advice = Text("Relisez la liste des doublons à trancher.", "Read the list of pairs to decide again.")


class NothingToKeep(Problem):
    title = Text("La source a supprimé cette notice", "The source deleted this record")
    advice = Text("Refusez-la : il n'y a plus rien à reprendre.", "Refuse it: there is nothing to take any more.")
