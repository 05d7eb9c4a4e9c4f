"""Mails about collaborators and sign-offs: subject and text. Pure."""

from datetime import datetime

from services.common.clock import in_paris

from .models import CollaboratorPart

_PARTS = {CollaboratorPart.READER: "le lire", CollaboratorPart.EDITOR: "l'écrire avec elle"}


def invitation(holder: str, title: str, part: CollaboratorPart, link: str, expires_at: datetime) -> tuple[str, str]:
    text = f"""Bonjour,

{holder} vous invite à son dossier de demande de subvention « {title or "sans intitulé"} », pour {_PARTS[part]}.

Connectez-vous à la plateforme avec cette adresse (ou créez-y un compte), puis acceptez l'invitation :
{link}

Ce lien ne sert qu'une fois et vaut jusqu'au {in_paris(expires_at):%d/%m/%Y à %H:%M} (heure de Paris). Vous ne déposerez ni ne
retirerez le dossier : cela revient au porteur. Si cette invitation ne vous dit rien, ignorez ce message.
"""
    return f"{holder} vous invite à un dossier", text


def accepted(who: str, title: str) -> tuple[str, str]:
    text = f"""Bonjour,

{who} a accepté votre invitation au dossier « {title or "sans intitulé"} ».

Vous pouvez changer sa part ou retirer son accès à tout moment.
"""
    return "Votre invitation est acceptée", text


def ended(holder: str, title: str) -> tuple[str, str]:
    text = f"""Bonjour,

{holder} a mis fin à votre accès au dossier « {title or "sans intitulé"} ». Merci de votre concours.
"""
    return "Votre accès à un dossier est terminé", text


def sign_off_returned(title: str, word: str) -> tuple[str, str]:
    text = f"""Bonjour,

Le dossier « {title or "sans intitulé"} » vous est renvoyé sans visa, avec ce mot :

{word}

Modifiez-le, puis redemandez le visa.
"""
    return "Un dossier vous est renvoyé sans visa", text
