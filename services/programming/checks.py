"""What must hold in programming's tables, beyond what its constraints say."""

from services.common.checks import Check
from services.common.language import Text

#: Long enough for a worker that does its work, however many letters are before it.
_LATE = "interval '1 hour'"
_RETRY = Text(
    "Vérifiez qu'un travailleur tourne (`canevas worker programming`), puis `canevas retry programming`. Si rien ne vient, faites une"
    " sauvegarde, exportez le journal (`canevas journal`) et signalez-le.",
    "See that a worker runs (`canevas worker programming`), then `canevas retry programming`. If nothing comes, make a backup, export"
    " the journal (`canevas journal`) and report it.",
)

CHECKS = [
    Check(
        "envelopes",
        """
        SELECT l.code || ' ' || l.id FROM budget_lines AS l
        LEFT JOIN (
          SELECT campaign_id, funder_id, budget_line, sum(granted_cents) AS cents
          FROM funding_requests WHERE granted_cents > 0 GROUP BY campaign_id, funder_id, budget_line
        ) AS r ON (r.campaign_id, r.funder_id, r.budget_line) = (l.campaign_id, l.funder_id, l.code)
        WHERE l.granted_cents <> coalesce(r.cents, 0)
        """,
        Text(
            "Le total accordé sur une enveloppe n'est pas la somme de ses demandes",
            "What is granted on an envelope is not the sum of its requests",
        ),
    ),
    Check(
        "grants",
        """
        SELECT d.reference FROM dossiers AS d
        JOIN (SELECT dossier_id, sum(granted_cents) AS cents FROM funding_requests GROUP BY dossier_id) AS r ON r.dossier_id = d.id
        WHERE d.status <> 'draft' AND d.granted_cents <> coalesce(r.cents, 0)
        """,
        Text(
            "Le total accordé à un dossier n'est pas la somme de ses demandes",
            "What is granted to a dossier is not the sum of its requests",
        ),
    ),
    Check(
        "awards",
        """
        SELECT a.reference FROM awards AS a JOIN funding_requests AS r ON r.id = a.request_id
        WHERE a.granted_cents <> coalesce(r.granted_cents, 0)
        """,
        Text("Une attribution ne porte pas le montant de sa demande", "An award does not bear the amount of its request"),
    ),
    Check(
        "awarded",
        """
        SELECT a.reference FROM awards AS a JOIN funding_requests AS r ON r.id = a.request_id
        WHERE a.cpo_id IS NULL AND r.tranche_id IS NULL AND NOT EXISTS (
          SELECT FROM decisions AS d JOIN committees AS c ON c.id = d.committee_id
          WHERE d.request_id = a.request_id AND c.kind = 'steering' AND d.outcome IN ('granted', 'refused')
        )
        """,
        Text("Une attribution n'a été décidée dans aucune séance", "An award was decided in no session"),
    ),
    Check(
        "decisions",
        """
        SELECT d.reference FROM funding_requests AS r JOIN dossiers AS d ON d.id = r.dossier_id
        JOIN LATERAL (
          SELECT x.outcome, x.amount_cents FROM decisions AS x JOIN committees AS c ON c.id = x.committee_id
          WHERE x.request_id = r.id AND c.kind = 'steering' ORDER BY x.decided_at DESC, x.id DESC LIMIT 1
        ) AS said ON true
        WHERE r.status IN ('granted', 'refused', 'adjourned') AND d.status <> 'withdrawn'
        AND (said.outcome <> r.status OR said.amount_cents <> coalesce(r.granted_cents, 0))
        """,
        Text(
            "Une demande ne porte pas ce que la dernière séance en a dit",
            "A request does not bear what the last session said of it",
        ),
    ),
    Check(
        "reopenings",
        """
        SELECT d.reference FROM reopenings AS o JOIN funding_requests AS r ON r.id = o.request_id
        JOIN dossiers AS d ON d.id = r.dossier_id
        WHERE o.opened_at IS NOT NULL AND o.settled_at IS NULL AND r.notified_at IS NOT NULL
        """,
        Text("Une décision rouverte a été notifiée avant d'être reprise", "A reopened decision was notified before it was settled"),
    ),
    Check(
        "withdrawals",
        """
        SELECT DISTINCT d.reference FROM dossiers AS d JOIN funding_requests AS r ON r.dossier_id = d.id
        WHERE d.status = 'withdrawn' AND r.granted_cents > 0
        """,
        Text("Un dossier retiré retient de l'argent", "A withdrawn dossier holds money"),
    ),
    Check(
        "payments",
        """
        SELECT a.reference FROM awards AS a
        LEFT JOIN (SELECT award_id, sum(amount_cents) AS cents FROM payments GROUP BY award_id) AS p ON p.award_id = a.id
        LEFT JOIN (SELECT award_id, sum(amount_cents) AS cents FROM repayments GROUP BY award_id) AS b ON b.award_id = a.id
        WHERE a.paid_cents <> coalesce(p.cents, 0) OR a.repaid_cents <> coalesce(b.cents, 0)
        """,
        Text(
            "Le versé ou le reversé d'une attribution n'est pas la somme de ses paiements",
            "What an award was paid, or gave back, is not the sum of its payments",
        ),
    ),
    Check(
        "orders",
        """
        SELECT o.number FROM payment_orders AS o
        LEFT JOIN (SELECT order_id, sum(amount_cents) AS cents FROM payments GROUP BY order_id) AS p ON p.order_id = o.id
        WHERE o.paid_cents <> coalesce(p.cents, 0)
        """,
        Text("Le payé d'un mandat n'est pas la somme de ses paiements", "What a payment order paid is not the sum of its payments"),
    ),
    Check(
        "letters",
        f"""
        SELECT d.reference FROM (
          SELECT id, dossier_id FROM notifications WHERE letter_ready_at IS NULL AND notified_at < now() - {_LATE}
          UNION ALL
          SELECT c.id, n.dossier_id FROM notification_corrections AS c JOIN notifications AS n ON n.id = c.notification_id
          WHERE c.letter_ready_at IS NULL AND c.corrected_at < now() - {_LATE}
        ) AS late JOIN dossiers AS d ON d.id = late.dossier_id
        """,  # noqa: S608 - our own words
        Text("Une réponse notifiée n'a toujours pas sa lettre", "An answer was notified and still has no letter"),
        _RETRY,
    ),
    Check(
        "minutes",
        f"""
        SELECT c.title FROM session_papers AS p JOIN committees AS c ON c.id = p.committee_id
        WHERE p.ready_at IS NULL AND p.asked_at < now() - {_LATE}
        """,  # noqa: S608
        Text(
            "Un ordre du jour ou un relevé demandé n'est toujours pas imprimé",
            "An agenda or minutes asked for are still not printed",
        ),
        _RETRY,
    ),
    Check(
        "bulk_notifications",
        f"""
        SELECT b.id FROM bulk_notifications AS b
        WHERE b.asked_at < now() - {_LATE}
        AND EXISTS (SELECT FROM bulk_notification_lines AS l WHERE l.bulk_id = b.id AND l.state = 'waiting')
        AND NOT EXISTS (
          SELECT FROM procrastinate_jobs AS j WHERE j.task_name = 'programming:notify_in_bulk' AND j.status IN ('todo', 'doing')
          AND j.args ->> 'bulk_id' = b.id::text
        )
        """,  # noqa: S608
        Text("Une notification groupée s'est arrêtée en chemin", "A bulk notification stopped on its way"),
        _RETRY,
    ),
    Check(
        "webhooks",
        f"""
        SELECT DISTINCT e.url FROM webhook_endpoints AS e JOIN webhook_deliveries AS w ON w.endpoint_id = e.id
        WHERE e.state = 'enabled' AND e.failing_since IS NULL AND (e.held_until IS NULL OR e.held_until < now())
        AND w.state = 'waiting' AND w.attempts = 0 AND w.next_attempt_at < now() - {_LATE}
        AND NOT EXISTS (
          SELECT FROM webhook_deliveries AS b
          WHERE b.endpoint_id = w.endpoint_id AND b.subject = w.subject AND b.state = 'waiting' AND b.position < w.position
        )
        """,  # noqa: S608
        Text("Des événements attendent de partir et personne ne les envoie", "Events wait to leave, and nobody sends them"),
        Text(
            "Vérifiez qu'un travailleur tourne, puis `canevas run-now programming:resume_deliveries`.",
            "See that a worker runs, then `canevas run-now programming:resume_deliveries`.",
        ),
    ),
    Check(
        "announcements",
        f"""
        SELECT o.type || ' ' || o.id FROM outbox_events AS o JOIN procrastinate_jobs AS j
        ON j.task_name IN ('programming:fan_out_event', 'kernel:deliver_event') AND j.args ->> 'event_id' = o.id::text
        WHERE j.status = 'failed' OR (j.status = 'todo' AND o.at < now() - {_LATE} AND coalesce(j.scheduled_at, o.at) < now() - {_LATE})
        """,  # noqa: S608
        Text("Un événement n'a pas été distribué", "An event was not handed over"),
        _RETRY,
    ),
]
