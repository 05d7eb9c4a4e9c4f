"""What the directory writes to people, in French, plain and kind."""

from typing import NamedTuple
from urllib.parse import quote


class Letter(NamedTuple):
    subject: str
    text: str


_SIGNED = "\n\nÀ bientôt,\nL'équipe Canevas\n"


def verification(public_url: str, full_name: str, token: str) -> Letter:
    return Letter(
        "Confirmez votre adresse e-mail",
        f"Bonjour {full_name},\n\n"
        "Un compte Canevas vient d'être demandé avec votre adresse. Pour l'ouvrir, suivez ce lien dans les 48 heures :\n\n"
        f"{public_url}/verification?token={quote(token)}\n\n"
        "Si ce n'est pas vous, ne faites rien : sans ce lien, aucun compte ne s'ouvre." + _SIGNED,
    )


def already_registered(public_url: str, full_name: str) -> Letter:
    return Letter(
        "Vous avez déjà un compte",
        f"Bonjour {full_name},\n\n"
        "Un compte Canevas vient d'être demandé avec votre adresse, mais vous en avez déjà un : il vous suffit de vous connecter.\n\n"
        "Si le mot de passe vous échappe, demandez-en un nouveau ici :\n\n"
        f"{public_url}/password-reset\n\n"
        "Si ce n'est pas vous, ne faites rien : votre compte n'a pas changé." + _SIGNED,
    )


def password_reset(public_url: str, full_name: str, token: str) -> Letter:
    return Letter(
        "Choisissez un nouveau mot de passe",
        f"Bonjour {full_name},\n\n"
        "Pour choisir un nouveau mot de passe, suivez ce lien dans les deux heures :\n\n"
        f"{public_url}/password-reset?token={quote(token)}\n\n"
        "Si vous n'avez rien demandé, ne faites rien : votre mot de passe reste le même." + _SIGNED,
    )


def password_changed(full_name: str) -> Letter:
    return Letter(
        "Votre mot de passe a changé",
        f"Bonjour {full_name},\n\n"
        "Le mot de passe de votre compte Canevas vient d'être changé ; les appareils connectés doivent se reconnecter.\n\n"
        "Si ce n'est pas vous, demandez tout de suite un nouveau mot de passe depuis la page de connexion, "
        "et prévenez-nous." + _SIGNED,
    )
