"""The catalogue as three people walk it, in plain HTTP on a platform that really runs: the documentalist keeps documents alive, the
professional finds them and is answered, another centre harvests them."""

import base64
import hashlib
import html
import re
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest
import typst
from pybtex.database import parse_string

from tests.journeys.conftest import Platform

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the age of its source
    from sickle import Sickle  # type: ignore[import-untyped]

V1 = "/catalogue/v1"
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
TITLE = "Un café d’habitants dans un ancien lavoir"
#: Only the file says these words.
WORDS = "La lanterne des riveraines éclaire l’ancien lavoir."


class Centre:
    """The centre of the demonstration, its people, and what one walk leaves to the next."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.people: dict[str, httpx.Client] = {}
        (self.id,) = [each["id"] for each in done(self.anybody.get(f"{V1}/centres"), 200)["items"] if each["code"] == "RUO"]
        self.document: dict[str, Any] = {}
        self.pdf = b""

    @property
    def anybody(self) -> httpx.Client:
        if "" not in self.people:
            self.people[""] = self.platform.anonymous()
        return self.people[""]

    @property
    def documentalist(self) -> httpx.Client:
        return self._signed_in("Documentaliste")

    @property
    def manager(self) -> httpx.Client:
        return self._signed_in("Direction du centre")

    @property
    def professional(self) -> httpx.Client:
        return self._signed_in("Équipe du contrat")

    def _signed_in(self, who: str) -> httpx.Client:
        if who not in self.people:
            client = self.people[who] = self.platform.anonymous()
            email, password = self.platform.accounts[who]
            answer = client.post("/directory/v1/sessions", json={"email": email, "password": password})
            client.headers["Authorization"] = f"Bearer {done(answer)['access_token']}"
        return self.people[who]

    def letter(self, to: str, subject: str) -> EmailMessage:
        """The mail that address gets."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            for path in (self.platform.data_dir / "mail").glob("*.eml"):
                letter = message_from_bytes(path.read_bytes(), policy=policy.default)
                assert isinstance(letter, EmailMessage)
                if letter["To"] == to and subject in letter["Subject"]:
                    return letter
            time.sleep(0.2)
        raise AssertionError(f"no mail « {subject} » for {to}")

    def publish(self, content: dict[str, Any], kind: str = "study") -> dict[str, Any]:
        """A document begun by the documentalist and published by the manager."""
        wish = {"centre_id": self.id, "kind": kind, "content": content}
        draft: dict[str, Any] = done(self.documentalist.post(f"{V1}/drafts", json=wish))
        path = f"/drafts/{draft['id']}"
        done(change(self.manager, "POST", f"{path}/publication", {}, of=path))
        return draft

    def close(self) -> None:
        for client in self.people.values():
            client.close()


def done(answer: httpx.Response, status: int = 201) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def change(client: httpx.Client, method: str, path: str, json: object = None, *, of: str | None = None) -> httpx.Response:
    """What an application does: read, then write on what was read."""
    tag = client.get(V1 + (of or path)).headers["etag"]
    return client.request(method, V1 + path, json=json, headers={"If-Match": tag})


def soon(look: Callable[[], httpx.Response], ready: Callable[[Any], object]) -> Any:
    """The worker has half a minute."""
    deadline = time.monotonic() + 30
    while not ready(found := done(look(), 200)):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def local(address: str) -> str:
    """The path of an address of the platform, with its query."""
    parts = urlsplit(html.unescape(address))
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.fixture(scope="module")
def centre(platform: Platform) -> Iterator[Centre]:
    centre = Centre(platform)
    yield centre
    centre.close()


# ------------------------------------------------------------------------------------------------------- the documentalist


