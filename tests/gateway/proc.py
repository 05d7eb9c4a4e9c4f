"""What the kernel says of processes (Linux)."""

from pathlib import Path


def alive(pid: int) -> bool:
    """Neither gone nor a zombie nobody has read the end of."""
    return _stat(pid)[:1] not in ([], ["Z"])


def children(parent: int, word: str) -> list[int]:
    """Direct children of `parent` whose command line holds `word`."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if _stat(pid)[1:2] == [str(parent)] and word in _command(pid)]


def _stat(pid: int) -> list[str]:
    """State, parent and the rest."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
