"""What the texts and the mails of agreements say: every amount and date already in words people read. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.common.language import day_in_words, euros

_CER_KINDS = {"association", "foundation"}


def party(organisation: Mapping[str, Any]) -> dict[str, Any]:
    """A party as the text names it, from an organisation as programming keeps it; what is not known stays empty."""
    address = organisation.get("address") or {}
    representative = organisation.get("legal_representative") or {}
    return {
        "name": organisation["name"],
        "siret": _spaced(organisation.get("siret") or ""),
        "rna": organisation.get("rna") or "",
        "street": address.get("street", ""),
        "city": f"{address.get('postcode', '')} {address.get('city', '')}".strip(),
        "representative": representative.get("full_name", ""),
        "function": representative.get("function", ""),
    }


def nameless(data: Mapping[str, Any]) -> dict[str, Any]:
    """The text of an agreement or an amendment whose parties are represented by nobody in particular."""
    return {**data, **{who: {**data[who], "representative": "", "function": ""} for who in ("funder", "holder") if who in data}}


def action(dossier: Mapping[str, Any], granted_cents: int) -> dict[str, Any]:
    """One line of the list of actions."""
    starts_on, ends_on = dossier["starts_on"], dossier["ends_on"]
    period = [f"du {starts_on:%d/%m/%Y}", f"au {ends_on:%d/%m/%Y}"] if starts_on and ends_on else []
    return {"reference": dossier["reference"], "title": dossier["title"], "period": period, "amount": euros(granted_cents)}


def agreement(
    *, year: int, funder: Mapping[str, Any], holder: Mapping[str, Any], campaigns: Sequence[str], actions: Sequence[Mapping[str, Any]],
    granted_cents: int, under_cpo_cents: int, in_kind_cents: int, in_kind_label: str, terms: Mapping[str, Any], report_months: int,
    pay_within_days: int, drafted_on: date,
) -> dict[str, Any]:  # fmt: skip
    """Data of `letters/agreement.typ`."""
    return {
        "title": f"Convention {year} – {holder['name']}",
        "year": str(year),
        "funder": party(funder),
        "holder": party(holder),
        "campaigns": list(campaigns),
        "actions": list(actions),
        "total": euros(granted_cents),
        "under_cpo": euros(under_cpo_cents) if under_cpo_cents else "",
        "in_kind": _in_kind(in_kind_cents, in_kind_label),
        "object": _paragraphs(terms["object"]),
        "obligations": _paragraphs(terms["obligations"]),
        "payment_terms": _paragraphs(terms["payment_terms"]),
        "agreed_days": str(terms["payment_within_days"] or ""),
        "legal_days": str(pay_within_days),
        "ends_on": day_in_words(terms["ends_on"]),
        "report_months": str(report_months),
        "cer": holder.get("kind") in _CER_KINDS,
        "date": day_in_words(drafted_on),
    }


def amendment(
    *, number: int, year: int, funder: Mapping[str, Any], holder: Mapping[str, Any], in_force_on: date | None, reason: str,
    lines: Sequence[Mapping[str, Any]], before_cents: int, after_cents: int, in_kind_cents: int, in_kind_label: str, in_kind_changed: bool,
    drafted_on: date,
) -> dict[str, Any]:  # fmt: skip
    """Data of `letters/amendment.typ`. `before_cents` and `after_cents` are the sums of the grants the agreement covers."""
    return {
        "title": f"Avenant n° {number} à la convention {year} – {holder['name']}",
        "number": str(number),
        "year": str(year),
        "funder": party(funder),
        "holder": party(holder),
        "in_force_on": day_in_words(in_force_on) if in_force_on else "",
        "reason": _paragraphs(reason),
        "lines": [
            {
                "reference": line["reference"],
                "title": line["title"],
                "before": "" if line["joins"] else euros(line["before_cents"]),
                "after": euros(line["granted_cents"]),
            }
            for line in lines
        ],
        "before": euros(before_cents),
        "after": euros(after_cents),
        "in_kind": _in_kind(in_kind_cents, in_kind_label) if in_kind_changed else {},
        "date": day_in_words(drafted_on),
    }


def _in_kind(cents: int, label: str) -> dict[str, str]:
    return {"amount": euros(cents), "label": label.strip()}


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _spaced(siret: str) -> str:
    """`82161143100015` → `821 611 431 00015`."""
    return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}" if len(siret) == 14 else siret


# Mails to the holder


def due_mail(funder: str, holder: str, year: int, total_cents: int, above_cents: int) -> tuple[str, str]:
    """Subject and text: the threshold is crossed."""
    text = f"""Bonjour,

Les aides accordées par {funder} à {holder} au titre de {year} s'élèvent à {euros(total_cents)}, toutes actions confondues.

Au-dessus de {euros(above_cents)} par an, la loi demande une convention écrite entre le financeur et le bénéficiaire
(article 10 de la loi n° 2000-321 du 12 avril 2000). {funder} va vous en proposer le texte ; aucune dépense n'est engagée
avant sa signature par les deux parties.

Vous n'avez rien à faire d'ici là.
"""
    return f"Une convention est à signer avec {funder} pour {year}", text


def text_mail(funder: str, year: int, number: int) -> tuple[str, str]:
    """Subject and text: a text is ready to be signed; it is joined."""
    named = f"la convention {year}" if number == 0 else f"l'avenant n° {number} à la convention {year}"
    text = f"""Bonjour,

{funder} vous propose {named}, jointe à ce message.

La personne habilitée à signer pour votre organisation enregistre sa signature sur la plateforme, après lecture ; elle peut y
joindre l'exemplaire signé. Si un point est à revoir, prenez contact avec {funder} avant de signer.
"""
    return f"{'Convention' if number == 0 else f'Avenant n° {number} à la convention'} {year} à signer – {funder}", (
        text if number == 0 else text.replace("jointe à", "joint à")
    )


def signed_mail(funder: str, year: int, number: int, in_force_on: date) -> tuple[str, str]:
    """Subject and text: both parties have signed."""
    named = f"La convention {year} est signée" if number == 0 else f"L'avenant n° {number} à la convention {year} est signé"
    text = f"""Bonjour,

{named} des deux parties depuis le {day_in_words(in_force_on)}. {funder} peut désormais engager les subventions qu'elle couvre.
"""
    return f"{named} – {funder}", text if number == 0 else text.replace("qu'elle couvre", "qu'il porte")


def termination_mail(funder: str, year: int, reason: str) -> tuple[str, str]:
    """Subject and text: the funder terminates."""
    text = f"""Bonjour,

{funder} met fin à la convention {year} pour le motif suivant :

{reason.strip()}

Ce qui est déjà engagé peut être payé ; rien de plus ne sera engagé au titre de cette convention.
"""
    return f"Résiliation de la convention {year} – {funder}", text
