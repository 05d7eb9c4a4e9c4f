"""What actors are written through the platform. Pure."""

_SIGNED = "\n\nÀ bientôt,\nL'équipe Canevas\n"


def passed_on(organisation: str, sender: str, subject: str, text: str) -> tuple[str, str]:
    """Subject and text; the answer goes to the sender, who does not know this address."""
    return (
        f"{subject} – message de {sender}",
        f"Bonjour,\n\n{sender} vous écrit par la fiche de « {organisation} » dans l'annuaire de Canevas :\n\n{text}\n\n"
        "Répondez à ce courriel pour lui répondre : votre adresse ne lui est connue que si vous répondez." + _SIGNED,
    )


def to_confirm(public_url: str, organisation: str, organisation_id: object) -> tuple[str, str]:
    """Subject and text, to the managers."""
    return (
        f"La fiche de {organisation} est-elle à jour ?",
        f"Bonjour,\n\nLa fiche publique de « {organisation} » n'a pas été vérifiée depuis un an. Relisez-la, corrigez-la s'il le faut, et "
        f"confirmez qu'elle est à jour : la date de vérification y est montrée.\n\n"
        f"{public_url}/directory/v1/organisations/{organisation_id}/card" + _SIGNED,
    )
