"""What must hold in the tables of events, beyond what their constraints say."""

from services.common.checks import Check
from services.common.language import Text

CHECKS = [
    Check(
        "seats",
        """
        SELECT p.id::text FROM seat_pools AS p
        LEFT JOIN (SELECT pool_id, count(*) AS count FROM attendees WHERE pool_id IS NOT NULL GROUP BY pool_id) AS a ON a.pool_id = p.id
        WHERE p.taken <> coalesce(a.count, 0)
        """,
        Text("Les places prises ne sont pas celles des inscrits", "Seats taken are not those of the people registered"),
    ),
    Check(
        "waiting_lists",
        """
        SELECT d.id::text FROM registration_desks AS d
        LEFT JOIN (SELECT desk_id, count(*) AS count, max(rank) AS last FROM registrations WHERE state = 'waiting' GROUP BY desk_id) AS w
          ON w.desk_id = d.id
        WHERE d.waiting_count <> coalesce(w.count, 0) OR d.last_rank < coalesce(w.last, 0)
        """,
        Text("Une liste d'attente ne compte pas ceux qui attendent", "A waiting list does not count those who wait"),
    ),
]
