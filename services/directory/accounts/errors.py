"""Problems of the accounts."""

from services.common.language import Text
from services.common.problems import Problem


class WeakPassword(Problem):
    status = 409
    title = Text("Mot de passe trop facile à deviner", "Password too easy to guess")
    advice = Text(
        "Choisissez au moins douze signes qui ne soient ni votre adresse ni un mot de passe courant : quatre mots sans rapport font un bon mot de passe.",
        "Choose twelve characters or more that are neither your address nor a common password: four unrelated words make a good one.",
    )


class LinkNoLongerValid(Problem):
    status = 409
    title = Text("Ce lien n'est plus valable", "This link is no longer valid")
    advice = Text(
        "Un lien reçu par courriel sert une seule fois et pour un temps limité. Si votre adresse est déjà confirmée, connectez-vous ; sinon demandez un nouveau lien.",
        "A mailed link works once and for a limited time. If your address is already confirmed, sign in; otherwise ask for a new link.",
    )


class TooManyRequests(Problem):
    status = 429
    title = Text("Trop de demandes", "Too many requests")
    keeps_writes = True
    advice = Text(
        "Trop de demandes sont venues de votre réseau ou de votre compte. Attendez le nombre de secondes donné par `Retry-After`.",
        "Too many requests came from your network or account. Wait for the number of seconds given by `Retry-After`.",
    )


class AccountUnknown(Problem):
    status = 409
    title = Text("Aucun compte confirmé à cette adresse", "No confirmed account at this address")
    keeps_writes = True
    advice = Text(
        "La personne doit d'abord créer son compte et confirmer son adresse e-mail ; ajoutez-la ensuite.",
        "The person first has to create an account and confirm the e-mail address; add them afterwards.",
    )
