"""Problems of committees."""

from services.common.language import Text
from services.common.problems import PreconditionRequired, Problem, StaleVersion


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


class DecidedMeanwhile(StaleVersion):
    title = Text("Cette demande a déjà été décidée", "This request has already been decided")
    advice = Text(
        "`decision` dit ce qui a été décidé, par qui et quand. Pour le changer, renvoyez sa version dans `If-Match`.",
        "`decision` says what was decided, by whom and when. To change it, send its version as `If-Match`.",
    )


class DecisionVersionRequired(PreconditionRequired):
    title = Text("Changer une décision demande If-Match", "Changing a decision takes If-Match")
    advice = Text(
        "Cette demande est déjà décidée : `decision` dit quoi, par qui et quand. Pour changer, renvoyez sa version dans `If-Match`.",
        "This request is already decided: `decision` says what, by whom and when. To change it, send its version as `If-Match`.",
    )


class SteppedOut(Problem):
    title = Text("Vous vous êtes déporté sur ce dossier", "You stepped out on this dossier")
    advice = Text(
        "Une autre personne de votre organisation décide ou vote à votre place ; un déport déclaré par erreur se retire.",
        "Another person of your organisation decides or votes instead; a déport declared by mistake can be withdrawn.",
    )


class InterestDeclared(Problem):
    status = 403
    title = Text("Vous avez déclaré un conflit d'intérêts sur ce dossier", "You declared a conflict of interest on this dossier")
    advice = Text(
        "Une autre personne de votre organisation décide ou vote à votre place. Déclarez aussi votre déport pour la séance ; si la "
        "déclaration était une erreur, retirez-la (`…/conflicts/{id}/withdrawal`) en disant pourquoi.",
        "Another person of your organisation decides or votes instead. Step out of the session too; if the declaration was a mistake, "
        "withdraw it (`…/conflicts/{id}/withdrawal`) and say why.",
    )


class DeportDeclared(Problem):
    constraint = "uq_deports_standing"
    title = Text("Ce déport est déjà enregistré", "This déport is already recorded")
    advice = Text("Il figure dans `…/deports`.", "It is in `…/deports`.")


class DeportWithdrawn(Problem):
    title = Text("Ce déport est déjà retiré", "This déport is already withdrawn")
    advice = Text("Déclarez-en un nouveau s'il y a lieu.", "Declare a new one if need be.")


class AlreadySpoke(Problem):
    title = Text("Cette personne a déjà décidé sur ce dossier", "This person has already decided on this dossier")
    advice = Text(
        "Une autre personne du financeur reprend d'abord la décision (avec `If-Match`), puis le déport se déclare.",
        "Another person of the funder first takes the decision again (with `If-Match`), then the déport is declared.",
    )


class NotForYouToStepOut(Problem):
    status = 403
    title = Text("On se déporte pour soi-même", "People step out for themselves")
    advice = Text(
        "L'équipe du contrat peut l'inscrire pour une autre personne autour de la table.",
        "The contract's team may record it for somebody else around the table.",
    )


class NotAVotingMember(Problem):
    title = Text("Cette organisation ne vote pas sur ce dossier", "This organisation does not vote on this dossier")
    advice = Text(
        "L'émargement doit la donner présente ou représentée, avec voix délibérative, et non déportée.",
        "The attendance must show it present or represented, voting, and not stepped out.",
    )


class NotYourVote(Problem):
    status = 403
    title = Text("Ce vote n'est pas celui de votre organisation", "This vote is not your organisation's")
    advice = Text(
        "Un membre de l'organisation vote, ou l'équipe du contrat relève son vote.",
        "A member of the organisation votes, or the contract's team records its vote.",
    )


class VoteChanged(StaleVersion):
    title = Text("Ce vote a changé entre-temps", "This vote has changed meanwhile")
    advice = Text(
        "`vote` dit ce qui est enregistré : relisez, puis renvoyez sa version.",
        "`vote` says what is recorded: read it, then send its version.",
    )


class VoteVersionRequired(PreconditionRequired):
    title = Text("Changer un vote demande If-Match", "Changing a vote takes If-Match")
    advice = Text("`vote` dit ce qui est enregistré : renvoyez sa version.", "`vote` says what is recorded: send its version.")


class VoteClosed(Problem):
    constraint = "pk_advices"
    title = Text("Le vote sur ce dossier est clos", "The vote on this dossier is closed")
    advice = Text(
        "L'avis du comité est rendu ; il ne change plus.", "The committee's advice is given; it does not change any more."
    )


