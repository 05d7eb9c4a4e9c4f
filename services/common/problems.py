"""RFC 9457 problems: an exception with a name, a status, a sentence in two languages and a page.

Subclass `Problem` beside the rule it names. The class name in kebab-case is the last part of `type`; `constraint` ties it to
a constraint of the database, so that a race lost in PostgreSQL is answered like the rule it breaks.
"""

import errno
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as EngineTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from .language import Language, Text, preferred
from .validation import field_errors

log = structlog.get_logger(__name__)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class FieldError(NamedTuple):
    """One thing to mend, and where: `pointer` is a JSON pointer (RFC 6901) into what was sent."""

    pointer: str
    detail: Text
    code: str | None = None


class Problem(Exception):
    """A refusal with a name. `title` says what, `advice` (its page) says why it happens and the way out."""

    status: ClassVar[int] = 409
    title: ClassVar[Text] = Text("Conflit", "Conflict")
    advice: ClassVar[Text] = Text("", "")
    constraint: ClassVar[str | None] = None
    #: The transaction is kept although the request is refused: counting a failed sign-in, revoking a stolen token.
    keeps_writes: ClassVar[bool] = False

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        self.detail, self.errors, self.headers, self.extensions = detail, tuple(errors), dict(headers or {}), extensions
        super().__init__((detail or self.title).en)

    @classmethod
    def slug(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class MalformedRequest(Problem):
    status = 422
    title = Text("Requête mal formée", "Malformed request")
    advice = Text(
        "Le contenu envoyé n'a pas la forme attendue. Chaque entrée de `errors` désigne un champ par un pointeur JSON et dit quoi corriger.",
        "What was sent does not have the expected shape. Each entry of `errors` points at a field and says what to mend.",
    )


class NotFound(Problem):
    status = 404
    title = Text("Ressource introuvable", "Not found")
    advice = Text(
        "L'adresse n'existe pas, ou la ressource ne vous est pas visible. Vérifiez l'adresse et le compte utilisé.",
        "The address does not exist, or the resource is not visible to you. Check the address and the account.",
    )


class Forbidden(Problem):
    status = 403
    title = Text("Action non permise", "Not allowed")
    advice = Text(
        "Vous voyez cette ressource mais votre rôle ne permet pas cette action. Un gestionnaire de l'organisation concernée peut la faire ou vous donner le rôle.",
        "You can see this resource but your role does not allow this act. A manager of the organisation can do it or give you the role.",
    )


class Unauthenticated(Problem):
    status = 401
    title = Text("Connexion requise", "Sign-in required")
    advice = Text(
        "Joignez un jeton d'accès valide : `Authorization: Bearer …`. S'il a expiré, renouvelez-le ou reconnectez-vous.",
        "Send a valid access token: `Authorization: Bearer …`. If it expired, refresh it or sign in again.",
    )

    def __init__(self, detail: Text | None = None, *, error: str | None = None) -> None:
        challenge = 'Bearer realm="canevas"' + (f', error="{error}"' if error else "")
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class InsufficientScope(Problem):
    status = 403
    title = Text("Ce programme n'a pas cette portée", "This program lacks the scope")
    advice = Text(
        "Le jeton est celui d'un programme, limité aux portées (`scope`) que l'organisation lui a données. Un gestionnaire peut ajouter celle que nomme `scope`, puis le programme demande un nouveau jeton.",
        "The token is a program's, held to the scopes the organisation gave it. A manager can add the one that `scope` names, then the program asks for a new token.",
    )

    def __init__(self, scope: str) -> None:
        challenge = f'Bearer realm="canevas", error="insufficient_scope", scope="{scope}"'
        super().__init__(headers={"WWW-Authenticate": challenge}, scope=scope)


class PersonsOnly(Problem):
    status = 403
    title = Text("Un programme ne peut pas faire cet acte", "No program may do this")
    advice = Text(
        "Signer, déposer, attester ou voter engage une personne : elle le fait elle-même, connectée avec son compte.",
        "Signing, submitting, certifying or voting binds a person: they do it themselves, signed in with their account.",
    )


class MethodNotAllowed(Problem):
    status = 405
    title = Text("Méthode non prévue à cette adresse", "Method not allowed")
    advice = Text("L'en-tête `Allow` liste les méthodes acceptées.", "The `Allow` header lists what is accepted.")


class BodyTooLarge(Problem):
    status = 413
    title = Text("Contenu trop volumineux", "Content too large")
    advice = Text("Réduisez le contenu envoyé sous la limite documentée.", "Send less than the documented limit.")


class PreconditionRequired(Problem):
    status = 428
    title = Text("If-Match est requis", "If-Match is required")
    advice = Text(
        "Relisez la ressource et renvoyez son ETag dans `If-Match` : personne n'écrase ainsi le travail d'un autre onglet.",
        "Read the resource and send its ETag in `If-Match`, so that nobody overwrites another tab's work.",
    )


class StaleVersion(Problem):
    status = 412
    title = Text("La ressource a changé entre-temps", "The resource changed meanwhile")
    advice = Text(
        "Quelqu'un (ou un autre onglet) a enregistré une version plus récente. Relisez-la, reportez vos changements, renvoyez le nouvel ETag.",
        "Somebody (or another tab) saved a newer version. Read it, carry your changes over, send the new ETag.",
    )


class InvalidCursor(Problem):
    status = 400
    title = Text("Curseur de pagination invalide", "Invalid pagination cursor")
    advice = Text(
        "Le curseur a été modifié ou vient d'une autre liste. Reprenez la liste sans `cursor` et suivez `next`.",
        "The cursor was altered or comes from another list. Start again without `cursor` and follow `next`.",
    )


class IdempotencyConflict(Problem):
    status = 422
    title = Text("Clé d'idempotence déjà utilisée pour un autre contenu", "Idempotency key reused with another content")
    advice = Text("Prenez une clé nouvelle pour chaque demande distincte.", "Use a new key for each distinct request.")


class IdempotencyInFlight(Problem):
    status = 409
    title = Text("La même demande est en cours de traitement", "The same request is being processed")
    advice = Text(
        "Attendez quelques secondes puis renvoyez la même demande.",
        "Wait a few seconds, then send the same request again.",
    )


class ConstraintBroken(Problem):
    status = 409
    title = Text("La demande contredit des données existantes", "The request contradicts existing data")
    advice = Text("Relisez les données concernées puis recommencez.", "Read the data concerned again, then retry.")


class TemporarilyUnavailable(Problem):
    status = 503
    title = Text("Service momentanément indisponible", "Temporarily unavailable")
    advice = Text(
        "Rien n'a été enregistré par cette demande. Renvoyez-la dans quelques secondes, avec la même `Idempotency-Key`.",
        "Nothing was saved by this request. Send it again in a few seconds with the same `Idempotency-Key`.",
    )


class InternalError(Problem):
    status = 500
    title = Text("Erreur interne", "Internal error")
    advice = Text(
        "L'erreur est de notre fait. Transmettez à l'équipe la valeur de `X-Request-ID`.",
        "The fault is ours. Give the team the value of `X-Request-ID`.",
    )


class StorageFull(Problem):
    status = 507
    title = Text("L'espace de stockage est plein", "The storage is full")
    advice = Text(
        "Rien de ce qui a été envoyé n'est conservé. L'exploitant doit libérer de la place ; renvoyez ensuite le fichier.",
        "Nothing of what was sent is kept. The operator has to make room; then send the file again.",
    )


def catalogue() -> dict[str, type[Problem]]:
    """Every problem known to this process, by slug."""
    found: dict[str, type[Problem]] = {}
    waiting = list(Problem.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        found[kind.slug()] = kind
    return dict(sorted(found.items()))


def answer(problem: Problem, *, base_url: str, language: Language, instance: str | None = None) -> Response:
    """The problem as `application/problem+json`."""
    body: dict[str, Any] = {
        "type": f"{base_url}/problems/{problem.slug()}",
        "title": problem.title.to(language),
        "status": problem.status,
    }
    if problem.detail:
        body["detail"] = problem.detail.to(language)
    if instance:
        body["instance"] = instance
    if problem.errors:
        body["errors"] = [
            {"pointer": e.pointer, "detail": e.detail.to(language)} | ({"code": e.code} if e.code else {}) for e in problem.errors
        ]
    body |= {key: _localised(value, language) for key, value in problem.extensions.items()}
    headers = {"Content-Language": language, "Cache-Control": "no-store"} | problem.headers
    return Response(orjson.dumps(body, default=str), problem.status, headers, media_type="application/problem+json")


def _localised(value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value.to(language)
    if isinstance(value, list | tuple):
        return [_localised(item, language) for item in value]
    if isinstance(value, dict):
        return {key: _localised(item, language) for key, item in value.items()}
    return value


def from_database(error: BaseException) -> Problem:
    """The problem a database error stands for: a named rule when a named constraint spoke, else unavailability or a fault."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.IntegrityError):
        name = cause.diag.constraint_name
        for kind in catalogue().values():
            if kind.constraint and kind.constraint == name:
                return kind()
        log.warning("constraint_without_problem", constraint=name)
        return ConstraintBroken()
    if disk_is_full(cause):
        return StorageFull()
    if _holds_nul(cause):
        return MalformedRequest(Text("Le caractère nul (U+0000) est refusé.", "The null character (U+0000) is refused."))
    if isinstance(cause, psycopg.errors.NumericValueOutOfRange):
        return MalformedRequest(Text("Un nombre est trop grand pour être enregistré.", "A number is too large to be recorded."))
    unavailable = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, EngineTimeout)
    if isinstance(cause, unavailable) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        log.warning("database_unavailable", cause=f"{type(cause).__name__}: {cause}")
        return TemporarilyUnavailable(headers={"Retry-After": "1"})
    return InternalError()


def is_deadlock(error: BaseException) -> bool:
    """Whether PostgreSQL undid a transaction because it and another waited for each other."""
    return isinstance(error.orig if isinstance(error, DBAPIError) else error, psycopg.errors.DeadlockDetected)


def disk_is_full(error: BaseException | None) -> bool:
    """Whether the disk, or the quota, is spent: said by the system where a file is put aside, or by the database."""
    if isinstance(error, psycopg.errors.DiskFull):
        return True
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def _holds_nul(cause: BaseException | None) -> bool:
    """psycopg refuses U+0000 in a text, PostgreSQL in a JSON document."""
    if isinstance(cause, psycopg.errors.UntranslatableCharacter):
        return True
    return isinstance(cause, psycopg.DataError) and cause.sqlstate is None and "NUL" in str(cause)


def install(app: FastAPI, base_url: str) -> None:
    """Every non-2xx answer of `app`, the framework's own included, becomes a problem."""

    def reply(request: Request, problem: Problem) -> Response:
        return answer(
            problem,
            base_url=base_url,
            language=preferred(request.headers.get("accept-language")),
            instance=request.url.path,
        )

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return reply(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        errors = [FieldError(pointer, detail, code) for pointer, detail, code in field_errors(error.errors())]
        return reply(request, MalformedRequest(errors=errors))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        kinds: dict[int, type[Problem]] = {
            404: NotFound,
            405: MethodNotAllowed,
            413: BodyTooLarge,
            400: MalformedRequest,
            422: MalformedRequest,
        }
        problem = kinds.get(error.status_code, InternalError)()
        problem.headers |= dict(error.headers or {})
        if error.status_code == 405:
            problem.headers["Allow"] = ", ".join(_allowed(request))
        return reply(request, problem)

    async def _database(request: Request, error: Exception) -> Response:
        problem = from_database(error)
        if problem.status >= 500:
            log.error("database_error", error=str(error), kind=type(error).__name__)
        return reply(request, problem)

    for kind in (IntegrityError, DBAPIError, EngineTimeout, psycopg.Error, PoolTimeout):
        app.add_exception_handler(kind, _database)

    @app.exception_handler(Exception)
    async def _uncaught(request: Request, error: Exception) -> Response:
        return reply(request, StorageFull() if disk_is_full(error) else InternalError())  # `web.Requests` logs it


def _allowed(request: Request) -> list[str]:
    """Methods of every route at this address: the framework only lists those of the first."""
    routes = request.app.router.routes
    return [m for m in _METHODS if any(r.matches({**request.scope, "method": m})[0] is Match.FULL for r in routes)]
