"""What the directory writes to people about their organisations."""

_ROLES = {"member": "membre", "manager": "gestionnaire", "signatory": "signataire", "payer": "comptable"}


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
