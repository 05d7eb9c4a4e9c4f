"""Two people of one organisation who stepped out of one dossier, both forgotten, are still two."""

from datetime import UTC, datetime

from services.common.ids import new_id
from services.common.personal_data import Who
from services.programming.committees import personal
from services.programming.committees.models import Deport


def test_two_people_forgotten_are_still_two_and_others_are_left() -> None:
    now, committee, dossier, funder = datetime.now(UTC), new_id(), new_id(), new_id()

    def deport(person: str, interest: str = "") -> Deport:
        return Deport(
            committee_id=committee,
            dossier_id=dossier,
            organisation_id=funder,
            person=person,
            interest=interest,
            declared_by=new_id(),
            declared_at=now,
        )

    out = [deport("Camille Exemple", "Sa sœur y travaille."), deport("Luz Ortega"), deport("Nadia Benali", "Avec Camille Exemple.")]
    for name in ("Camille Exemple", "Luz Ortega"):
        personal._step_out(out, Who(new_id(), "", name, (funder,)))
    assert [(each.person, each.interest) for each in out] == [
        ("Personne effacée", ""),
        ("Personne effacée 2", ""),
        ("Nadia Benali", "Avec Personne effacée."),
    ]
    namesake = [deport("Camille Exemple")]
    personal._step_out(namesake, Who(new_id(), "", "Camille Exemple", (new_id(),)))
    assert namesake[0].person == "Camille Exemple"
