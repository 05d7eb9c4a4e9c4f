"""Problems of open data."""

from services.common.language import Text
from services.common.problems import Problem


class NotForYouToPublish(Problem):
    status = 403
    title = Text("Ces données ne sont pas les vôtres", "These data are not yours")
    advice = Text(
        "Les membres du financeur préparent ses publications ; un de ses gestionnaires publie.",
        "The funder's members prepare its publications; one of its managers publishes.",
    )


class PublisherUnknown(Problem):
    title = Text("Le financeur n'a pas d'identité de publication", "The funder has no publication identity")
    advice = Text(
        "Un gestionnaire la donne une fois : `PUT /programming/v1/funders/{funder_id}/publication` (nom officiel, SIRET, adresse du service).",
        "A manager gives it once: `PUT /programming/v1/funders/{funder_id}/publication` (official name, SIRET, mailbox of the service).",
    )


class NothingToPublish(Problem):
    title = Text("Aucune subvention à publier pour cette année", "No subsidy to publish for that year")
    advice = Text(
        "Aucune subvention notifiée n'est complète. Ce qui manque : `GET /programming/v1/funders/{funder_id}/publication/gaps`.",
        "No notified subsidy is complete. What is missing: `GET /programming/v1/funders/{funder_id}/publication/gaps`.",
    )


class AddressTaken(Problem):
    constraint = "uq_publishers_slug"
    title = Text("Un autre financeur vient de prendre cette adresse", "Another funder has just taken this address")
    advice = Text("Renvoyez la même demande : une autre adresse sera choisie.", "Send it again: another address will be chosen.")


class PublisherExists(Problem):
    constraint = "pk_publishers"
    title = Text("Cette identité de publication vient d'être donnée", "This publication identity has just been given")
    advice = Text("Relisez-la, puis renvoyez son ETag dans `If-Match`.", "Read it, then send its ETag in `If-Match`.")
