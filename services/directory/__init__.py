"""Directory: who people are, which organisations they speak for, and the reference data every service shares.

Rooms, from the ground up: accounts, organisations, sessions; apart from them, territories and themes. A room imports those
below it, and only through their `service`, `rules`, `schemas` and `errors`: a session says in which organisations its account
has a part, so it stands above both. What changes a password closes sessions, so those two acts live in `sessions`.
"""
