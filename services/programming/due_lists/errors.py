"""Problems of reminders."""

from services.common.language import Text
from services.common.problems import Problem


class AlwaysQuiet(Problem):
    title = Text("Aucune heure ne reste pour vous écrire", "No hour is left to write to you")
    advice = Text(
        "Choisissez une heure suivie d'un moment hors des heures calmes.",
        "Choose an hour that some time outside quiet hours follows.",
    )


class ReminderAddressNotConfirmed(Problem):
    title = Text("L'adresse de votre compte n'est pas confirmée", "The address of your account is not confirmed")
    advice = Text(
        "Confirmez-la par le lien reçu à l'inscription, puis recommencez.",
        "Confirm it with the link you were sent when you signed up, then try again.",
    )
