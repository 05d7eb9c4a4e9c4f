"""Mails of payments, in French. Pure."""

from datetime import date

from services.common.language import day_in_words, euros


def paid(*, funder: str, reference: str, title: str, cents: int, paid_on: date, payment: str, left_cents: int) -> str:
    left = f"Il reste {euros(left_cents)} à verser sur cette subvention." if left_cents else "La subvention est entièrement versée."
    return f"""Bonjour,

{funder} a versé {euros(cents)} le {day_in_words(paid_on)} pour votre dossier {reference} « {title} ».

Référence du paiement : {payment}
{left}

Selon les banques, le virement apparaît sur votre compte sous quelques jours.
"""


def refused(*, funder: str, reference: str, title: str, cents: int, reason: str) -> str:
    return f"""Bonjour,

{funder} n'a pas donné suite à votre demande de paiement de {euros(cents)} pour le dossier {reference} « {title} ».

Motif : {reason}

Une fois le nécessaire fait, vous pouvez présenter une nouvelle demande.
"""


def repaid(*, funder: str, reference: str, title: str, cents: int, repaid_on: date, reason: str) -> str:
    return f"""Bonjour,

{funder} a enregistré votre reversement de {euros(cents)}, reçu le {day_in_words(repaid_on)}, pour le dossier {reference} « {title} ».

Motif : {reason}
"""
