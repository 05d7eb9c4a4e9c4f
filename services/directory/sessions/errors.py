"""Problems of the sessions."""

from services.common.language import Text
from services.common.problems import Problem, Unauthenticated


class InvalidCredentials(Unauthenticated):
    title = Text("Adresse ou mot de passe inexact", "Wrong address or password")
    keeps_writes = True
    advice = Text(
        "Vérifiez l'adresse et le mot de passe. Après plusieurs essais, il faut attendre quelques minutes ; vous pouvez aussi demander un nouveau mot de passe.",
        "Check the address and the password. After several attempts you have to wait for some minutes; you can also ask for a new password.",
    )


class EmailNotVerified(Problem):
    status = 403
    title = Text("Adresse e-mail à confirmer", "E-mail address to be confirmed")
    advice = Text(
        "Suivez le lien reçu par courriel, ou demandez qu'il soit renvoyé ; connectez-vous ensuite.",
        "Follow the link received by mail, or ask for it to be sent again; then sign in.",
    )


class TooManyAttempts(Problem):
    status = 429
    title = Text("Trop d'essais", "Too many attempts")
    advice = Text(
        "Plusieurs mots de passe inexacts ont été donnés. Attendez le nombre de secondes de `Retry-After`, ou demandez un nouveau mot de passe.",
        "Several wrong passwords were given. Wait for the number of seconds of `Retry-After`, or ask for a new password.",
    )


class RefreshTokenRefused(Unauthenticated):
    title = Text("Jeton de renouvellement refusé", "Refresh token refused")
    advice = Text(
        "Le jeton est inconnu ou périmé, ou la session a été fermée. Connectez-vous de nouveau.",
        "The token is unknown or expired, or the session was closed. Sign in again.",
    )


class RefreshTokenReused(Unauthenticated):
    title = Text("Jeton de renouvellement déjà utilisé : la session est fermée", "Refresh token reused: the session is closed")
    keeps_writes = True
    advice = Text(
        "Un jeton de renouvellement sert une fois. Celui-ci revient trop tard : quelqu'un en a peut-être une copie, toute la session est donc fermée. Connectez-vous de nouveau.",
        "A refresh token works once. This one came back too late: somebody may hold a copy, so the whole session is closed. Sign in again.",
    )
