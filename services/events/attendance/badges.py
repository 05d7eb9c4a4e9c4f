"""Badges as pictures. A QR code says `CNV:<key>`: short, so that a tired phone reads it, and true without a network or an address."""

import io
import re
from typing import Any

import segno

from . import rules
from .schemas import BadgeFormat

MEDIA = {BadgeFormat.PNG: "image/png", BadgeFormat.SVG: "image/svg+xml"}


def address(public_url: str, key: str) -> str:
    """Where the picture is, for who may have it: mails give it to the person."""
    return f"{public_url}/events/v1/badges/{key}"


def content(key: str) -> str:
    return f"{rules.BADGE}{key}"


def picture(text: str, kind: BadgeFormat) -> bytes:
    """The QR code of a text, with the quiet zone of four modules readers need (ISO/IEC 18004), on white."""
    code: Any = segno.make(text, error="m", micro=False)
    out = io.BytesIO()
    if kind is BadgeFormat.PNG:
        code.save(out, kind="png", scale=10, border=4, dark="#000", light="#fff")
    else:
        code.save(out, kind="svg", scale=10, border=4, dark="#000", light="#fff", xmldecl=True)
    return out.getvalue()


def drawing(text: str) -> str:
    """The QR code as SVG to be set in a page, where the paper is its quiet zone."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=4, border=2, dark="#000", light="#fff")
    return out.getvalue().decode()


def wanted(asked: BadgeFormat | None, accept: str) -> BadgeFormat:
    """`?format=` first, then whichever picture `Accept` names with more weight; PNG otherwise."""
    if asked is not None:
        return asked
    weights = {"image/png": 0.0, "image/svg+xml": 0.0}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        said = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        if media in weights:
            weights[media] = float(said) if re.fullmatch(r"[01](\.[0-9]{0,3})?", said) else 0.0
    return BadgeFormat.SVG if weights["image/svg+xml"] > weights["image/png"] else BadgeFormat.PNG
