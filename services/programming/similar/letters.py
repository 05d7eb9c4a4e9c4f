"""The mail one holder receives from another, through the platform. French."""


def message(*, title: str, asking_title: str, asking_holder: str, text: str, answers_to: str) -> tuple[str, str]:
    """Subject and text. The asker's address is told, since the answer goes to it; the addressee's is told to nobody."""
    subject = f"{asking_holder} souhaite échanger sur votre action « {title} »"
    body = f"""Bonjour,

Vous avez accepté que d’autres porteurs de projet trouvent votre action « {title} ».
{asking_holder}, qui porte « {asking_title or "une action en préparation"} », vous écrit :

{_quoted(text)}

Pour répondre, répondez à ce message : votre réponse ira à {answers_to}. Votre adresse ne lui a pas été communiquée.

Vous pouvez à tout moment ne plus être trouvé : dans votre dossier, retirez l’accord « visible des autres porteurs ».
"""
    return subject, body


def _quoted(text: str) -> str:
    """Set apart, so that a message cannot pass for the platform's own words."""
    return "\n".join(f"> {line}" for line in text.splitlines())
