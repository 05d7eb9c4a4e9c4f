"""What a program may be allowed to do (RFC 6749 §3.3), by service and by reading or writing. Each service says which it offers."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def scope_for(service: str, method: str) -> str:
    """What a request to that service needs; one that no service offers is held by no program."""
    return f"{service}:{'read' if method in _SAFE else 'write'}"
