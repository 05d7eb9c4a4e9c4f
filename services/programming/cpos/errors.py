"""Problems of CPOs."""

from services.common.language import Text
from services.common.problems import Problem


class CpoRefused(Problem):
    status = 422
    title = Text("La convention ne tient pas", "The agreement does not hold together")
    advice = Text("Corrigez ce que désigne `errors`.", "Mend what `errors` points at.")


class NotPartyToCpo(Problem):
    status = 403
    title = Text("Cet acte ne vous revient pas", "This act is not yours")
    advice = Text(
        "L'équipe du contrat établit et suspend la convention ; le financeur approuve, confirme, répond et se retire par un "
        "gestionnaire ou signataire ; chacun signe par un signataire ; le porteur rend compte et dépose.",
        "The contract's team draws up and suspends the agreement; a funder approves, confirms, answers and leaves by a manager or "
        "signatory; each party signs by a signatory; the holder reports and submits.",
    )


class CpoHolderSucceeded(Problem):
    status = 403
    title = Text("Une autre organisation a pris la suite du porteur", "Another organisation has taken over from the holder")
    advice = Text(
        "Le porteur est dissous : ses membres lisent la convention, l'organisation qui lui succède (`successor_id`) agit.",
        "The holder was dissolved: its members read the agreement, its successor (`successor_id`) acts.",
    )


class CpoStateRefused(Problem):
    title = Text("L'état de la convention ne permet pas cet acte", "The agreement's state does not allow this act")
    advice = Text(
        "Une convention est approuvée par chaque financeur, puis signée de tous, puis en vigueur. Suspendue, elle attend sa reprise.",
        "An agreement is approved by each funder, then signed by all, then in force. While suspended it waits to be resumed.",
    )


class CpoAlreadyApproved(Problem):
    title = Text("Ce financeur a déjà approuvé sa part", "This funder has already approved its part")
    advice = Text("Attendez les autres financeurs, puis signez.", "Wait for the other funders, then sign.")


class CpoAlreadySigned(Problem):
    title = Text("Cette partie a déjà signé", "This party has already signed")
    advice = Text(
        "Les signatures se lisent sur la convention ou l'avenant.", "Signatures are read on the agreement or the amendment."
    )


class TrancheNotForecast(Problem):
    title = Text("Cette tranche n'est plus à confirmer", "This tranche is not to be confirmed any more")
    advice = Text(
        "Elle est confirmée ou abandonnée : relisez la convention. Une tranche confirmée ne change que par avenant.",
        "It is confirmed or dropped: read the agreement again. A confirmed tranche only changes by an amendment.",
    )


class YearlyReportMissing(Problem):
    title = Text("Le compte rendu de l'année précédente manque", "The previous year's report is missing")
    advice = Text(
        "Le porteur dépose le compte rendu de l'année précédente (`…/reports/{year}/submission`) avant qu'une tranche soit confirmée.",
        "The holder submits the previous year's report (`…/reports/{year}/submission`) before a tranche is confirmed.",
    )


class YearlyReportNotAccepted(Problem):
    title = Text("Le compte rendu de l'année précédente n'est pas accepté", "The previous year's report is not accepted")
    advice = Text(
        "Le financeur accepte d'abord ce compte rendu (`…/reports/{year}/acceptance`).",
        "The funder accepts that report first (`…/reports/{year}/acceptance`).",
    )


class YearlyReportRefused(Problem):
    title = Text("Ce compte rendu ne peut pas faire l'objet de cet acte", "This report does not allow this act")
    advice = Text(
        "Il se rédige à partir du début de l'année, se dépose, puis chaque financeur l'accepte ou demande un complément.",
        "It is written from the beginning of the year on, submitted, then each funder accepts it or asks for more.",
    )


class YearlyReportAlreadyOpen(Problem):
    constraint = "uq_cpo_reports_cpo_id_year"
    title = Text("Le compte rendu de cette année existe déjà", "This year's report already exists")
    advice = Text("Complétez-le à `…/reports/{year}`.", "Complete it at `…/reports/{year}`.")


