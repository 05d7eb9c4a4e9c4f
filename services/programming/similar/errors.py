"""Problems of similar actions, of consent to be found, of overlaps."""

from services.common.language import Text
from services.common.problems import Problem


class VisibilityNotYours(Problem):
    status = 403
    title = Text("Cet accord ne vous revient pas", "This consent is not yours to give")
    advice = Text(
        "Un gestionnaire de l’organisation porteuse accepte qu’un dossier soit trouvé par d’autres porteurs, ou revient sur cet accord.",
        "A manager of the holder consents to a dossier being found by other holders, or withdraws that consent.",
    )


class NoAddressToAnswer(Problem):
    title = Text("Votre dossier n’a pas d’adresse de contact", "Your dossier has no contact address")
    advice = Text(
        "La réponse doit pouvoir vous parvenir : remplissez `/contact/email` de votre dossier.",
        "The answer must reach you: fill in `/contact/email` of your dossier.",
    )


class NoAddressToWriteTo(Problem):
    title = Text("Ce porteur ne peut pas être joint par la plateforme", "This holder cannot be reached through the platform")
    advice = Text(
        "Son adresse n’est plus connue de la plateforme. L’équipe du contrat de ville peut vous mettre en relation.",
        "The platform no longer knows its address. The contract's team may put you in touch.",
    )


class TooManyContacts(Problem):
    status = 429
    title = Text("Trop de messages à d’autres porteurs", "Too many messages to other holders")
    advice = Text(
        "Une organisation écrit au plus dix fois par heure à d’autres porteurs, et deux fois par jour au même dossier. "
        "Recommencez après `Retry-After`.",
        "An organisation writes at most ten times an hour to other holders, and twice a day to the same dossier. "
        "Try again after `Retry-After`.",
    )


class NotYourOverlap(Problem):
    status = 403
    title = Text("Votre organisation n’instruit pas ces deux dossiers", "Your organisation does not instruct both dossiers")
    advice = Text(
        "Un rapprochement est écarté au nom d’un financeur sollicité par les deux dossiers, ou de l’équipe : vérifiez `organisation_id`.",
        "An overlap is dismissed in the name of a funder both dossiers ask, or of the team: check `organisation_id`.",
    )


class OverlapAlreadyDismissed(Problem):
    title = Text("Ce rapprochement est déjà écarté", "This overlap is already dismissed")
    advice = Text(
        "Votre organisation l’a écarté avec un motif ; revenez sur ce choix avant d’en donner un autre.",
        "Your organisation dismissed it with a reason; take that back before giving another.",
    )
    constraint = "pk_overlap_dismissals"
