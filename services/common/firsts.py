"""What a long file has already said: kept on disk, so that memory does not grow with the file."""

import sqlite3
from types import TracebackType
from typing import NamedTuple, Self


class First(NamedTuple):
    """The line that said it first, and what it said."""

    line: int
    said: str


class Firsts:
    """Keys in the order they come; the first one counts. A temporary file that goes with the process (at most 8 MB in memory)."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;"
            "CREATE TABLE firsts (key TEXT PRIMARY KEY, line INTEGER, said TEXT) WITHOUT ROWID; BEGIN"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def claim(self, key: str, line: int, said: str = "") -> First | None:
        """None when the key is new, and kept; otherwise who had it before."""
        written = self._file.execute("INSERT OR IGNORE INTO firsts VALUES (?, ?, ?)", (key, line, said))
        return None if written.rowcount else self.get(key)

    def get(self, key: str) -> First | None:
        row = self._file.execute("SELECT line, said FROM firsts WHERE key = ?", (key,)).fetchone()
        return First(*row) if row else None
