"""Somebody who manages one organisation reaches, under its address, nothing of another: not by any identifier they came to know."""

import pytest

from tests.directory.people import a_citizen, new_email
from tests.support import Running

from .doors import a_managed, invite, member_of, refused

pytestmark = pytest.mark.anyio


async def test_what_is_another_organisation_s_is_not_found_under_one_s_own(directory: Running) -> None:
    theirs, their_path = await a_managed(directory)
    mine, my_path = await a_managed(directory, name="Les Jardins d'à côté")
    invitation = (await invite(theirs, their_path, new_email()))["id"]
    asking = await a_citizen(directory)
    asked = await asking.post("me/join-requests", {"organisation_id": their_path.rpartition("/")[2], "word": "Je suis trésorier."})
    assert asked.status_code == 201, asked.text
    claimant = await member_of(directory, theirs, their_path)
    claimed = await claimant.post(f"{their_path}/management-claims", {"reason": "La présidente est partie sans laisser d'adresse."})
    assert claimed.status_code == 201, claimed.text
    request, claim = asked.json()["id"], claimed.json()["id"]
    why = {"reason": "Nous ne la connaissons pas du tout."}
    tries = [
        ("GET", f"invitations/{invitation}", None),
        ("POST", f"invitations/{invitation}/sending", {}),
        ("POST", f"invitations/{invitation}/withdrawal", {}),
        ("GET", f"join-requests/{request}", None),
        ("POST", f"join-requests/{request}/approval", {"roles": ["member"]}),
        ("POST", f"join-requests/{request}/refusal", why),
        ("GET", f"management-claims/{claim}", None),
        ("POST", f"management-claims/{claim}/objection", why),
        ("POST", f"management-claims/{claim}/withdrawal", {}),
        ("GET", f"memberships/{claimant.account_id}", None),
        ("DELETE", f"memberships/{claimant.account_id}", None),
    ]
    for method, path, sent in tries:
        found = await mine.call(method, f"{my_path}/{path}", sent)
        assert (path, *refused(found)) == (path, 404, "not-found")
    assert (await theirs.get(f"{their_path}/invitations/{invitation}")).json()["state"] == "pending"
