"""The paper itself and the mail that carries it: made by a job, once."""

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import pdf
from services.common.clock import in_paris
from services.common.db import Row, driver
from services.common.language import day_in_words
from services.common.mail import Attachment, queue_mail
from services.common.resources import Resources

from ..attendance import badges
from ..attendance.rules import printable
from ..registrations import people
from . import repository, rules, service
from .models import Certificate
from .schemas import KIND_LABELS, CertificateKind, CertificateState

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "certificate.typ"


async def write(session: AsyncSession, resources: Resources, certificate_id: UUID) -> None:
    """Make the PDF, keep it, queue its mail. Run twice, it is made and sent once; what no longer stands is not sent."""
    found = await repository.get(session, certificate_id, lock=True)
    if found is None or found.ready_at is not None or found.state is not CertificateState.ISSUED:
        return
    person = (await people.by_id(await driver(session), [found.attendee_id])).get(found.attendee_id)
    if person is None or person["erased_at"] is not None or not found.holder_name:
        return
    data = paper(found.model_dump(), service.address(resources, found.code))
    stored = await resources.files.write(f"certificate-{found.id.hex}", await pdf.render(_TEMPLATE, data))
    found.file_key, found.file_size, found.file_sha256 = stored.key, stored.size, stored.sha256
    found.ready_at, found.version = resources.clock.now(), found.version + 1
    await session.flush()
    address = people.address_of(person)
    if address is None:
        return
    attachment = Attachment(stored.key, name_of(found.model_dump()), "application/pdf")
    subject = f"{KIND_LABELS[found.kind]} – {found.facts['event_title']}"
    await queue_mail(session, to=address, subject=subject, text=mail_text(found, data), attachments=[attachment])


async def tell_revoked(session: AsyncSession, resources: Resources, certificate_id: UUID) -> None:
    """Whoever received a paper is told that it no longer stands; whoever did not is told nothing."""
    found = await repository.get(session, certificate_id)
    if found is None or found.ready_at is None or found.state is not CertificateState.REVOKED:
        return
    person = (await people.by_id(await driver(session), [found.attendee_id])).get(found.attendee_id)
    address = None if person is None else people.address_of(person)
    if address is None:
        return
    label = KIND_LABELS[found.kind].lower()
    text = (
        f"Bonjour,\n\nVotre {label} {found.reference}, délivrée pour « {found.facts['event_title']} », ne vaut plus.\n"
        if found.kind is CertificateKind.ATTESTATION
        else f"Bonjour,\n\nVotre {label} {found.reference}, délivré pour « {found.facts['event_title']} », ne vaut plus.\n"
    )
    text += f"Motif : {found.ended_reason}\n\nPour toute question : {found.facts['contact_email']}\n\n{found.facts['network']}\n"
    await queue_mail(session, to=address, subject=f"{KIND_LABELS[found.kind]} – retrait – {found.facts['event_title']}", text=text)


def paper(row: Row, verification_url: str) -> dict[str, Any]:
    """Data of `letters/certificate.typ`: every figure already in words people read."""
    facts, kind = row["facts"], CertificateKind(row["kind"])
    name = printable(row["holder_name"])
    return {
        "title": f"{KIND_LABELS[kind]} – {name}",
        "heading": KIND_LABELS[kind],
        "is_certificate": kind is CertificateKind.CERTIFICATE,
        "name": name,
        "event": printable(facts["event_title"]),
        "format": facts["format"],
        "network": printable(facts["network"]),
        "contact": facts["contact_email"],
        "days": facts["days"],
        "hours": rules.hours(row["minutes"]),
        "total": rules.hours(row["total_minutes"]),
        "share": facts["share"],
        "sessions": [
            {
                "title": printable(each["title"]),
                "day": each["day"],
                "hours": rules.hours(each["minutes"]) if each["minutes"] else "–",
                "of": rules.hours(each["of"]),
            }
            for each in facts["sessions"]
        ],
        "reference": row["reference"],
        "issued_on": day_in_words(in_paris(row["issued_at"]).date()),
        "code": rules.spelt(row["code"]),
        "address": verification_url,
        "qr": badges.drawing(verification_url),
        "replaces": row["replaces_id"] is not None,
    }


def mail_text(found: Certificate, data: dict[str, Any]) -> str:
    """What the mail says, in French."""
    lines = [
        "Bonjour,",
        "",
        f"Vous trouverez ci-joint votre {data['heading'].lower()} pour « {data['event']} » ({data['days']}) : "
        f"{data['hours']} suivies sur {data['total']}.",
    ]
    if found.replaces_id is not None:
        lines += ["", "Ce document remplace celui que vous aviez reçu, qui ne vaut plus."]
    lines += [
        "",
        "Toute personne à qui vous le montrez peut le vérifier à cette adresse :",
        data["address"],
        "",
        f"Une erreur ? Écrivez à {data['contact']}.",
        "",
        data["network"],
        "",
    ]
    return "\n".join(lines)


def name_of(row: Row) -> str:
    """The name to save it under."""
    label = "certificat" if CertificateKind(row["kind"]) is CertificateKind.CERTIFICATE else "attestation"
    return f"{label}-{row['reference']}.pdf"
