"""What a reader finds in a PDF, read from its bytes."""

import re


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def is_accessible(pdf: bytes) -> bool:
    """Declares itself PDF/UA-1."""
    return b"pdfuaid:part" in pdf


def outline(pdf: bytes) -> list[str]:
    """Titles of the bookmarks."""
    return [_text(found) for found in re.findall(rb"/Title\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f]+>)", pdf)]


def _text(literal: bytes) -> str:
    if literal.startswith(b"<"):
        raw = bytes.fromhex(literal[1:-1].decode())
    else:
        raw = re.sub(rb"\\([0-7]{3}|.)", _unescaped, literal[1:-1], flags=re.DOTALL)
    return raw[2:].decode("utf-16-be") if raw.startswith(b"\xfe\xff") else raw.decode("latin-1")


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    if len(said) == 3:
        return bytes([int(said, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(said, said)
