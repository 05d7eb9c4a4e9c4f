"""Problems of privacy."""

from services.common.language import Text
from services.common.problems import Problem


class PersonalDataRequestPending(Problem):
    constraint = "uq_data_requests_pending"
    title = Text("Une demande est déjà en cours", "A request is already under way")
    advice = Text(
        "Elle sera prête dans les délais annoncés ; un courriel vous préviendra.",
        "It will be ready within the time announced; a mail will tell you.",
    )


class TooManyDataExports(Problem):
    status = 429
    title = Text("Trop d'exports demandés", "Too many exports asked for")
    advice = Text(
        "Trois exports par jour au plus : reprenez le dernier, ou attendez le nombre de secondes de `Retry-After`.",
        "Three exports a day at most: take the last one, or wait for the seconds of `Retry-After`.",
    )


class DataExportNotReady(Problem):
    title = Text("L'export n'est pas encore prêt", "The export is not ready yet")
    advice = Text(
        "Un courriel vous préviendra ; `missing` dit quels services n'ont pas encore répondu.",
        "A mail will tell you; `missing` says which services have not answered yet.",
    )


class DataExportExpired(Problem):
    status = 410
    title = Text("L'export n'est plus disponible", "The export is no longer available")
    advice = Text(
        "Il se télécharge pendant sept jours : demandez-en un autre.", "It can be downloaded for seven days: ask for another."
    )


class LeavesOrganisationsWithoutManager(Problem):
    title = Text("Vous êtes seul·e à gérer une organisation", "You alone manage an organisation")
    advice = Text(
        "Transmettez d'abord la gestion de chacune de celles de `organisations` à un autre membre (`…/handover`), ou faites-la dissoudre par l'administration de la plateforme.",
        "First hand the management of each of `organisations` over to another member (`…/handover`), or have the platform's administrators dissolve it.",
    )


class LastAdministrator(Problem):
    title = Text("Vous administrez seul·e la plateforme", "You alone administer the platform")
    advice = Text("Nommez d'abord un autre administrateur.", "Name another administrator first.")


class ErasureNotPending(Problem):
    title = Text("Aucun effacement n'est en attente", "No erasure is pending")
    advice = Text(
        "Il a été annulé, refusé ou déjà fait. Demandez-le de nouveau s'il le faut.",
        "It was cancelled, refused or already done. Ask again if need be.",
    )
