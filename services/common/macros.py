"""Programs inside office documents, looked for while the bytes pass: nothing is opened, nothing is kept in memory.

Office Open XML keeps them in a part called `vbaProject.bin`, OpenDocument under `Basic/` or `Scripts/`: names of a ZIP archive are
written in clear. The older formats keep a stream called `_VBA_PROJECT`, in UTF-16.
"""

from collections.abc import AsyncIterator

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
#: Older formats, whose container is the same for all of them.
_FORMER = frozenset(
    {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/x-ole-storage"}
)

_MARKS: dict[str, tuple[bytes, ...]] = {
    _OPEN_XML: (b"vbaProject.bin", b"vbaData.xml", b"xl/macrosheets/"),
    _OPEN_DOCUMENT: (b"Basic/script-lc.xml", b"Basic/Standard/", b"Scripts/"),
    "former": ("_VBA_PROJECT".encode("utf-16-le"),),
}
_LONGEST = max(len(mark) for marks in _MARKS.values() for mark in marks)


class MacroWatch:
    """Watches a stream go by; afterwards `found(media_type)` tells whether a document of that type carries a program."""

    def __init__(self) -> None:
        self._met: set[bytes] = set()
        self._tail = b""

    async def watched(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in stream:
            window = self._tail + chunk
            for marks in _MARKS.values():
                self._met.update(mark for mark in marks if mark not in self._met and mark in window)
            self._tail = window[-_LONGEST:]
            yield chunk

    def found(self, media_type: str) -> bool:
        """Only names of an office document count: any other file may speak of them."""
        family = "former" if media_type in _FORMER else next((f for f in _MARKS if media_type.startswith(f)), "")
        return any(mark in self._met for mark in _MARKS.get(family, ()))
