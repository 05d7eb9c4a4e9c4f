"""What the directory writes to people who join, and to those who let them in."""

from datetime import datetime
from urllib.parse import quote

from services.common.clock import today_in_paris
from services.common.language import day_in_words

_ROLES = {"member": "membre", "manager": "gestionnaire", "signatory": "signataire", "payer": "comptable"}
_SIGNED = "\n\nÀ bientôt,\nL'équipe Canevas\n"

Letter = tuple[str, str]


def _parts(roles: list[str]) -> str:
    return ", ".join(_ROLES[role] for role in roles)


def _day(at: datetime) -> str:
    return day_in_words(today_in_paris(at))


def invitation(public_url: str, organisation: str, by: str, roles: list[str], token: str, expires_at: datetime) -> Letter:
    """The same for everybody: it does not depend on whether the address has an account."""
    return (
        f"Invitation à rejoindre {organisation}",
        f"Bonjour,\n\n{by} vous invite à rejoindre « {organisation} » sur Canevas, comme {_parts(roles)}. Pour répondre, suivez ce "
        f"lien avant le {_day(expires_at)} :\n\n"
        f"{public_url}/invitation?token={quote(token)}\n\n"
        "Connectez-vous avec le compte de cette adresse ; si elle n'en a pas encore, créez-le avec cette même adresse, confirmez-la, "
        "puis rouvrez ce lien. Il sert une seule fois, et à vous seulement.\n\n"
        "Si vous n'attendiez pas cette invitation, ne faites rien." + _SIGNED,
    )


def joined(public_url: str, organisation: str, full_name: str, roles: list[str]) -> Letter:
    """To the one who invited."""
    return (
        f"{full_name} a rejoint {organisation}",
        f"Bonjour,\n\n{full_name} a accepté votre invitation et fait maintenant partie de « {organisation} » ({_parts(roles)})."
        f"\n\n{public_url}" + _SIGNED,
    )


def asked(public_url: str, organisation: str, full_name: str, email: str, word: str) -> Letter:
    """To the managers, or to the platform's administrators when there are none."""
    return (
        f"{full_name} demande à rejoindre {organisation}",
        f"Bonjour,\n\n{full_name} ({email}) demande à rejoindre « {organisation} » sur Canevas, avec ce mot :\n\n{word}\n\n"
        f"Acceptez en choisissant ses rôles, ou refusez en disant pourquoi :\n\n{public_url}" + _SIGNED,
    )


def approved(public_url: str, organisation: str, full_name: str, roles: list[str]) -> Letter:
    return (
        f"Vous rejoignez {organisation}",
        f"Bonjour {full_name},\n\nVotre demande est acceptée : vous voici {_parts(roles)} de « {organisation} » sur Canevas. "
        f"Connectez-vous pour y travailler :\n\n{public_url}" + _SIGNED,
    )


def refused(organisation: str, full_name: str, reason: str) -> Letter:
    return (
        f"Votre demande de rejoindre {organisation}",
        f"Bonjour {full_name},\n\n« {organisation} » n'a pas accepté votre demande, pour cette raison :\n\n{reason}\n\n"
        "Vous pouvez prendre contact avec l'organisation, puis faire une nouvelle demande." + _SIGNED,
    )


def claimed(public_url: str, organisation: str, full_name: str, reason: str, effective_at: datetime) -> Letter:
    """To every member, the managers among them."""
    return (
        f"{full_name} réclame la gestion de {organisation}",
        f"Bonjour,\n\n{full_name}, membre de « {organisation} », demande à la gérer sur Canevas, pour cette raison :\n\n{reason}\n\n"
        f"Sans opposition d'un gestionnaire, cette personne le deviendra le {_day(effective_at)}. Si vous gérez l'organisation et n'êtes "
        f"pas d'accord, opposez-vous avant ce jour :\n\n{public_url}" + _SIGNED,
    )


def claim_granted(public_url: str, organisation: str, full_name: str) -> Letter:
    return (
        f"{full_name} gère désormais {organisation}",
        f"Bonjour,\n\nLa réclamation de {full_name} a abouti : cette personne gère désormais « {organisation} » sur Canevas. Les autres "
        f"gestionnaires le restent.\n\nSi c'est une erreur, écrivez à l'administration de la plateforme.\n\n{public_url}" + _SIGNED,
    )


def claim_refused(organisation: str, full_name: str, reason: str) -> Letter:
    return (
        f"Votre réclamation de la gestion de {organisation}",
        f"Bonjour {full_name},\n\nVous ne devenez pas gestionnaire de « {organisation} » par cette réclamation, pour cette raison :"
        f"\n\n{reason}\n\nSi vous pensez que c'est une erreur, écrivez à l'administration de la plateforme." + _SIGNED,
    )
