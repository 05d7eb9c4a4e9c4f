"""What the directory writes to people about their organisations."""

_ROLES = {"member": "membre", "manager": "gestionnaire", "signatory": "signataire", "payer": "comptable"}


def taken_over(public_url: str, full_name: str, dissolved: str, successor: str) -> tuple[str, str]:
    """Subject and text, to a manager of the organisation that takes over."""
    return (
        f"{successor} succède à {dissolved}",
        f"Bonjour {full_name},\n\n"
        f"La dissolution de « {dissolved} » est enregistrée sur Canevas, et « {successor} » y est désignée pour lui succéder : "
        "ses dossiers, ses brouillons et ses subventions vous sont désormais présentés avec les vôtres. "
        f"Ce qui a été déposé reste tel quel.\n\n{public_url}\n\n"
        "Si c'est une erreur, écrivez à l'administration de la plateforme, qui la corrigera."
        "\n\nÀ bientôt,\nL'équipe Canevas\n",
    )


def added(public_url: str, full_name: str, organisation: str, roles: list[str]) -> tuple[str, str]:
    """Subject and text."""
    parts = ", ".join(_ROLES[role] for role in roles)
    return (
        f"Vous rejoignez {organisation}",
        f"Bonjour {full_name},\n\n"
        f"Vous voici {parts} de « {organisation} » sur Canevas. Connectez-vous pour y travailler :\n\n{public_url}\n\n"
        "Si c'est une erreur, vous pouvez quitter l'organisation depuis votre compte."
        "\n\nÀ bientôt,\nL'équipe Canevas\n",
    )
