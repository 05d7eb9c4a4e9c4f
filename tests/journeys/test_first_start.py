"""What the demonstration loads is there, once, however often it is loaded."""

from collections import Counter

from gateway.demo.data import library
from tests.journeys.conftest import Platform


def test_loading_twice_makes_nothing_twice(platform: Platform) -> None:
    assert {"Signataire, État", "Comptable, État", "Documentaliste", "Direction du centre"} <= platform.accounts.keys()
    assert platform.again == platform.once
    campaign, dossiers, reviews, documents, followed, agenda, registered = platform.once
    assert campaign["status"] == "open"
    stages = Counter(dossier["status"] for dossier in dossiers)
    assert (stages["submitted"], stages["changes_requested"]) == (2, 1)
    assert len(dossiers) == 8, "drafts are their holder's alone"
    assert {review["status"] for review in reviews} == {"to_review", "completed"}
    assert len(documents) == len(library.documents())
    assert [each["contract_id"] for each in followed] == [campaign["contract_id"]]
    assert Counter(event["status"] for event in agenda) == {"open": 2, "tentative": 1, "held": 1}
    assert [each["state"] for each in registered] == ["seated"] * 5
    (tentative,) = [event for event in agenda if event["status"] == "tentative"]
    assert (tentative["starts_at"], tentative["vague_date"]) == (None, "Après l’été ?")
