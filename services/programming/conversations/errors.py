"""Problems of conversations."""

from services.common.language import Text
from services.common.problems import Problem


class DossierNotSent(Problem):
    title = Text("Ce dossier n'est pas encore déposé", "This dossier is not submitted yet")
    advice = Text(
        "Personne ne l'instruit : on échange sur un dossier à partir de son dépôt. Avant, prenez contact avec l'équipe du contrat.",
        "Nobody instructs it yet: people talk about a dossier once it is submitted. Before that, get in touch with the contract's team.",
    )


class ConversationClosed(Problem):
    title = Text("On n'écrit plus sur ce dossier", "This dossier takes no more messages")
    advice = Text("Il a été retiré. Ce qui a été écrit reste lisible.", "It was withdrawn. What was written stays readable.")


class NotInThisConversation(Problem):
    status = 403
    title = Text("Ce fil n'est pas le vôtre", "This thread is not yours")
    advice = Text(
        "Le porteur écrit à un financeur sollicité ou à l'équipe ; un instructeur écrit au nom de son organisation (`organisation_id`). Entre instructeurs, le fil est au nom de l'équipe du contrat.",
        "A holder writes to a funder asked or to the team; an instructor writes for their own organisation (`organisation_id`). Between instructors the thread is in the name of the contract's team.",
    )


class AttachmentNotThere(Problem):
    status = 422
    title = Text("Cette pièce n'est pas jointe au dossier", "This document is not joined to the dossier")
    advice = Text("Citez des pièces du dossier par leur identifiant.", "Name documents of the dossier by their id.")
