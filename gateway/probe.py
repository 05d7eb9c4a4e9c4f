"""Is it there? `python -m gateway.probe http://127.0.0.1:8001/directory/readiness` exits 0 or 1, for a container's health check."""

import sys
from urllib.request import ProxyHandler, build_opener


def main(url: str) -> int:
    if not url.startswith("http://127.0.0.1:"):
        raise SystemExit("only this machine is probed")
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
