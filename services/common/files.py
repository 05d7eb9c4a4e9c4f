"""Files: streamed both ways through obstore, measured and typed by their content while they pass."""

import asyncio
import base64
import codecs
import contextlib
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import quote

import obstore
import puremagic
from fastapi import Header, Request, Response
from fastapi.responses import StreamingResponse
from obstore.store import LocalStore, ObjectStore, from_url
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import Database
from .etag import not_modified
from .ids import new_id
from .jobs import Job, job
from .language import Text
from .problems import BodyTooLarge, FieldError, Problem
from .problems import StorageFull as StorageFull

if TYPE_CHECKING:
    from .resources import Resources

CHUNK = 1024 * 1024
#: `max_body_size` of a route that takes a file: above any limit a setting may allow, which is read while bytes arrive.
ROUTE_LIMIT = 4 * 1024**3
_SNIFFED = 8192


class EmptyFile(Problem):
    status = 422
    title = Text("Le fichier est vide", "The file is empty")
    advice = Text(
        "Choisissez le fichier de nouveau : celui reçu ne contient rien.",
        "Choose the file again: the one received holds nothing.",
    )


class UnsupportedFileType(Problem):
    status = 415
    title = Text("Type de fichier non accepté", "File type not accepted")
    advice = Text(
        "Le type est lu dans le contenu, pas dans le nom. Envoyez un des types listés dans `accepted`.",
        "The type is read from the content, not from the name. Send one of the types listed in `accepted`.",
    )


class RangeNotSatisfiable(Problem):
    status = 416
    title = Text("Plage demandée hors du fichier", "Range outside of the file")
    advice = Text("Demandez une plage comprise dans la taille annoncée.", "Ask for a range within the announced size.")


@dataclass(frozen=True)
class StoredFile:
    """What was really received: `sha256` in hexadecimal, `size` in bytes, `media_type` as the content shows it."""

    key: str
    size: int
    sha256: str
    media_type: str


