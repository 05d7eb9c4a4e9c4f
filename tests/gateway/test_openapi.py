"""The published contract: merged loudly, written the same every time, checked fresh."""

import functools
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from gateway import openapi
from gateway.openapi import ContractConflict, merge
from services.common.problems import Problem

#: Written from the code once for what is said of one document; that writing again gives the same has its own test.
_DOCUMENTS = openapi.documents
_documents = functools.cache(_DOCUMENTS)


def _document(**parts: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {}, **parts}


def test_documents_are_united() -> None:
    shared = {"schemas": {"Problem": {"type": "object"}}}
    alpha = _document(paths={"/alpha": {"get": {"operationId": "a"}}}, components=shared, tags=[{"name": "alpha"}])
    beta = _document(paths={"/beta": {"get": {"operationId": "b"}}}, components=shared, tags=[{"name": "beta"}])
    united = merge({"alpha": alpha, "beta": beta})
    assert list(united["paths"]) == ["/alpha", "/beta"]
    assert united["components"] == shared
    assert united["tags"] == [{"name": "alpha"}, {"name": "beta"}]
    united["components"]["schemas"]["Problem"]["type"] = "changed"
    assert alpha["components"] == {"schemas": {"Problem": {"type": "object"}}}, "the services' own documents are left alone"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"components": {"schemas": {"Page": {"type": "object"}}}}, {"components": {"schemas": {"Page": {"type": "array"}}}}),
        ({"paths": {"/same": {"get": {"operationId": "a"}}}}, {"paths": {"/same": {"get": {"operationId": "b"}}}}),
        ({"paths": {"/one": {"get": {"operationId": "same"}}}}, {"paths": {"/two": {"get": {"operationId": "same"}}}}),
        ({"tags": [{"name": "t", "description": "one"}]}, {"tags": [{"name": "t", "description": "two"}]}),
    ],
)
def test_two_contents_under_one_name_fail_loudly(first: dict[str, Any], second: dict[str, Any]) -> None:
    with pytest.raises(ContractConflict, match="rename one of them"):
        merge({"alpha": _document(**first), "beta": _document(**second)})


def test_the_contract_is_the_same_on_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = _documents()
    monkeypatch.setattr(openapi, "documents", lambda: written)
    assert set(openapi.write(tmp_path)) == {"directory.json", "programming.json", "catalogue.json", "events.json", "platform.json"}
    monkeypatch.setenv("CANEVAS_PUBLIC_URL", "https://elsewhere.example")
    monkeypatch.setenv("CANEVAS_UPLOAD_LIMIT_MB", "1")
    elsewhere = _DOCUMENTS()
    assert elsewhere is not written
    monkeypatch.setattr(openapi, "documents", lambda: elsewhere)
    assert openapi.stale(tmp_path) == []
    assert openapi.write(tmp_path) == []
    (tmp_path / "directory.json").write_text("{}\n")
    (tmp_path / "platform.json").unlink()
    assert openapi.stale(tmp_path) == ["directory.json", "platform.json"]


def test_the_platforms_contract_is_valid_openapi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi, "documents", _documents)
    document = openapi.platform()
    validate(document)
    assert document["servers"] == [{"url": "/", "description": "This platform."}]
    assert all(path.split("/")[1] in {"directory", "programming", "catalogue", "events"} for path in document["paths"])
    assert not [path for path in document["paths"] if "/internal" in path]


def test_a_conflict_is_no_answer_to_a_request() -> None:
    assert not issubclass(ContractConflict, Problem)
