"""What files are accepted and how upload headers are read. Pure: no database, no clock, no I/O."""

import base64
import binascii
import hashlib
import re
from typing import Any

from services.common.files import safe_name
from services.common.language import Text
from services.common.problems import FieldError

from .errors import UploadHeaderInvalid

TUS = "1.0.0"
PIECE = "application/offset+octet-stream"

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
#: Types whose text is read.
READ = frozenset(
    {
        "application/pdf",
        "text/html",
        "text/plain",
        *(f"{_OPEN_XML}.{part}" for part in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")),
        *(f"{_OPEN_DOCUMENT}.{part}" for part in ("text", "spreadsheet", "presentation")),
    }
)
#: Images that get a thumbnail.
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff"})
#: No archive: nobody finds nor scans well what is inside. No SVG, which is a program.
ACCEPTED = (
    READ
    | PICTURES
    | {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/rtf",
        "text/rtf",
        "video/mp4",
        "video/webm",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/wave",
        "audio/x-wav",
    }
)

#: Why a text could not be read, as a documentalist is told.
REASONS = {
    "damaged": "Le fichier est abîmé : il ne s'ouvre pas. Envoyez-le de nouveau depuis l'original.",
    "locked": "Le fichier est protégé par un mot de passe. Envoyez une copie sans protection.",
    "bomb": "Le fichier se déploie hors de toute proportion : il n'a pas été ouvert.",
    "too_much": "Le fichier demande plus de mémoire ou de calcul que permis pour être lu.",
    "too_long": "La lecture du fichier n'a pas abouti dans le temps permis.",
    "no_words": "Le fichier ne contient pas de texte (pages numérisées ?) : faites-le passer par une reconnaissance de caractères.",
}

_METADATA = re.compile(r"([!-+\--~]+)(?: ([A-Za-z0-9+/=]*))?")
_CHECKSUM = re.compile(r"(sha1|sha256) ([A-Za-z0-9+/=]+)")


def name_in(metadata: str | None) -> str:
    """The safe file name said by `Upload-Metadata` (`filename <base64>,filetype <base64>`); `fichier` when none is."""
    found = ""
    for pair in (metadata or "").split(","):
        if not pair.strip():
            continue
        match = _METADATA.fullmatch(pair.strip())
        if match is None:
            raise _invalid("upload-metadata")
        if match[1] == "filename":
            try:
                found = base64.b64decode(match[2] or "", validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise _invalid("upload-metadata") from error
    return safe_name(found)


def count_in(header: str, value: str | None) -> int:
    """A number of bytes, 0 or more."""
    if value is None or re.fullmatch(r"[0-9]{1,18}", value.strip()) is None:
        raise _invalid(header)
    return int(value)


class Checksum:
    """What the bytes of a piece have to hash to; without an announcement everything agrees."""

    def __init__(self, announced: str | None) -> None:
        self._digest: Any = None
        self._expected = b""
        if announced is None:
            return
        match = _CHECKSUM.fullmatch(announced.strip())
        try:
            self._expected = base64.b64decode(match[2], validate=True) if match else b""
        except binascii.Error as error:
            raise _invalid("upload-checksum") from error
        if match is None:
            raise _invalid("upload-checksum")
        self._digest = hashlib.new(match[1], usedforsecurity=False)

    @property
    def announced(self) -> bool:
        return self._digest is not None

    def update(self, chunk: bytes) -> None:
        if self._digest is not None:
            self._digest.update(chunk)

    @property
    def agrees(self) -> bool:
        return self._digest is None or self._digest.digest() == self._expected


def _invalid(header: str) -> UploadHeaderInvalid:
    said = Text("En-tête absent ou mal formé.", "Missing or malformed header.")
    return UploadHeaderInvalid(errors=[FieldError(f"/header/{header}", said)])