def test_a_file_cut_on_the_way_goes_on_where_it_stopped(centre: Centre) -> None:
    who = centre.documentalist
    pdf = centre.pdf = bytes(typst.compile(f'#set document(title: "Le lavoir")\n= Le lavoir\n{WORDS}'.encode()))
    named = base64.b64encode("café du lavoir.pdf".encode()).decode()
    announced = {**TUS, "Upload-Length": str(len(pdf)), "Upload-Metadata": f"filename {named}"}
    begun = who.post(f"{V1}/centres/{centre.id}/uploads", headers=announced)
    assert begun.status_code == 201, begun.text
    where = local(begun.headers["location"])

    offset = _cut_halfway(centre, where)
    assert 0 < offset < len(pdf), "what had come was kept"
    sent = who.patch(where, content=pdf[offset:], headers={**PIECE, "Upload-Offset": str(offset)})
    assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(len(pdf))), sent.text
    file = soon(lambda: who.get(sent.headers["content-location"]), lambda read: read["text_status"] != "pending")
    assert (file["status"], file["text_status"], file["pages"]) == ("ready", "done", 1)
    assert file["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert file["name"] == "café du lavoir.pdf"
    centre.document = {"file_id": file["id"]}


def _cut_halfway(centre: Centre, where: str) -> int:
    """The line is cut after half of the file; how much of it came. Busy machines read late: they are given longer."""
    for seconds in (1, 4, 10):

        def cut(seconds: float = seconds) -> Iterator[bytes]:
            yield centre.pdf[: len(centre.pdf) // 2]
            time.sleep(seconds)
            raise ConnectionResetError("the train enters a tunnel")

        headers = {**PIECE, "Upload-Offset": "0", "Content-Length": str(len(centre.pdf))}
        with pytest.raises(ConnectionResetError):
            centre.documentalist.patch(where, content=cut(), headers=headers)
        for _ in range(20):
            offset = int(centre.documentalist.head(where, headers=TUS).headers["upload-offset"])
            if offset:
                return offset
            time.sleep(0.1)
    return 0


def test_a_draft_is_reviewed_published_and_found_by_the_words_of_its_file(centre: Centre) -> None:
    content = {
        "title": TITLE,
        "abstract": "Dans un quartier prioritaire, des habitants tiennent un café : statuts, budget, bénévoles.",
        "dated": "2026-09",
        "authors": [{"name": "Camille Exemple"}],
        "theme_codes": ["participation-habitants"],
        "territory_codes": ["11069"],
        "licence": "etalab-2.0",
        "files": [{"file_id": centre.document["file_id"], "label": "Le récit (PDF)"}],
        "experience": {"context": "Un lavoir fermé.", "actions": "Un café.", "results": "Quarante bénévoles."},
    }
    wish = {"centre_id": centre.id, "kind": "experience", "content": content}
    draft = done(centre.documentalist.post(f"{V1}/drafts", json=wish))
    path = f"/drafts/{draft['id']}"
    assert [each["pointer"] for each in draft["lacking"]] == ["/content/experience/reproducibility"]
    assert centre.anybody.get(f"{V1}/documents/{draft['id']}").status_code == 404
    more = {"content": {"experience": {"reproducibility": "Un local, et un salarié à mi-temps."}}}
    assert done(change(centre.documentalist, "PATCH", path, more), 200)["lacking"] == []
    done(change(centre.documentalist, "POST", f"{path}/review-request", of=path))
    refused = change(centre.documentalist, "POST", f"{path}/publication", {}, of=path)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "not-a-centre-manager")
    done(change(centre.manager, "POST", f"{path}/publication", {"note": "Première version."}, of=path))
    centre.document |= draft
    asked = {"q": "lanterne des riveraines"}
    found = soon(lambda: centre.anybody.get(f"{V1}/search", params=asked), lambda answer: answer["items"])
    assert [hit["id"] for hit in found["items"]] == [draft["id"]]


def test_a_new_version_tells_what_changed(centre: Centre) -> None:
    path, document = f"/drafts/{centre.document['id']}", f"{V1}/documents/{centre.document['id']}"
    before = centre.anybody.get(document).json()
    abstract = before["abstract"].replace("bénévoles", "bénévoles, partenaires")
    done(change(centre.documentalist, "PATCH", path, {"content": {"abstract": abstract}}), 200)
    assert centre.anybody.get(document).json()["abstract"] == before["abstract"], "readers see nothing yet"
    done(change(centre.manager, "POST", f"{path}/publication", {"note": "Les partenaires."}, of=path))
    (told,) = done(centre.anybody.get(f"{document}/versions/2/changes"), 200)["changes"]
    assert (told["label"], told["pointer"]) == ("Résumé", "/abstract")
    added = "".join(part["text"] for hunk in told["hunks"] for part in hunk["parts"] if part["op"] == "added")
    assert "partenaires" in added
    assert "statuts" not in added
    versions = done(centre.anybody.get(f"{document}/versions"), 200)["items"]
    assert [(each["number"], each["note"]) for each in versions] == [(2, "Les partenaires."), (1, "Première version.")]
    assert done(centre.anybody.get(f"{document}/versions/1"), 200)["content"]["abstract"] == before["abstract"]


# -------------------------------------------------------------------------------------------------------- the professional


@pytest.mark.parametrize("query", ["l'habitants d’un café", "cafe lavoir", '"ancien lavoir"', "café QPV"])
def test_a_professional_finds_with_the_words_they_have(centre: Centre, query: str) -> None:
    """Elisions with both apostrophes, no accent, a phrase, an acronym for words that are written in full."""
    found = done(centre.professional.get(f"{V1}/search", params={"q": query, "facets": ["kind", "theme"], "limit": 5}), 200)
    assert centre.document["id"] in {hit["id"] for hit in found["items"]}
    assert not found["relaxed"]
    kinds = {value["value"]: value["count"] for value in found["facets"]["kind"]}
    assert sum(kinds.values()) == found["total"]
    only = done(centre.professional.get(f"{V1}/search", params={"q": query, "kind": "experience", "count": "exact"}), 200)
    assert only["total"] == kinds["experience"]


def test_a_typo_is_set_right_and_a_beginning_is_completed(centre: Centre) -> None:
    asked = {"q": "consiels citoyens"}
    found = soon(lambda: centre.professional.get(f"{V1}/search", params=asked), lambda answer: answer["did_you_mean"])
    assert "conseils citoyens" in found["did_you_mean"]
    typed = done(centre.professional.get(f"{V1}/suggestions", params={"q": "un café d'hab"}), 200)["items"]
    assert TITLE in [each["text"] for each in typed]


def test_a_document_is_opened_cited_and_downloaded(centre: Centre) -> None:
    who, path = centre.professional, f"{V1}/documents/{centre.document['id']}"
    read = done(who.get(path), 200)
    assert read["content"]["authors"] == [{"name": "Camille Exemple", "role": None}]
    (entry,) = parse_string(who.get(f"{path}/document.bib").text, "bibtex").entries.values()
    assert (entry.fields["title"].replace("{", "").replace("}", ""), entry.fields["year"]) == (TITLE, "2026")
    assert read["permalink"] in done(who.get(f"{path}/citation", params={"style": "iso690"}), 200)["text"]
    (file,) = done(who.get(f"{path}/files"), 200)["items"]
    address = f"{path}/files/{file['file_id']}"
    part = who.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, centre.pdf[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(centre.pdf)}"
    assert who.get(address).content == centre.pdf
    assert done(centre.anybody.get(local(read["permalink"])), 200)["id"] == read["id"]


def test_what_is_new_comes_to_who_follows_it(centre: Centre) -> None:
    who = centre.professional
    assert who.put(f"{V1}/documents/{centre.document['id']}/follow").status_code in {200, 201}
    wish = {
        "name": "Cafés d'habitants",
        "criteria": {"q": "café d'habitants", "theme": ["participation-habitants"]},
        "frequency": "daily",
    }
    saved = done(who.post(f"{V1}/saved-searches", json=wish))
    feed = feedparser.parse(centre.anybody.get(local(saved["feeds"]["atom"])).content)
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert TITLE in [entry.title for entry in feed.entries]
    mine = done(who.get(f"{V1}/me/subscriptions"), 200)
    assert mine["followed_document_ids"] == [centre.document["id"]]
    assert mine["email"] == centre.platform.accounts["Équipe du contrat"][0]


def test_a_question_is_answered_with_documents_and_told_by_mail(centre: Centre) -> None:
    desk = {"is_open": True, "answer_within_days": 7, "opening": "Ouvert aux acteurs du réseau."}
    opened = centre.manager.put(f"{V1}/centres/{centre.id}/desk", json=desk)
    assert opened.status_code in {200, 201}, opened.text
    email = centre.platform.accounts["Équipe du contrat"][0]
    wish = {
        "centre_id": centre.id,
        "subject": "Un café tenu par des habitants",
        "text": "Nous cherchons des exemples qui durent.",
        "reply_email": email,
        "theme_codes": ["participation-habitants"],
    }
    question = done(centre.professional.post(f"{V1}/questions", json=wish))
    path = f"/questions/{question['id']}"
    waiting = done(centre.documentalist.get(f"{V1}/centres/{centre.id}/questions"), 200)["items"]
    assert [each["reference"] for each in waiting] == [question["reference"]]
    done(change(centre.documentalist, "POST", f"{path}/taking", of=path))
    answer: dict[str, Any] = {"text": "Voici une fiche qui devrait vous aider.", "document_ids": [centre.document["id"]]}
    done(change(centre.documentalist, "POST", f"{path}/answer", answer, of=path))
    letter = centre.letter(email, "Une réponse vous attend")
    assert question["reference"] in body(letter)
    assert answer["text"] not in body(letter), "the answer is read on the platform"
    messages = done(centre.professional.get(f"{V1}{path}/messages"), 200)["items"]
    (said,) = [each for each in messages if each["is_answer"]]
    assert [document["title"] for document in said["documents"]] == [TITLE]
    thanked = change(centre.professional, "POST", f"{path}/thanks", of=path)
    assert done(thanked)["state"] == "closed"


def test_the_newsletter_comes_by_mail_and_stops_in_one_click(centre: Centre) -> None:
    email = "lectrice@exemple.example.org"
    asked = centre.anybody.post(f"{V1}/centres/{centre.id}/newsletter-subscriptions", json={"email": email})
    assert asked.status_code in {201, 202}, asked.text
    link = re.search(r"https?://\S+/confirmation", body(centre.letter(email, "")))
    assert link
    assert centre.anybody.get(local(link[0])).status_code == 200
    assert centre.anybody.post(local(link[0])).status_code == 200
    chosen = [{"kind": "document", "document_id": centre.document["id"], "comment": "À lire."}]
    wish = {"subject": "La lettre du lavoir", "introduction": "Bonjour.", "items": chosen}
    made = done(centre.documentalist.post(f"{V1}/centres/{centre.id}/newsletters", json=wish))
    path = f"/newsletters/{made['id']}"
    done(change(centre.manager, "POST", f"{path}/sending", of=path))
    letter = centre.letter(email, "La lettre du lavoir")
    assert TITLE in body(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    ending = local(letter["List-Unsubscribe"].strip("<>"))
    audience = f"{V1}/centres/{centre.id}/newsletter-audience"
    before = done(centre.documentalist.get(audience), 200)
    one_click = centre.anybody.post(ending, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200, one_click.text
    assert done(centre.documentalist.get(audience), 200) != before


# ------------------------------------------------------------------------------------------------------- another centre


def test_another_centre_harvests_page_after_page_then_what_changed(centre: Centre) -> None:
    _import_many(centre, 60)
    harvester = Sickle(f"{centre.platform.base_url}/catalogue/oai", timeout=20)
    assert "RUO" in {each.setSpec.removeprefix("centre:") for each in harvester.ListSets()}
    since = _response_date(centre)
    records = list(harvester.ListRecords(metadataPrefix="oai_dc", set="centre:RUO"))
    listed = _listed(centre)
    assert len(records) == len(listed) > 100, "several pages"
    assert {record.metadata["title"][0].strip() for record in records if not record.deleted} == {each["title"] for each in listed}
    of_kind = harvester.ListIdentifiers(metadataPrefix="oai_dc", set="kind:experience")
    assert centre.document["reference"] in {header.identifier.rpartition(":")[2] for header in of_kind}

    fresh = centre.publish({"title": "Ce que le lavoir a changé", "abstract": "Un an après."})
    path = f"/drafts/{centre.document['id']}"
    gone = {"reason": "Repris dans une étude.", "replaced_by_id": fresh["id"]}
    done(change(centre.manager, "POST", f"{path}/withdrawal", gone, of=path))
    answer = centre.anybody.get(f"{V1}/documents/{centre.document['id']}")
    assert (answer.status_code, answer.json()["reason"]) == (410, gone["reason"])
    headers = harvester.ListIdentifiers(**{"metadataPrefix": "oai_dc", "from": since})
    met = {header.identifier.rpartition(":")[2]: header.deleted for header in headers}
    assert (met[fresh["reference"]], met[centre.document["reference"]]) == (False, True)


def _import_many(centre: Centre, count: int) -> None:
    """What another centre would harvest takes several pages: a file of the holdings, imported."""
    lines = ["Identifiant;Nature;Titre;Résumé", *(f"fonds-{n};Étude;Le fonds n° {n};Ce qu’on y trouve." for n in range(count))]
    sent = done(
        centre.manager.post(
            f"{V1}/centres/{centre.id}/imports",
            params={"name": "suite.csv", "publish": "true"},
            content="\r\n".join(lines).encode("utf-8-sig"),
        )
    )
    read = soon(
        lambda: centre.manager.get(f"{V1}/imports/{sent['id']}"), lambda found: found["state"] not in {"waiting", "running"}
    )
    assert read["refused"] == 0, read


def _listed(centre: Centre) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = done(centre.anybody.get(f"{V1}/documents", params={"centre_id": centre.id, "limit": 100, **cursor}), 200)
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def _response_date(centre: Centre) -> str:
    """What a harvester keeps for its next time."""
    answer = centre.anybody.get("/catalogue/oai", params={"verb": "Identify"}).text
    (said,) = re.findall(r"<responseDate>(.+)</responseDate>", answer)
    assert datetime.fromisoformat(said) <= datetime.now(UTC)
    return str(said)
