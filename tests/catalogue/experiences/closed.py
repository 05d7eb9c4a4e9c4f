"""A dossier that closes, as programming tells it."""

from typing import Any
from uuid import UUID

from services.common.ids import new_id
from tests.catalogue.documents.siblings import tell
from tests.catalogue.world import World


def dossier(contract_id: UUID, **more: Any) -> dict[str, Any]:
    """`data` of `dossier.closed` (`services.programming.bilans.closing`)."""
    return {
        "reference": "2026-CARC-0042",
        "title": "Le café des habitants",
        "holder_name": "Régie de quartier d'Exemple",
        "holder_id": str(new_id()),
        "contract_id": str(contract_id),
        "contract_code": "CN1100",
        "contract_name": "Contrat de ville d'Exemple",
        "campaign_id": str(new_id()),
        "objective_codes": ["OP1.2", "participation"],
        "transversal_codes": ["egalite"],
        "context": "Un quartier sans lieu de rencontre.",
        "actions": "Un café associatif tenu par les habitants.",
        "participation": "Vingt habitants au comité.",
        "results": "Six cents passages par mois.",
        "difficulties": "Un local trop petit.",
        "partners": "Le bailleur prête le local.",
        "next_steps": "Ouvrir le samedi.",
        "publics": [
            {
                "label": "Habitants du quartier",
                "planned_count": 30,
                "actual_count": 40,
                "women": 25,
                "men": 15,
                "qpv_residents": 38,
            },
            {
                "label": "Bailleurs sociaux",
                "planned_count": None,
                "actual_count": 2,
                "women": None,
                "men": None,
                "qpv_residents": 0,
            },
        ],
        "indicators": [{"label": "Passages", "planned": "400", "actual": "600"}],
        "starts_on": "2026-01-15",
        "ends_on": "2026-11-30",
        "qpv_codes": ["QP011002", "QP999999"],
        "territory": "La Conte et ses abords.",
        **more,
    }


async def closes(world: World, data: dict[str, Any], *, dossier_id: UUID | None = None, event_id: UUID | None = None) -> UUID:
    """The dossier closes, and the jobs run."""
    dossier_id = dossier_id or new_id()
    answer = await tell(world, "dossier.closed", dossier_id, data, source="programming", event_id=event_id)
    assert answer.status_code == 204, answer.text
    await world.running.run_jobs()
    return dossier_id


async def follow(world: World, contract_id: UUID, *, centre_id: str = "", who: Any = None, expect: int = 201) -> None:
    path = f"/centres/{centre_id or world.centre_id}/followed-contracts/{contract_id}"
    await world.call(who or world.manager, "PUT", path, json={"name": "Contrat de ville d'Exemple"}, expect=expect)
    await world.running.run_jobs()
