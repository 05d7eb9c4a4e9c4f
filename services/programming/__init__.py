"""Programming: the yearly call for projects of a contrat de ville, from the contract to the notified answers.

Rooms, from the ground up: contracts, campaigns, dossiers, reviews, committees, notifications. A room imports those below it,
and only through their `service`, `rules`, `schemas` and `errors`.
"""
