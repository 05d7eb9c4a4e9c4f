"""The load generator: a process of its own that plays prepared requests over kept-alive connections and counts.

Reads one JSON `Job` a line on its standard input and answers one JSON `Result` a line.
"""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Self, cast

import orjson
import uvloop

_PATIENCE = 120.0


@dataclass
class Job:
    """Whole requests, as bytes on the wire. Without `seconds` each is played once; with it, round and round."""

    port: int
    requests: list[str]
    connections: int
    seconds: float = 0.0


@dataclass
class Result:
    """`took` is the wall time; latencies are in milliseconds; `answered` says which requests got which status."""

    took: float
    statuses: dict[str, int]
    rate: float
    p50: float
    p95: float
    answered: list[tuple[int, int]] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    """One request at a time; understands answers that have a Content-Length, as all of ours do."""

    def __init__(self, job: Job, run: "_Run") -> None:
        self._run, self._job = run, job
        self._requests = run.wire
        self._left, self._began, self._number, self._status = 0, 0.0, 0, 0
        self._head = b""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def _next(self) -> None:
        number = self._run.next()
        if number is None:
            self._transport.close()
            return
        self._number, self._began = number, time.perf_counter()
        self._transport.write(self._requests[number])

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            data = self._head + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._head = data
                return
            self._head, self._status = b"", int(data[9:12])
            self._left = _length(data[:end].lower()) - (len(data) - end - 4)
        if self._left <= 0:
            self._left = 0
            self._run.count(self._number, self._status, time.perf_counter() - self._began)
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)


def _length(head: bytes) -> int:
    start = head.find(b"content-length:")
    if start < 0:
        return 0
    end = head.find(b"\r\n", start)
    return int(head[start + 15 : end if end > 0 else None])


class _Run:
    def __init__(self, job: Job) -> None:
        self.wire = [request.encode() for request in job.requests]
        self._once, self._at = job.seconds == 0, 0
        self._until = time.perf_counter() + job.seconds
        self.latencies: list[float] = []
        self.answered: list[tuple[int, int]] = []

    def next(self) -> int | None:
        if self._once and self._at == len(self.wire):
            return None
        if not self._once and time.perf_counter() > self._until:
            return None
        self._at += 1
        return (self._at - 1) % len(self.wire)

    def count(self, number: int, status: int, seconds: float) -> None:
        self.latencies.append(seconds)
        self.answered.append((number, status))


async def play(job: Job) -> Result:
    loop = asyncio.get_running_loop()
    run = _Run(job)
    began = time.perf_counter()
    opened = [await loop.create_connection(lambda: _Connection(job, run), "127.0.0.1", job.port) for _ in range(job.connections)]
    async with asyncio.timeout(job.seconds + _PATIENCE):
        await asyncio.gather(*(connection.over for _, connection in opened))
    took = time.perf_counter() - began
    ordered = sorted(run.latencies) or [0.0]
    return Result(
        took=took,
        statuses={str(status): n for status, n in Counter(status for _, status in run.answered).items()},
        rate=len(run.latencies) / took,
        p50=1_000 * ordered[len(ordered) // 2],
        p95=1_000 * ordered[len(ordered) * 95 // 100],
        answered=[] if job.seconds else run.answered,
    )


class Generator:
    """The process, kept for the whole run."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.load.generator"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def play(self, job: Job) -> Result:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(orjson.dumps(asdict(job)) + b"\n")
        self._process.stdin.flush()
        return Result(**orjson.loads(self._process.stdout.readline()))


def get(path: str, token: str = "") -> str:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_authorization(token)}\r\n"


def post(path: str, body: bytes, token: str, **headers: str) -> str:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\n{head}{_authorization(token)}{more}\r\n{body.decode()}"


def _authorization(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n" if token else ""


def main() -> None:
    for line in sys.stdin.buffer:
        result = uvloop.run(play(Job(**orjson.loads(line))))
        sys.stdout.buffer.write(orjson.dumps(asdict(result)) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
