"""What tests of similar actions and overlaps repeat: dossiers of two holders, the minute's job."""

from collections.abc import Mapping
from typing import Any

from services.programming.similar.jobs import profile_each_minute
from tests.programming.papers import PDF
from tests.programming.world import World
from tests.support import Person

GARDEN = (
    "Chaque mercredi, un jardinier et une conteuse installent des bacs au pied des immeubles et apprennent aux enfants à semer, à"
    " arroser et à récolter. Les familles viennent le samedi pour partager un repas préparé avec les légumes du jardin."
)
NEED = "Les enfants du quartier ne voient presque jamais pousser ce qu’ils mangent et les familles se croisent sans se parler."
GARAGE = (
    "Un mécanicien accompagne des demandeurs d’emploi qui réparent leur propre véhicule dans un atelier équipé. Trois demi-journées"
    " par semaine sont ouvertes sur rendez-vous, avec un prêt d’outils et une initiation à l’entretien courant."
)


def action(world: World, description: str = GARDEN, need: str = NEED, **more: Any) -> dict[str, Any]:
    """A complete dossier with these texts; `publics` as labels, what else is given replaces."""
    labels = more.pop("publics", ["Enfants de 6 à 11 ans", "Familles"])
    content = world.content(**more.pop("asks", {}))
    described = {"need": need, "description": description, "publics": [{"label": label, "count": 30} for label in labels]}
    return {**content, "title": "Jardin des enfants", "content": {**content["content"], **described}, **more}


async def submitted(world: World, content: Mapping[str, Any], *, by: Person | None = None) -> str:
    """The id of a dossier of `by` (the association's manager by default), submitted and profiled."""
    dossier_id = await drafted(world, content, by=by)
    who = by or world.holder
    answer = await world.submit(dossier_id, await world.tag(dossier_id, who), who=who)
    assert answer.status_code == 201, answer.text
    await profile(world)
    return dossier_id


async def drafted(world: World, content: Mapping[str, Any], *, by: Person | None = None) -> str:
    who = by or world.holder
    (organisation_id,) = who.memberships
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(organisation_id)}
    dossier_id: str = (await world.call(who, "POST", "/dossiers", json=wish, expect=201)).json()["id"]
    where, query = f"/dossiers/{dossier_id}/attachments", {"kind": "statuts", "name": "statuts.pdf"}
    await world.call(who, "POST", where, params=query, content=PDF, expect=201)
    await world.change(who, "PATCH", f"/dossiers/{dossier_id}", json=dict(content), expect=200)
    return dossier_id


async def profile(world: World) -> None:
    """The job of each minute, as the worker runs it."""
    async with world.running.resources.database.transaction() as session:
        await profile_each_minute.run(session, world.running.resources, timestamp=0)


async def visible(world: World, dossier_id: str, *, by: Person | None = None) -> None:
    await world.call(by or world.stranger, "PUT", f"/dossiers/{dossier_id}/visibility-to-holders", expect=200)


async def found(world: World, dossier_id: str, *, by: Person | None = None) -> list[dict[str, Any]]:
    """Similar actions of a dossier, every page."""
    return await world.pages(by or world.holder, f"/dossiers/{dossier_id}/similar-actions")


async def overlaps(world: World, who: Person, dossier_id: str, **query: Any) -> list[dict[str, Any]]:
    return await world.pages(who, f"/dossiers/{dossier_id}/overlaps", **query)
