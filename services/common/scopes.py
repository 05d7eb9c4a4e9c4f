"""What a program may be allowed to do (RFC 6749 §3.3): a closed list, by service and by reading or writing."""

from .language import Text

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

SCOPES: dict[str, Text] = {
    "directory:read": Text("Lire l'annuaire : organisations, territoires, thèmes.", "Read organisations, territories, themes."),
    "programming:read": Text("Lire appels à projets, dossiers et subventions.", "Read campaigns, dossiers and awards."),
    "programming:write": Text("Écrire appels à projets, dossiers et subventions.", "Write campaigns, dossiers and awards."),
    "catalogue:read": Text("Lire le catalogue documentaire.", "Read the catalogue of documents."),
    "catalogue:write": Text("Écrire dans le catalogue documentaire.", "Write in the catalogue of documents."),
    "events:read": Text("Lire événements et inscriptions.", "Read events and registrations."),
    "events:write": Text("Écrire événements et inscriptions.", "Write events and registrations."),
}


def scope_for(service: str, method: str) -> str:
    """What a request to that service needs; one that is not in `SCOPES` is given to no program."""
    return f"{service}:{'read' if method in _SAFE else 'write'}"
