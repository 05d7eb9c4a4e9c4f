"""Problems of payments."""

from services.common.language import Text
from services.common.problems import Problem


class NotForYouToPay(Problem):
    status = 403
    title = Text("Ce paiement ne vous revient pas", "This payment is not yours")
    advice = Text(
        "Le comptable du financeur enregistre paiements et reversements ; un gestionnaire ou un comptable ordonne la dépense ; "
        "un gestionnaire, signataire ou comptable fixe l'échéancier.",
        "The funder's payer records payments and repayments; a manager or payer orders the expense; a manager, signatory or payer "
        "sets the schedule.",
    )


class NotForYouToAsk(Problem):
    status = 403
    title = Text("Cette demande de paiement ne vous revient pas", "This payment request is not yours")
    advice = Text(
        "Un gestionnaire ou signataire du porteur demande le versement.", "A manager or signatory of the holder asks for the money."
    )


class ScheduleRefused(Problem):
    title = Text("Cet échéancier ne convient pas", "This schedule does not hold")
    advice = Text(
        "La somme des échéances égale la subvention au centime, chacune vaut au moins un centime, les acomptes suivent les avances, "
        "le solde est unique et vient en dernier, et une échéance à date porte sa date.",
        "Instalments add up to the grant to the cent, each is worth a cent at least, interim payments follow advances, the balance "
        "is single and comes last, and a dated instalment has its date.",
    )


class RequestPending(Problem):
    constraint = "uq_payment_requests_pending"
    title = Text("Une demande de paiement attend une réponse", "A payment request awaits an answer")
    advice = Text("Le comptable du financeur l'ordonne ou la refuse d'abord.", "The funder's payer orders or refuses it first.")


class ConditionsMissing(Problem):
    title = Text("Cette échéance ne peut pas encore être demandée", "This instalment cannot be asked for yet")
    advice = Text(
        "`errors` dit ce qui manque : convention signée, bilan déposé ou accepté, date, compte bancaire confirmé.",
        "`errors` says what is missing: agreement signed, bilan submitted or accepted, date, bank account confirmed.",
    )


class InstalmentNotNext(Problem):
    title = Text("Ce n'est pas l'échéance à demander", "This is not the instalment to ask for")
    advice = Text(
        "Les échéances se demandent dans l'ordre : `next_instalment` donne la prochaine, ou rien quand tout est payé ou ordonné.",
        "Instalments are asked for in order: `next_instalment` gives the next, or none when everything is paid or ordered.",
    )


class RequestAnswered(Problem):
    title = Text("Cette demande a déjà sa réponse", "This request is already answered")
    advice = Text("Le porteur peut en faire une nouvelle.", "The holder may make a new one.")


class NothingCommitted(Problem):
    title = Text("La dépense n'est pas engagée", "The expense is not committed")
    advice = Text(
        "Engagez d'abord la subvention : `POST /awards/{id}/commitment`.", "Commit the award first: `POST /awards/{id}/commitment`."
    )


class OrderRefused(Problem):
    title = Text("Ce mandat dépasse l'engagement", "This order is beyond the commitment")
    advice = Text(
        "L'engagé couvre le payé et les mandats en cours : `limit_cents` dit jusqu'où aller.",
        "The commitment covers what is paid and what is ordered: `limit_cents` says how far one may go.",
    )


class OrderNumberUsed(Problem):
    constraint = "uq_payment_orders_funder_id_number"
    title = Text("Ce numéro de mandat est déjà pris", "This order number is already used")
    advice = Text("Un numéro ne sert qu'une fois par financeur.", "A number is used once per funder.")


class OrderNotOpen(Problem):
    title = Text("Ce mandat n'est plus à payer", "This order is no longer to be paid")
    advice = Text("Il est payé ou annulé : relisez les paiements.", "It is paid or cancelled: read the payments again.")


class AmountBeyondOrder(Problem):
    title = Text("Ce paiement dépasse le mandat", "This payment is beyond the order")
    advice = Text(
        "`limit_cents` dit ce qui reste à payer sur le mandat, ou hors des mandats en cours.",
        "`limit_cents` says what is left to pay under the order, or outside of the open orders.",
    )


class AccountNotConfirmed(Problem):
    title = Text("Ce compte bancaire n'est pas celui du porteur", "This bank account is not the holder's")
    advice = Text(
        "Un mandat se paie sur le compte confirmé du porteur : faites-le confirmer par une seconde personne.",
        "An order is paid on the holder's confirmed account: have it confirmed by a second person.",
    )


class PaymentReferenceUsed(Problem):
    constraint = "uq_payments_funder_id_reference"
    title = Text("Cette référence de paiement est déjà enregistrée", "This payment reference is already recorded")
    advice = Text(
        "Une référence ne sert qu'une fois par financeur : le paiement est sans doute déjà là, relisez-le.",
        "A reference is used once per funder: the payment is likely there already, read it again.",
    )


class RepaymentReferenceUsed(Problem):
    constraint = "uq_repayments_funder_id_reference"
    title = Text("Cette référence de reversement est déjà enregistrée", "This repayment reference is already recorded")
    advice = Text("Une référence ne sert qu'une fois par financeur.", "A reference is used once per funder.")


class PaymentDayRefused(Problem):
    title = Text("Cette date n'est pas possible", "This day is not possible")
    advice = Text(
        "Un paiement se date entre la notification et aujourd'hui ; un reversement, entre le premier paiement et aujourd'hui.",
        "A payment is dated between the notification and today; a repayment, between the first payment and today.",
    )


class PaymentFileUnreadable(Problem):
    status = 422
    title = Text("Ce fichier de paiements ne peut pas être lu", "This payment file cannot be read")
    advice = Text(
        "Ouvrez-le dans un tableur, enregistrez-le de nouveau en CSV ou en XLSX, sans mot de passe, et renvoyez-le.",
        "Open it in a spreadsheet program, save it again as CSV or XLSX, without a password, and send it again.",
    )


class PaymentFileTooLong(Problem):
    status = 413
    title = Text("Ce fichier de paiements est trop long", "This payment file is too long")
    advice = Text(
        "Coupez-le en fichiers de `most_lines` lignes au plus et envoyez-les l'un après l'autre : une ligne déjà connue n'est jamais "
        "comptée deux fois.",
        "Cut it into files of at most `most_lines` lines and send them one after the other: a line already known is never counted twice.",
    )


class PaymentFileColumnsMissing(Problem):
    status = 422
    title = Text("Des colonnes manquent dans ce fichier de paiements", "This payment file lacks columns")
    advice = Text(
        "La ligne d'en-tête nomme : « Référence dossier », « Date », « Montant », « Référence paiement » (ou « N° mandat ») et, si vous "
        "voulez, « SIRET ». Accents et majuscules ne comptent pas.",
        "The header names: « Référence dossier », « Date », « Montant », « Référence paiement » (or « N° mandat ») and, if you like, "
        "« SIRET ». Accents and capitals do not matter.",
    )


class NotForYouToImport(Problem):
    status = 403
    title = Text("Cet import ne vous revient pas", "This import is not yours")
    advice = Text("Un comptable du financeur envoie ses paiements.", "A payer of the funder sends its payments.")
