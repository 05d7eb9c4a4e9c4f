"""What the table of rights needs of certificates."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.common.ids import new_id
from services.events.certificates import repository, rules
from services.events.certificates.schemas import CertificateKind, CertificateState
from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}
#: Acts of other rooms have changed whose registration it is since the certificate was laid down.
SPENT = {"downloadRegistrationCertificate", "downloadCertificateByLink"}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A certificate of the participant for that event, laid down as if it had been issued: the event is still to come."""
    standing = "SELECT id, code FROM certificates WHERE attendee_id = %(id)s AND state = 'issued'"
    for row in await world.running.rows(standing, id=ids["attendee_id"]):
        return {"certificate_id": str(row["id"]), "certificate_code": row["code"]}
    resources = world.running.resources
    certificate_id, code = new_id(), rules.new_code()
    stored = await resources.files.write(f"certificate-{certificate_id.hex}", b"%PDF-1.7\n")
    facts = {"event_title": "La parole des habitants", "network": "Réseau exemple", "days": "le 18 mars 2027"}
    row = {
        "id": certificate_id,
        "event_id": UUID(ids["event_id"]),
        "registration_id": UUID(ids["registration_id"]),
        "attendee_id": UUID(ids["attendee_id"]),
        "number": certificate_id.int % 2_000_000_000 + 1,
        "reference": f"C-{certificate_id.hex}",
        "code": code,
        "kind": CertificateKind.CERTIFICATE,
        "state": CertificateState.ISSUED,
        "holder_name": "Camille Exemple",
        "minutes": 480,
        "total_minutes": 480,
        "facts": {**facts, "contact_email": "agenda@reseau.example"},
        "issued_at": resources.clock.now(),
        "file_key": stored.key,
        "file_size": stored.size,
        "file_sha256": stored.sha256,
        "ready_at": resources.clock.now(),
        "version": 1,
    }
    async with resources.database.transaction() as session:
        await repository.add(session, row)
    return {"certificate_id": str(certificate_id), "certificate_code": code}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"issueCertificates": {}, "revokeCertificate": {"reason": "Erreur de personne."}}
