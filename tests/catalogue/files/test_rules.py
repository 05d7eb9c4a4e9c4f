"""Headers of uploads come from anywhere; what is read in files is text that can be kept."""

import base64
import hashlib
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.catalogue.files import extraction, rules
from services.catalogue.files.errors import UploadHeaderInvalid
from services.common.files import safe_name

HEADER = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=200)


@given(name=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
@example("../../états \u202efdp.exe")
@example("")
def test_the_name_announced_is_the_name_kept_made_safe(name: str) -> None:
    said = base64.b64encode(name.encode()).decode()
    assert rules.name_in(f"filetype YQ==,filename {said}, is_confidential") == safe_name(name)


@given(header=HEADER)
@example("filename")
@example("filename ====")
@example(",,")
def test_any_metadata_gives_a_name_or_is_refused(header: str) -> None:
    with suppress(UploadHeaderInvalid):
        assert rules.name_in(header)


def test_without_metadata_a_file_still_has_a_name() -> None:
    assert rules.name_in(None) == "fichier"


@given(number=st.integers(min_value=0, max_value=10**18 - 1))
def test_a_count_is_read(number: int) -> None:
    assert rules.count_in("upload-length", str(number)) == number


@pytest.mark.parametrize("value", [None, "", "-1", "+1", "1.0", "0x10", "\u0663", "1" * 19, "1,1"])
def test_what_is_no_count_is_refused(value: str | None) -> None:
    with pytest.raises(UploadHeaderInvalid):
        rules.count_in("upload-length", value)


@given(pieces=st.lists(st.binary(max_size=50), max_size=5), name=st.sampled_from(["sha1", "sha256"]), flipped=st.booleans())
def test_a_checksum_agrees_with_its_bytes_only(pieces: list[bytes], name: str, flipped: bool) -> None:
    digest = bytearray(hashlib.new(name, b"".join(pieces)).digest())
    digest[0] ^= flipped
    checksum = rules.Checksum(f"{name} {base64.b64encode(digest).decode()}")
    for piece in pieces:
        checksum.update(piece)
    assert checksum.agrees is not flipped


@given(header=HEADER)
@example("sha256 ====")
@example("md5 AAAA")
def test_any_checksum_is_read_or_refused(header: str) -> None:
    with suppress(UploadHeaderInvalid):
        assert not rules.Checksum(header).agrees


@given(text=st.text(max_size=300))
@example("\ud800\x00\u00ad")
def test_text_read_in_a_file_can_be_kept(text: str) -> None:
    tidied = extraction.tidy(text)
    tidied.encode()  # a half character cannot be
    assert not [c for c in tidied if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n"]
    assert extraction.tidy(tidied) == tidied


def test_every_reason_is_a_sentence() -> None:
    assert all(reason.endswith((".", ")")) and reason[0].isupper() for reason in rules.REASONS.values())


def test_every_type_that_is_read_is_accepted() -> None:
    assert rules.READ | rules.PICTURES <= rules.ACCEPTED
    assert not rules.ACCEPTED & {"application/zip", "image/svg+xml", "application/octet-stream"}