class Files:
    """The service's file store: a local folder by default, any obstore address in production."""

    def __init__(self, url: str, folder: Path, *, owner: str = "") -> None:
        """`owner`: the service's name, in the keys it draws, since an object store may be shared by several."""
        self._mark = f"{owner}-" if owner else ""
        self._shared = bool(url)
        if url:
            self._store: ObjectStore = from_url(url)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(folder)

    async def receive(self, stream: AsyncIterator[bytes], *, limit: int, accepted: frozenset[str] | None = None) -> StoredFile:
        """Store a stream under a new key. Refusals leave nothing behind: 413 over `limit` bytes, 422 empty, 415 other type."""
        key = f"{self._mark}{new_id().hex}"
        digest, size, head = hashlib.sha256(), 0, b""

        async def measured() -> AsyncIterator[bytes]:
            nonlocal size, head
            async for chunk in stream:
                size += len(chunk)
                if size > limit:
                    raise BodyTooLarge(_limit(limit))
                if len(head) < _SNIFFED:
                    head += chunk[: _SNIFFED - len(head)]
                digest.update(chunk)
                if chunk:
                    yield chunk

        try:
            await obstore.put_async(self._store, key, measured())
        except Exception as error:
            await self.discard(key)
            raise _cause(error) from error
        media_type = sniff(head)
        try:
            if size == 0:
                raise EmptyFile(errors=[FieldError("", Text("Le fichier reçu est vide.", "The file received is empty."))])
            if accepted is not None and media_type not in accepted:
                raise UnsupportedFileType(found=media_type, accepted=sorted(accepted))
        except Problem:
            await self.discard(key)
            raise
        return StoredFile(key, size, digest.hexdigest(), media_type)

    async def write(self, key: str, content: bytes) -> StoredFile:
        """Store what the platform made itself under a key of its choice; the same key is replaced."""
        await obstore.put_async(self._store, key, content)
        return StoredFile(key, len(content), hashlib.sha256(content).hexdigest(), sniff(content[:_SNIFFED]))

    def drew(self, key: str) -> bool:
        """Whether this service drew that key for what somebody sent. Documents it makes have names of their own; in a store it
        shares, a key without its mark may be another's."""
        own = key.removeprefix(self._mark)
        return re.fullmatch(r"[0-9a-f]{32}", own) is not None and (own != key or not self._shared)

    async def holds(self, key: str) -> bool:
        """Whether the bytes of that key are there."""
        try:
            await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        return True

    async def kept_before(self, instant: datetime) -> AsyncIterator[list[str]]:
        """Keys of what was last written before then, some hundred at a time, in no order."""
        pages = iter(obstore.list(self._store, chunk_size=500))
        while (listed := await asyncio.to_thread(next, pages, None)) is not None:
            yield [str(one["path"]) for one in listed if one["last_modified"] < instant]

    async def read(self, key: str) -> bytes:
        return bytes(await (await obstore.get_async(self._store, key)).bytes_async())

    async def stream(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes `start` (included) to `end` (excluded)."""
        result = await obstore.get_async(self._store, key, options={"range": (start, end)})
        async for chunk in result.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)

    async def listing(self) -> AsyncIterator[tuple[str, int]]:
        """Key and size in bytes of every file there, in no order; what comes or goes meanwhile may be missed."""
        async for batch in obstore.list(self._store):
            for each in batch:
                yield each["path"], each["size"]

    async def put(self, key: str, content: AsyncIterator[bytes]) -> None:
        """Store a stream under a key that is known already: a file brought back."""
        await obstore.put_async(self._store, key, content)

    async def discard(self, key: str) -> None:
        """Forget a file; one that is not there is forgotten already."""
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)


Parent = TypeVar("Parent")


async def receive_for(
    allowed: Callable[[AsyncSession], Awaitable[Parent]],
    database: Database,
    session: AsyncSession,
    files: Files,
    stream: AsyncIterator[bytes],
    *,
    limit: int,
    accepted: frozenset[str],
    announced: int | None = None,
) -> tuple[Parent, StoredFile]:
    """Store a stream for what `allowed` gives: asked before the first byte, and again in the act's transaction after the last.

    No lock is held while bytes arrive, however slow the line. A refusal leaves nothing behind. `announced` is the length the
    sender declares: over `limit` it is refused before the first byte; what really comes is counted all the same.
    """
    async with database.sessions() as glance:
        await allowed(glance)
    if announced is not None and announced > limit:
        raise BodyTooLarge(_limit(limit))
    stored = await files.receive(stream, limit=limit, accepted=accepted)
    try:
        return await allowed(session), stored
    except Problem:
        await files.discard(stored.key)
        raise


@job("kernel:discard_file")
async def _discard(session: AsyncSession, resources: "Resources", key: str) -> None:
    await resources.files.discard(key)


#: Queued in the act that no longer wants the file: `enqueue(session, DISCARD, key=…)`.
DISCARD: Job = _discard


def _limit(limit: int) -> Text:
    megabytes = limit // (1024 * 1024)
    return Text(f"Le fichier dépasse la limite de {megabytes} Mo.", f"The file is over the limit of {megabytes} MB.")


def _cause(error: BaseException) -> BaseException:
    """The store wraps what the stream raised; the refusal inside is the one to answer with."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, Problem):
            return seen
        seen = seen.__cause__ or seen.__context__
    return StorageFull() if _FULL.search(str(error)) else error


#: How the store says that the disk is full, or the quota spent (ENOSPC, EDQUOT).
_FULL = re.compile(r"os error (?:28|122)\b|No space left on device|Disk quota exceeded|QuotaExceeded")


def announced_length(request: Request) -> int | None:
    """The length the sender declares; None when it does not (what is malformed, the server refuses)."""
    said = request.headers.get("content-length", "")
    return int(said) if re.fullmatch(r"[0-9]{1,18}", said) else None


def sniff(head: bytes) -> str:
    """Media type by content; plain text when it decodes and nothing else is recognised."""
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(head)
    if _is_page(head):
        return "text/html"
    try:
        matches = puremagic.magic_string(head)
        found = next((m.mime_type for m in matches if m.mime_type), "")
    except (puremagic.PureError, ValueError):
        found = ""
    if found:
        return str(found)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # which may end within a character
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"


def _is_page(head: bytes) -> bool:
    """Whether it is HTML, after a byte order mark, an XML declaration or comments if any."""
    rest = head.removeprefix(codecs.BOM_UTF8).lstrip()
    while rest.startswith((b"<!--", b"<?xml")):
        rest = rest.partition(b"-->" if rest.startswith(b"<!--") else b"?>")[2].lstrip()
    return re.match(rb"<(?:!doctype\s+html|html)[\s>]", rest, re.IGNORECASE) is not None


_ZIP_ENTRY = re.compile(rb"PK\x03\x04.{14}(?P<size>.{4}).{4}(?P<name>.{2})(?P<extra>.{2})", re.DOTALL)
_OPEN_DOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.[a-z.-]{1,60}")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OFFICE_FOLDERS = {
    b"word/": f"{_OFFICE}wordprocessingml.document",
    b"xl/": f"{_OFFICE}spreadsheetml.sheet",
    b"ppt/": f"{_OFFICE}presentationml.presentation",
}
_OFFICE_STARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", *_OFFICE_FOLDERS)


