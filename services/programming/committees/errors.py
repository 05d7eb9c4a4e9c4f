"""Problems of committees."""

from services.common.language import Text
from services.common.problems import Problem


class CommitteeClosed(Problem):
    title = Text("La séance est close", "The session is closed")
    advice = Text(
        "Ses décisions ne changent plus. Portez le dossier à une autre séance.",
        "Its decisions are final. Take the dossier to another session.",
    )


class CommitteeNotStarted(Problem):
    title = Text("La séance n'a pas commencé", "The session has not started")
    advice = Text(
        "On décide à partir de `starts_at`. Corrigez la date si elle a été avancée.",
        "Decisions start at `starts_at`. Mend the date if it was moved.",
    )


class CommitteeNotHeld(Problem):
    title = Text("La séance n'est pas close, ou son procès-verbal est déjà signé", "The session is not closed, or already signed")
    advice = Text(
        "Le procès-verbal se signe une fois, après la clôture de la séance (`…/closing`).",
        "Minutes are signed once, after the session is closed (`…/closing`).",
    )


class NotOnAgenda(Problem):
    title = Text("Ce dossier n'est pas à l'ordre du jour", "This dossier is not on the agenda")
    advice = Text("Ajoutez-le à l'ordre du jour de la séance.", "Add it to the session's agenda.")


class AgendaEmpty(Problem):
    title = Text("L'ordre du jour est vide", "The agenda is empty")
    advice = Text(
        "Inscrivez au moins un dossier avant d'envoyer l'ordre du jour.", "Put at least one dossier on it before sending it."
    )


class DecisionRefused(Problem):
    status = 422
    title = Text("La décision n'est pas recevable", "The decision cannot be taken so")
    advice = Text("Corrigez ce que désigne `errors`.", "Mend what `errors` points at.")


class FunderAbsent(Problem):
    title = Text("Le financeur n'est pas à la séance", "The funder is not at the session")
    advice = Text("L'émargement doit le donner présent ou représenté.", "The attendance must show it present or represented.")


class NotForYouToDecide(Problem):
    status = 403
    title = Text("Cette décision ne vous revient pas", "This decision is not yours")
    advice = Text(
        "Au comité technique, l'équipe du contrat inscrit les propositions ; au comité de pilotage, chaque financeur décide pour lui-même "
        "(gestionnaire ou signataire).",
        "In a technical committee the contract's team records proposals; in a steering committee each funder decides for itself (manager or signatory).",
    )


class NothingDecided(Problem):
    title = Text("Aucune décision close pour cette demande", "No closed decision for this request")
    advice = Text(
        "La notification suit la clôture de la séance qui a décidé.",
        "Notification follows the closing of the session that decided.",
    )


class AgendaItemDecided(Problem):
    title = Text("Un dossier déjà décidé reste à l'ordre du jour", "A dossier already decided stays on the agenda")
    advice = Text(
        "Gardez dans l'ordre du jour les dossiers sur lesquels la séance s'est prononcée.",
        "Keep on the agenda what the session has spoken about.",
    )
