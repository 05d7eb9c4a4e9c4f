"""Problems of agreements."""

from services.common.language import Text
from services.common.problems import Problem


class NotForYouToDraft(Problem):
    status = 403
    title = Text("La rédaction revient au financeur", "Drafting is the funder's")
    advice = Text(
        "Un gestionnaire ou signataire du financeur rédige la convention et ses avenants, déclare les aides en nature et résilie.",
        "A manager or signatory of the funder drafts the agreement and its amendments, declares aid in kind and terminates.",
    )


class NotForYouToSign(Problem):
    status = 403
    title = Text("Cette signature ne vous revient pas", "This signature is not yours")
    advice = Text(
        "Signe qui a le rôle `signatory` dans l'organisation donnée, et cette organisation est partie à la convention.",
        "Who signs has the role `signatory` in the organisation given, and that organisation is a party to the agreement.",
    )


class NotYourSignedFile(Problem):
    status = 403
    title = Text("Cet exemplaire signé ne vous revient pas", "This signed copy is not yours")
    advice = Text(
        "Un gestionnaire ou signataire de l'organisation qui a signé joint ou remplace son exemplaire.",
        "A manager or signatory of the organisation that signed joins or replaces its copy.",
    )


class AgreementStateRefused(Problem):
    title = Text("L'état de la convention ne permet pas cet acte", "The agreement's state does not allow this act")
    advice = Text(
        "Une convention se rédige, se signe des deux parties, puis change par avenant jusqu'à sa résiliation. Relisez-la.",
        "An agreement is drafted, signed by both parties, then changed by amendments until its termination. Read it again.",
    )


class NothingToAgree(Problem):
    title = Text("Aucune subvention à conventionner", "No grant to agree on")
    advice = Text(
        "Toutes les subventions de l'année relèvent d'une convention pluriannuelle, qui vaut convention.",
        "Every grant of the year belongs to a multi-year agreement, which is an agreement itself.",
    )


class DraftRefused(Problem):
    title = Text("Le projet de convention n'est pas recevable", "The draft agreement cannot be made so")
    advice = Text("Corrigez ce que désigne `errors`.", "Mend what `errors` points at.")


class TextNotReady(Problem):
    title = Text("Le document est en cours de préparation", "The document is being prepared")
    advice = Text("Il est prêt en quelques secondes : réessayez.", "It is ready in a few seconds: try again.")


class TextOutdated(Problem):
    title = Text("Les subventions ont changé depuis la rédaction", "The grants changed since the text was drafted")
    advice = Text(
        "Les montants du texte ne sont plus ceux des subventions : le financeur en rédige un autre.",
        "The amounts of the text are no longer those of the grants: the funder drafts another one.",
    )


class SignatureDateRefused(Problem):
    title = Text("La date de signature n'est pas possible", "The day of the signature is not possible")
    advice = Text("On signe entre le jour de la rédaction et aujourd'hui.", "One signs between the day of the draft and today.")


class AlreadySigned(Problem):
    constraint = "uq_agreement_signatures_text_id_party"
    title = Text("Cette partie a déjà signé", "This party has already signed")
    advice = Text(
        "Sa signature est dans `signatures` ; il en faut une par partie.",
        "Its signature is in `signatures`; one per party is needed.",
    )


class AmendmentOpen(Problem):
    constraint = "uq_agreement_texts_open"
    title = Text("Un avenant est déjà en cours de signature", "An amendment is already being signed")
    advice = Text(
        "Signez-le, ou retirez-le (`…/withdrawal`) avant d'en rédiger un autre.",
        "Sign it, or withdraw it (`…/withdrawal`) before drafting another.",
    )


class AmendmentRefused(Problem):
    title = Text("L'avenant n'est pas recevable", "The amendment cannot be made so")
    advice = Text(
        "Corrigez ce que désigne `errors` : un avenant porte sur les subventions de la convention et change quelque chose.",
        "Mend what `errors` points at: an amendment is about the agreement's grants and changes something.",
    )


class GrantBelowPaid(Problem):
    title = Text("Une subvention ne descend pas sous ce qui est payé", "A grant does not go below what is paid")
    advice = Text(
        "`errors` dit ce qui est déjà payé. Un trop-perçu se reverse, il ne s'amende pas.",
        "`errors` says what is already paid. An overpayment is repaid, not amended.",
    )


class GrantAboveAsked(Problem):
    title = Text("Une subvention ne dépasse pas ce qui est demandé", "A grant does not go above what is asked")
    advice = Text(
        "`errors` dit ce que le dossier demande à ce financeur : au-delà, il faut une nouvelle demande.",
        "`errors` says what the dossier asks this funder for: beyond it a new request is needed.",
    )


class GrantAlreadyJustified(Problem):
    title = Text("Le bilan est accepté : la subvention ne s'amende plus", "The bilan is accepted: the grant is amended no more")
    advice = Text("Retirez cette ligne de l'avenant.", "Leave this line out of the amendment.")
