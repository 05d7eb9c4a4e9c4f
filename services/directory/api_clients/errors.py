"""Problems of programs. Those of the token endpoint also say what OAuth libraries read: `error` and `error_description`."""

from collections.abc import Mapping
from typing import ClassVar

from services.common.language import Text
from services.common.problems import Problem


class ApiClientNameTaken(Problem):
    title = Text("Un programme porte déjà ce nom", "A program has this name already")
    constraint = "uq_api_clients_name"
    advice = Text(
        "Donnez-lui un autre nom. Si c'est un double clic, le premier envoi a créé le programme : faites tourner son secret si vous ne l'avez pas vu.",
        "Give it another name. After a double click, the first one created the program: rotate its secret when you have not seen it.",
    )


class ApiClientRevoked(Problem):
    title = Text("Ce programme est révoqué", "This program is revoked")
    advice = Text(
        "Une révocation est définitive : créez un autre programme.",
        "A revocation is final: create another program.",
    )


class ApiClientExpiryPast(Problem):
    title = Text("L'échéance est déjà passée", "The expiry has passed already")
    advice = Text(
        "Donnez un instant à venir, ou révoquez le programme.",
        "Give an instant to come, or revoke the program.",
    )


class TokenRequestInvalid(Problem):
    """RFC 6749 §5.2 inside RFC 9457; the other refusals of a token are kinds of this one."""

    status = 400
    error: ClassVar[str] = "invalid_request"
    title = Text("Demande de jeton mal formée", "Malformed token request")
    advice = Text(
        "La demande est un formulaire (`application/x-www-form-urlencoded`) où chaque champ vient une fois : `grant_type=client_credentials`, et `scope` si vous en voulez moins.",
        "The request is a form (`application/x-www-form-urlencoded`) with each field once: `grant_type=client_credentials`, and `scope` when you want fewer.",
    )

    def __init__(self, detail: Text | None = None, *, headers: Mapping[str, str] | None = None) -> None:
        said = (detail or self.title).en
        super().__init__(detail, headers={"Pragma": "no-cache", **(headers or {})}, error=self.error, error_description=said)


class GrantTypeUnsupported(TokenRequestInvalid):
    status = 400
    error = "unsupported_grant_type"
    title = Text("Ce type d'autorisation n'existe pas ici", "This grant type is not supported")
    advice = Text(
        "Les programmes obtiennent un jeton par `grant_type=client_credentials` ; les personnes se connectent à `/directory/v1/sessions`.",
        "Programs are given a token by `grant_type=client_credentials`; people sign in at `/directory/v1/sessions`.",
    )


class ScopeRefused(TokenRequestInvalid):
    status = 400
    error = "invalid_scope"
    title = Text("Portée refusée", "Scope refused")
    advice = Text(
        "Le programme ne peut demander que les portées que son organisation lui a données ; sans `scope`, il les reçoit toutes.",
        "A program may only ask for scopes its organisation gave it; without `scope` it is given them all.",
    )


class ClientUnauthorized(TokenRequestInvalid):
    status = 400
    error = "unauthorized_client"
    title = Text("L'organisation de ce programme est dissoute", "This program's organisation is dissolved")
    advice = Text(
        "Un programme agit pour une organisation vivante : créez-en un pour celle qui lui succède.",
        "A program acts for a living organisation: create one for its successor.",
    )


class ClientRefused(TokenRequestInvalid):
    status = 401
    error = "invalid_client"
    keeps_writes = True
    title = Text("Programme inconnu ou secret inexact", "Unknown program or wrong secret")
    advice = Text(
        "Vérifiez `client_id` et le secret. Un secret remplacé, un programme expiré ou révoqué sont refusés de même : voyez avec un gestionnaire de l'organisation.",
        "Check `client_id` and the secret. A secret that was replaced, a program expired or revoked are refused alike: see a manager of the organisation.",
    )

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Basic realm="canevas", charset="UTF-8"'})


class TooManyTokenRequests(TokenRequestInvalid):
    status = 429
    error = "temporarily_unavailable"
    title = Text("Trop de demandes de jeton", "Too many token requests")
    advice = Text(
        "Un jeton vaut dix minutes : gardez-le. Attendez le nombre de secondes de `Retry-After`.",
        "A token is good for ten minutes: keep it. Wait for the number of seconds of `Retry-After`.",
    )
