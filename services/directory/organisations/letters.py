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


def signatory_named(public_url: str, organisation: str, person: str, by: str) -> tuple[str, str]:
    """Subject and text, to the managers and signatories: who may sign is never changed silently."""
    return (
        f"{person} peut désormais signer pour {organisation}",
        f"Bonjour,\n\n{by} a donné à {person} le rôle de signataire de « {organisation} » sur Canevas. "
        "Cette personne peut dès maintenant engager l'organisation : déposer, signer les conventions et les bilans.\n\n"
        "Si vous ne l'avez pas décidé ensemble, retirez-lui ce rôle sans attendre, ou prévenez l'administration de la plateforme :"
        f"\n\n{public_url}"
        "\n\nÀ bientôt,\nL'équipe Canevas\n",
    )


def signatory_ended(public_url: str, organisation: str, person: str, by: str) -> tuple[str, str]:
    """Subject and text, to the managers, the signatories and the person."""
    return (
        f"{person} ne signe plus pour {organisation}",
        f"Bonjour,\n\n{person} n'est plus signataire de « {organisation} » sur Canevas, sur décision de {by}. "
        "Ce qui a été signé reste signé.\n\n"
        f"Si c'est une erreur, un gestionnaire peut lui rendre ce rôle :\n\n{public_url}"
        "\n\nÀ bientôt,\nL'équipe Canevas\n",
    )


def representative_marked(public_url: str, organisation: str, person: str, by: str, *, is_one: bool) -> tuple[str, str]:
    """Subject and text, to the managers and signatories."""
    said = "est désormais" if is_one else "n'est plus"
    return (
        f"{person} {said} représentant légal de {organisation}",
        f"Bonjour,\n\n{person} {said} représentant légal de « {organisation} » sur Canevas, sur déclaration de {by}.\n\n"
        f"Si c'est une erreur, un gestionnaire peut la corriger :\n\n{public_url}"
        "\n\nÀ bientôt,\nL'équipe Canevas\n",
    )


def handed_over(public_url: str, full_name: str, organisation: str, by: str) -> tuple[str, str]:
    """Subject and text, to the one who now manages."""
    return (
        f"Vous gérez désormais {organisation}",
        f"Bonjour {full_name},\n\n"
        f"{by} vous a transmis la gestion de « {organisation} » sur Canevas : vous y invitez et retirez les membres, "
        f"et tenez sa fiche à jour.\n\n{public_url}\n\n"
        "Si vous ne pouvez pas vous en charger, transmettez-la à votre tour à un autre membre."
        "\n\nÀ bientôt,\nL'équipe Canevas\n",
    )