class QuorumNotReached(Problem):
    title = Text("Le quorum n'est pas atteint", "The quorum is not reached")
    advice = Text(
        "Sans quorum le comité ne rend pas d'avis. Chaque financeur peut décider pour lui-même, dans sa propre instance.",
        "Without a quorum the committee gives no advice. Each funder may still decide for itself, in its own body.",
    )


class NobodyVoted(Problem):
    title = Text("Personne n'a voté", "Nobody has voted")
    advice = Text("Relevez au moins un vote avant de clore.", "Record at least one vote before closing.")


class NothingToCarryOver(Problem):
    title = Text("Aucun dossier ajourné à reprendre", "No adjourned dossier to carry over")
    advice = Text(
        "Les dossiers ajournés des séances précédentes sont déjà à l'ordre du jour, décidés depuis, ou retirés.",
        "Those that earlier sessions adjourned are on the agenda already, decided since, or withdrawn.",
    )


class DossierWithdrawn(Problem):
    title = Text("Ce dossier n'est plus en instruction", "This dossier is no longer under review")
    advice = Text("Le porteur l'a retiré : passez au suivant.", "Its holder withdrew it: go on to the next.")


class NotForYouToReopen(Problem):
    status = 403
    title = Text("Cette décision n'est pas à vous de la rouvrir", "This decision is not yours to reopen")
    advice = Text(
        "Un gestionnaire ou signataire du financeur et l'équipe du contrat rouvrent ensemble une décision.",
        "A manager or signatory of the funder and the contract's team reopen a decision together.",
    )


class ReopeningRefused(Problem):
    title = Text("Cette décision ne se rouvre pas", "This decision cannot be reopened")
    advice = Text(
        "Séance encore ouverte : corrigez la décision. Décision notifiée : rectifiez-la (`…/corrections`), ou par un avenant dès que la "
        "convention, l'engagement ou le paiement a commencé.",
        "Session still open: correct the decision. Notified: correct the notification (`…/corrections`), or by an amendment once the "
        "agreement, commitment or payment has begun.",
    )


class ReopeningAsked(Problem):
    title = Text("La réouverture est déjà demandée", "The reopening is already asked for")
    advice = Text("L'autre partie (financeur ou équipe) la confirme.", "The other party (funder or team) confirms it.")


class ReopeningNeedsAnother(Problem):
    title = Text("Vous avez déjà demandé cette réouverture", "You have already asked for this reopening")
    advice = Text(
        "Le financeur et l'équipe sont deux organisations : une autre personne, de l'autre partie, la confirme.",
        "The funder and the team are two organisations: somebody else, of the other party, confirms it.",
    )


class DecisionReopened(Problem):
    title = Text("Cette décision est rouverte", "This decision is reopened")
    advice = Text("Le financeur décide de nouveau avant de notifier.", "The funder decides again before notifying.")


class BulkDecisionsRefused(Problem):
    title = Text("Rien n'a été enregistré", "Nothing was recorded")
    advice = Text(
        "En tout ou rien, une seule ligne fautive arrête l'ensemble : `lines` dit lesquelles et pourquoi.",
        "All or nothing: one line at fault stops the whole; `lines` says which and why.",
    )


class DecisionSheetColumnsMissing(Problem):
    status = 422
    title = Text("Le tableau ne nomme pas ses colonnes", "The table does not name its columns")
    advice = Text(
        "Une ligne de titres nomme « Décision », et « Dossier » ou « Identifiant » : partez du tableau que donne la séance.",
        "A header line names « Décision », and « Dossier » or « Identifiant »: begin with the sheet the session gives.",
    )


class DecisionSheetTooLong(Problem):
    status = 422
    title = Text("Le tableau est trop long", "The table is too long")
    advice = Text(
        "Envoyez-le en plusieurs fois, `most_lines` décisions au plus.", "Send it in parts, `most_lines` decisions at most."
    )


class DecisionSheetUnreadable(Problem):
    status = 422
    title = Text("Le tableau ne se lit pas", "The table cannot be read")
    advice = Text("Enregistrez-le de nouveau, en XLSX ou en CSV.", "Save it again, as XLSX or CSV.")


class DecisionSheetLineUnclear(Problem):
    title = Text("Cette ligne n'est pas comprise", "This line is not understood")
    advice = Text("Corrigez les cellules nommées, et renvoyez le tableau.", "Set the named cells right, and send the table again.")
