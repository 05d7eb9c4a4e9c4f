"""What must hold in programming's tables, beyond what its constraints say."""

from services.common.checks import Check
from services.common.language import Text

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
]
