"""How long access tokens live: a service forgets what was closed once the last of them is dead."""

from datetime import timedelta

ACCESS_TOKEN_LIVES = timedelta(minutes=10)
#: Access tokens issued while a session was being closed die within this more.
MARGIN = timedelta(minutes=1)
