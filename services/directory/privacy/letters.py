"""What people are told about their own data. Pure."""

from collections.abc import Sequence
from datetime import datetime

from services.common.clock import in_paris

_SIGNED = "\n\nÀ bientôt,\nL'équipe Canevas\n"
_SERVICES = {
    "directory": "l'annuaire",
    "programming": "la programmation",
    "catalogue": "le catalogue",
    "events": "les évènements",
}


def _day(at: datetime) -> str:
    return f"{in_paris(at):%d/%m/%Y à %H:%M}"


def export_ready(
    public_url: str, full_name: str, export_id: object, missing: Sequence[str], expires_at: datetime
) -> tuple[str, str]:
    """Subject and text."""
    lacking = ", ".join(_SERVICES.get(each, each) for each in missing)
    said = f"\n\nN'ont pas répondu à temps : {lacking}. Refaites la demande plus tard pour les avoir." if missing else ""
    return (
        "Vos données sont prêtes",
        f"Bonjour {full_name},\n\nTout ce que la plateforme garde de vous est réuni dans une archive, que vous seul·e pouvez "
        f"télécharger, une fois connecté·e, jusqu'au {_day(expires_at)} :\n\n"
        f"{public_url}/directory/v1/me/export/{export_id}/file{said}" + _SIGNED,
    )


def erasure_asked(public_url: str, full_name: str, effective_at: datetime) -> tuple[str, str]:
    return (
        "Votre compte sera effacé",
        f"Bonjour {full_name},\n\nVous avez demandé l'effacement de votre compte Canevas : il aura lieu le {_day(effective_at)}. Rien ne "
        "pourra alors rendre votre nom, votre adresse ni votre part dans vos organisations. Les actes que vous avez faits restent, sans "
        f"votre nom.\n\nD'ici là vous pouvez changer d'avis, une fois connecté·e :\n\n{public_url}\n\n"
        "Si ce n'est pas vous, connectez-vous, annulez la demande et changez de mot de passe." + _SIGNED,
    )


def erasure_cancelled(full_name: str) -> tuple[str, str]:
    return (
        "Votre compte est conservé",
        f"Bonjour {full_name},\n\nVous avez annulé l'effacement de votre compte : rien n'est changé." + _SIGNED,
    )


def erasure_refused(public_url: str, full_name: str, organisations: Sequence[str]) -> tuple[str, str]:
    return (
        "Votre compte n'a pas pu être effacé",
        f"Bonjour {full_name},\n\nVous êtes désormais seul·e à gérer : {', '.join(organisations)}. Transmettez-en la gestion à un autre "
        f"membre, puis refaites la demande.\n\n{public_url}" + _SIGNED,
    )


def erased() -> tuple[str, str]:
    """To the address that is being forgotten: the last mail it is sent."""
    return (
        "Votre compte est effacé",
        "Bonjour,\n\nVotre compte Canevas est effacé : votre nom et votre adresse n'y sont plus, ni votre part dans des organisations. Les "
        "autres services de la plateforme font de même. Ce que la loi oblige à garder quelque temps (la signature d'une subvention "
        "accordée) est scellé et n'est plus montré.\n\nCe courriel est le dernier.\n",
    )


def inactive(public_url: str, full_name: str, erased_on: datetime) -> tuple[str, str]:
    return (
        "Votre compte va être effacé, faute de visite",
        f"Bonjour {full_name},\n\nVous n'êtes pas venu·e sur Canevas depuis longtemps : votre compte sera effacé le {_day(erased_on)}. "
        f"Pour le garder, connectez-vous d'ici là :\n\n{public_url}" + _SIGNED,
    )
