"""Problems of reports."""

from services.common.language import Text
from services.common.problems import Problem


class BookletNotReady(Problem):
    title = Text("Le livret n'est pas prêt", "The booklet is not ready")
    advice = Text(
        "L'équipe du contrat le demande par `POST …/booklet` ; sa fabrication prend quelques secondes : réessayez ensuite.",
        "The contract's team asks for it with `POST …/booklet`; making it takes seconds: try again then.",
    )


class BookletOutdated(Problem):
    title = Text("Le livret ne correspond plus à la séance", "The booklet no longer matches the session")
    advice = Text(
        "L'ordre du jour, le titre, le lieu ou l'heure ont changé depuis : demandez-le de nouveau par `POST …/booklet`.",
        "The agenda, title, place or time changed since: ask for it again with `POST …/booklet`.",
    )


class NothingToPrint(Problem):
    title = Text("L'ordre du jour est vide", "The agenda is empty")
    advice = Text(
        "Inscrivez au moins un dossier, puis demandez le livret.", "Put a dossier on the agenda, then ask for the booklet."
    )


class NothingToReport(Problem):
    title = Text("Aucune campagne cette année-là", "No campaign that year")
    advice = Text(
        "Le rapport rend compte des campagnes ouvertes du contrat : vérifiez l'année.",
        "The report accounts for the contract's campaigns once open: check the year.",
    )


class ReportNotReady(Problem):
    title = Text("Le rapport n'est pas prêt", "The report is not ready")
    advice = Text("Sa fabrication prend quelques secondes : réessayez ensuite.", "Making it takes seconds: try again then.")


class AlreadyPublished(Problem):
    title = Text("Ce rapport est déjà publié", "This report is already published")
    advice = Text(
        "Une édition publiée ne change plus : demandez-en une nouvelle, puis publiez-la.",
        "A published edition does not change: ask for a new one, then publish it.",
    )
