"""Problems of the gateway itself."""

from services.common.language import Text
from services.common.problems import Problem


class HostNotServed(Problem):
    status = 400
    title = Text("Nom d'hôte non servi", "Host not served")
    advice = Text(
        "L'en-tête `Host` doit être présent une seule fois et nommer cette plateforme. Son administrateur règle les noms acceptés par `CANEVAS_ALLOWED_HOSTS`.",
        "The `Host` header must be there exactly once and name this platform. Its administrator sets the accepted names with `CANEVAS_ALLOWED_HOSTS`.",
    )


class OriginNotAllowed(Problem):
    status = 400
    title = Text("Origine non autorisée", "Origin not allowed")
    advice = Text(
        "La page qui appelle n'est pas d'une origine acceptée, ou demande une méthode ou un en-tête hors du contrat. L'administrateur règle les origines par `CANEVAS_CORS_ORIGINS`.",
        "The calling page is not of an accepted origin, or asks for a method or a header outside of the contract. The administrator sets the origins with `CANEVAS_CORS_ORIGINS`.",
    )


class TransferTooSlow(Problem):
    status = 408
    title = Text("Envoi trop lent", "Transfer too slow")
    advice = Text(
        "Le contenu n'est pas arrivé en entier dans le temps accordé. Rien n'a été enregistré : renvoyez-le par une meilleure connexion.",
        "The content did not arrive whole in the time allowed. Nothing was saved: send it again on a better connection.",
    )


class ServiceUnreachable(Problem):
    status = 502
    title = Text("Service injoignable", "Service unreachable")
    advice = Text(
        "Le service qui répond à cette adresse est arrêté ou redémarre. Renvoyez la demande dans quelques secondes, avec la même `Idempotency-Key` : elle n'aura lieu qu'une fois.",
        "The service behind this address is down or restarting. Send the request again in a few seconds with the same `Idempotency-Key`: it will happen once.",
    )


class DeadlineExpired(Problem):
    status = 504
    title = Text("Délai de traitement dépassé", "Deadline expired")
    advice = Text(
        "La demande a été interrompue parce qu'elle durait trop. Renvoyez-la avec la même `Idempotency-Key` : si elle avait abouti au dernier instant, la même réponse est rendue.",
        "The request was interrupted because it took too long. Send it again with the same `Idempotency-Key`: had it succeeded at the last moment, the same answer is given.",
    )


class UnreadableRequest(Problem):
    status = 400
    title = Text("Requête HTTP illisible", "Unreadable HTTP request")
    advice = Text(
        "La requête ne respecte pas HTTP, ou son adresse ou ses en-têtes sont trop longs. C'est le plus souvent une erreur du client HTTP employé.",
        "The request does not follow HTTP, or its address or headers are too long. It is most often a fault of the HTTP client.",
    )