def _sniff_zip(head: bytes) -> str:
    """Office documents are ZIP archives: OpenDocument says so in its first entry, Office Open XML by the folder of its parts."""
    names: list[bytes] = []
    for entry in _ZIP_ENTRY.finditer(head):
        size, name_size, extra = (int.from_bytes(entry[part], "little") for part in ("size", "name", "extra"))
        name = head[entry.end() : entry.end() + name_size]
        if not names and name == b"mimetype":
            start = entry.end() + name_size + extra
            said = head[start : start + size]
            return said.decode() if _OPEN_DOCUMENT.fullmatch(said) else "application/zip"
        names.append(name)
    if names and names[0].startswith(_OFFICE_STARTS):
        for folder, media_type in _OFFICE_FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return media_type
    return "application/zip"


def safe_name(name: str) -> str:
    """A file name people can keep: no path, no control or direction-changing character, 120 characters at most."""
    base = re.split(r"[\\/]", name)[-1]
    kept = "".join(
        c
        for c in base
        if c.isprintable() and c not in '<>:"|?*' and not "\u202a" <= c <= "\u202e" and not "\u2066" <= c <= "\u2069"
    )
    kept = kept.strip(". ") or "fichier"
    stem, dot, suffix = kept.rpartition(".")
    return f"{stem[: 119 - len(suffix)]}.{suffix}" if dot and len(suffix) < 12 else kept[:120]


def file_content(*media_types: str) -> dict[str, Any]:
    """How the contract says that a body, or an answer, is a file of one of these types (any by default)."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"content": dict.fromkeys(media_types or ("application/octet-stream",), binary)}


Range = Annotated[str | None, Header(alias="range", description="One byte range (RFC 9110 §14).", examples=["bytes=0-1023"])]


def download(
    files: Files, stored: StoredFile, name: str, range_header: str | None, *, request: Request | None = None, public: bool = False
) -> Response:
    """The file as an answer: whole (200), or the one range asked for (206). Several ranges are answered whole, as allowed.

    With `request`, its conditions are honoured: 304 when the caller holds these bytes, whole when a range is of other ones.
    `public` lets shared caches keep the bytes; they still ask whether they may be shown, since what is public may cease to be.
    """
    plain_name = re.sub(r"[^ !#-\[\]-~]", "_", name.replace('"', "'"))
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{stored.sha256}"',
        "Repr-Digest": f"sha-256=:{_base64(stored.sha256)}:",
        "Content-Disposition": f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, no-cache" if public else "private, no-cache",
    }
    if request is not None:
        if (fresh := not_modified(request, headers["ETag"])) is not None:
            fresh.headers["Cache-Control"] = headers["Cache-Control"]
            return fresh
        if request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
            range_header = None
    start, end = _span(range_header, stored.size)
    partial = (start, end) != (0, stored.size)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    else:
        headers["Content-Digest"] = headers["Repr-Digest"]
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(files.stream(stored.key, start, end), 206 if partial else 200, headers, media_type=stored.media_type)


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def _span(header: str | None, size: int) -> tuple[int, int]:
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", (header or "").strip())
    if match is None or not any(match.groups()):
        return 0, size
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
    if start >= end:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return start, end
