"""A child process holds the reading end of a pipe whose other end only its supervisor has: end of file means it died."""

import os
import signal
import threading

VARIABLE = "CANEVAS_LIFELINE"
_PATIENCE = 10.0


def watch() -> None:
    """Stop this process when its supervisor is gone, even killed outright: the port and the jobs must be free again."""
    given = os.environ.pop(VARIABLE, "")
    if given:
        threading.Thread(target=_wait, args=(int(given),), name="lifeline", daemon=True).start()


def _wait(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    hurry = threading.Timer(_PATIENCE, os._exit, (1,))
    hurry.daemon = True
    hurry.start()
    os.kill(os.getpid(), signal.SIGTERM)
