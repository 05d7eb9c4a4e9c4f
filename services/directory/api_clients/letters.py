"""What the directory writes to the managers about programs."""

_SIGNED = "\n\nÀ bientôt,\nL'équipe Canevas\n"


def created(public_url: str, organisation: str, name: str, scopes: list[str], by: str) -> tuple[str, str]:
    """Subject and text."""
    return (
        f"Un programme peut agir pour {organisation}",
        f"Bonjour,\n\n{by} a créé le programme « {name} », qui peut désormais agir pour « {organisation} » sur Canevas "
        f"({', '.join(scopes)}). Il ne signe ni ne dépose rien.\n\n"
        f"Si ce n'est pas voulu, révoquez-le : ses jetons cessent aussitôt.\n\n{public_url}" + _SIGNED,
    )


def rotated(public_url: str, organisation: str, name: str, by: str) -> tuple[str, str]:
    """Subject and text."""
    return (
        f"Le secret d'un programme de {organisation} est remplacé",
        f"Bonjour,\n\n{by} a demandé un nouveau secret pour le programme « {name} » de « {organisation} ».\n\n"
        f"Si ce n'est pas voulu, révoquez le programme : ses jetons cessent aussitôt.\n\n{public_url}" + _SIGNED,
    )
