"""What the table of rights needs of files."""

from collections.abc import Mapping
from typing import Any

from tests.catalogue.files import samples
from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {"sendFile": {"name": "rapport.pdf"}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A file with a first page, joined to the public document; an upload that has begun."""
    file = await samples.send(world, samples.pdf("Un rapport"))
    await world.running.run_jobs()
    draft = (await world.call(world.documentalist, "GET", f"/drafts/{ids['document_id']}", expect=200)).json()
    await world.write(draft, files=samples.joined(file))
    await world.publish(draft)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "10"}
    begun = await world.call(world.documentalist, "POST", f"/centres/{ids['centre_id']}/uploads", headers=headers, expect=201)
    return {"file_id": file["id"], "upload_id": begun.headers["location"].rpartition("/")[2]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"sendFile": b"du texte", "continueUpload": b"du texte"}