class YearlyReportIncomplete(Problem):
    title = Text("Le compte rendu n'est pas complet", "The report is not complete")
    advice = Text("Complétez ce que désigne `errors`, puis déposez.", "Complete what `errors` points at, then submit.")


class CpoAmendmentRefused(Problem):
    title = Text("Cet avenant n'est pas possible", "This amendment is not possible")
    advice = Text(
        "Une tranche ne descend pas sous ce qui en est engagé ou payé ; ce qui est entré dans une campagne ne change que de montant ; "
        "un financeur apporte une seule tranche par an.",
        "A tranche does not go below what is committed or paid of it; what entered a campaign changes only its amount; a funder brings "
        "one tranche a year.",
    )


class CpoAmendmentBelowPaid(Problem):
    title = Text("L'avenant descend sous ce qui est engagé ou payé", "The amendment goes below what is committed or paid")
    advice = Text(
        "`limit_cents` est ce qui est engagé ou payé de cette tranche : proposez au moins ce montant.",
        "`limit_cents` is what is committed or paid of this tranche: propose that amount at least.",
    )


class CpoAmendmentPending(Problem):
    constraint = "uq_cpo_amendments_pending"
    title = Text("Un avenant attend déjà ses signatures", "An amendment is already waiting for its signatures")
    advice = Text(
        "Faites-le signer, ou abandonnez-le, avant d'en proposer un autre.", "Have it signed, or abandon it, before another."
    )


class CpoAmendmentSettled(Problem):
    title = Text("Cet avenant est déjà appliqué ou abandonné", "This amendment is already applied or abandoned")
    advice = Text("Proposez-en un nouveau.", "Propose a new one.")


class FunderAlreadyGone(Problem):
    title = Text("Ce financeur s'est déjà retiré", "This funder has already left")
    advice = Text("L'avenant de son retrait se lit à `…/amendments`.", "The record of its leaving is at `…/amendments`.")


class LightDossierExists(Problem):
    title = Text("Le dossier de cette année existe déjà", "This year's dossier already exists")
    advice = Text(
        "Il est à `dossier_id` ; une tranche confirmée depuis y est entrée d'elle-même.",
        "It is at `dossier_id`; a tranche confirmed since has entered it by itself.",
    )


class NothingConfirmed(Problem):
    title = Text("Aucune tranche de cette année n'est confirmée", "No tranche of this year is confirmed")
    advice = Text(
        "Un financeur confirme d'abord sa tranche (`…/tranches/{tranche_id}/confirmation`).",
        "A funder confirms its tranche first (`…/tranches/{tranche_id}/confirmation`).",
    )


class CampaignNotOfTheCpo(Problem):
    title = Text(
        "Cette campagne n'est pas celle de la convention cette année-là", "This campaign is not the agreement's for that year"
    )
    advice = Text(
        "Prenez la campagne du même contrat et de la même année, ni en préparation ni archivée.",
        "Take the campaign of the same contract and year, neither draft nor archived.",
    )


class TrancheWithoutLine(Problem):
    title = Text("La campagne n'a pas la ligne de cette tranche", "The campaign has no line for this tranche")
    advice = Text(
        "Le financeur doit participer à la campagne avec cette ligne budgétaire ; un avenant peut changer la ligne de la tranche.",
        "The funder has to take part in the campaign with that budget line; an amendment may change the tranche's line.",
    )


class CpoAlreadyRenewed(Problem):
    constraint = "uq_cpos_renews_id"
    title = Text("Le renouvellement est déjà préparé", "The renewal is already drawn up")
    advice = Text("La convention qui la renouvelle a ce `renews_id`.", "The agreement that renews it has this `renews_id`.")


class FunderRepeatedInYear(Problem):
    constraint = "uq_cpo_tranches_funder_year"
    title = Text("Ce financeur a déjà une tranche cette année-là", "This funder already has a tranche that year")
    advice = Text(
        "Réunissez-les : un dossier adresse une seule demande à chaque financeur.", "Merge them: a dossier asks each funder once."
    )


class FiguresForFunders(Problem):
    status = 403
    title = Text("Réservé à l'équipe du contrat et à ses financeurs", "For the contract's team and funders")
    advice = Text("Un financeur lit ses propres promesses.", "A funder reads its own promises.")
