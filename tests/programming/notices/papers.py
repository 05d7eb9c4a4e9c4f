"""A form with a condition inside and one outside, and the notices that amend it."""

from typing import Any

import httpx

from services.common.clock import in_paris
from tests.programming.world import World

FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "garde": {
            "title": "Garde d'enfants ?",
            "oneOf": [{"const": "oui", "title": "Oui, sur place"}, {"const": "non", "title": "Non"}],
        },
        "relais": {"title": "Courriel du relais", "type": "string", "format": "email", "maxLength": 60},
        "effectif": {"title": "Effectif salarié", "type": "integer", "minimum": 0},
    },
    "required": ["garde", "effectif"],
    "if": {"properties": {"garde": {"const": "oui"}}, "required": ["garde"]},
    "then": {"properties": {"places": {"title": "Combien de places ?", "type": "integer", "minimum": 1}}, "required": ["places"]},
}


def asked_when(world: World) -> dict[str, Any]:
    """The staff is asked about when the CAF is asked for money."""
    return {"effectif": {"funder_ids": [str(world.caf)]}}


async def open_with_form(world: World) -> None:
    """`world.campaign_id` becomes an open campaign that asks `FORM`."""
    await world.prepare_campaign()
    where = f"/campaigns/{world.campaign_id}"
    wish = {"form": FORM, "asked_when": asked_when(world)}
    await world.change(world.team, "PUT", f"{where}/form", of=where, json=wish, expect=200)
    await world.act("opening")


def next_form(**properties: Any) -> dict[str, Any]:
    """`FORM` with a question more."""
    return {**FORM, "properties": {**FORM["properties"], **properties}, "required": ["garde", "effectif", *properties]}


QUESTION = {"title": "Partenaire principal", "type": "string"}


def notice(world: World, *, in_days: int = 0, **amendment: Any) -> dict[str, Any]:
    """A notice that applies so many days from now; by default it adds a question."""
    day = in_paris(world.running.clock.now()).date().toordinal() + in_days
    amendment = amendment or {"form": {"form": next_form(partenaire=QUESTION), "asked_when": asked_when(world)}}
    effective_on = in_paris(world.running.clock.now()).date().fromordinal(day).isoformat()
    text = "La CAF demande désormais qui est votre partenaire principal."
    return {
        "title": f"Une question s'ajoute ({world.campaign_id})",
        "text": text,
        "effective_on": effective_on,
        "amendment": amendment,
    }


async def publish(world: World, *, expect: int = 201, **more: Any) -> httpx.Response:
    where = f"/campaigns/{world.campaign_id}"
    return await world.change(world.team, "POST", f"{where}/notices", of=where, json=notice(world, **more), expect=expect)


async def answer(world: World, dossier_id: str, answers: Any, *, expect: int = 200) -> httpx.Response:
    return await world.change(world.holder, "PATCH", f"/dossiers/{dossier_id}", json={"answers": answers}, expect=expect)


async def completeness(world: World, dossier_id: str) -> dict[str, Any]:
    return dict((await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/completeness", expect=200)).json())


async def mails(world: World) -> list[dict[str, Any]]:
    """What notices of this campaign were told by mail."""
    return [mail for mail in await world.mails("Avis n°") if world.campaign_id in mail["subject"]]
