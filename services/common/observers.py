"""What watches answers leave, in memory, without slowing them: counting reads for instance.

An observer names the operations it watches. It is told after the answer has left, outside of any transaction, and never waits nor
fails the request: what it keeps, it writes by itself while the web process lives (`alive`).
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from starlette.types import Scope

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answered:
    """One answer that left. `headers` are the request's, by lower-case name; `peer` is the address it came from, "" when unknown."""

    operation: str
    method: str
    parameters: Mapping[str, Any]
    headers: Mapping[bytes, bytes]
    peer: str
    status: int

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")


class Observer(Protocol):
    """One per web process and service."""

    #: Operation ids it wants to hear of.
    operations: frozenset[str]

    def answered(self, answer: Answered) -> None:
        """An answer left: note it in memory, no more."""

    def alive(self) -> AbstractAsyncContextManager[None]:
        """Entered when the web process is ready, left before its database closes."""


class Watch:
    """The observers of one service, by operation."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._by_operation: dict[str, list[Observer]] = {}
        for observer in observers:
            for operation in observer.operations:
                self._by_operation.setdefault(operation, []).append(observer)

    def answered(self, scope: Scope, headers: Mapping[bytes, bytes], status: int) -> None:
        """Tell those who watch this operation; what one of them breaks is logged, and nobody waits for it."""
        operation = getattr(scope.get("route"), "operation_id", None)
        observers = self._by_operation.get(operation or "")
        if not observers:
            return
        peer = (scope.get("client") or ("",))[0]
        told = Answered(operation or "", scope["method"], scope.get("path_params", {}), headers, peer, status)
        for observer in observers:
            try:
                observer.answered(told)
            except Exception:
                log.exception("observer_failed", operation=operation)
