"""From the first word of a draft to its acknowledgement of receipt."""

from datetime import timedelta

import pytest

from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_complete_dossier_is_submitted_once_with_its_receipt_and_its_mail(world: World) -> None:
    dossier_id, tag = await world.draft()
    receipt = (await world.submit(dossier_id, tag, expect=201)).json()
    assert receipt["reference"].endswith("-0001")
    assert receipt["asked_cents"] == 1_200_000
    promised = world.running.clock.now().date() + timedelta(days=80)
    assert receipt["answer_before"]["promised_on"] > promised.isoformat()
    mails = await world.running.jobs("kernel:send_mail")
    mine = [mail for mail in mails if receipt["reference"] in mail["args"]["subject"]]
    assert [mail["args"]["to"] for mail in mine] == ["contact@ateliers.example.org"]
