"""The first step of every service's lineage: the job queue, the kernel's records, the journal that nobody rewrites.

Frozen: a later change of the kernel's records is a new function here and a new revision in each lineage.
"""

from typing import Any

from . import jobs

_QUEUE_2026_11 = "03.04.00_50"

_RECORDS_2026_11 = """
CREATE TABLE journal_lines (
  id UUID NOT NULL CONSTRAINT pk_journal_lines PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  resource_type VARCHAR(40) NOT NULL,
  resource_id UUID NOT NULL,
  act VARCHAR(80) NOT NULL,
  actor_id UUID,
  organisation_id UUID,
  reason TEXT,
  changes JSONB NOT NULL,
  confidential BOOLEAN NOT NULL,
  request_id VARCHAR(80)
);
CREATE INDEX ix_journal_lines_resource ON journal_lines (resource_id, id);

CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is immutable' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER journal_is_immutable BEFORE UPDATE OR DELETE ON journal_lines
  FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_history();
CREATE TRIGGER journal_is_not_truncated BEFORE TRUNCATE ON journal_lines
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();

CREATE TABLE outbox_events (
  id UUID NOT NULL CONSTRAINT pk_outbox_events PRIMARY KEY,
  type VARCHAR(120) NOT NULL,
  subject VARCHAR(120) NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  data JSONB NOT NULL
);
CREATE INDEX ix_outbox_events_subject ON outbox_events (subject, id);

CREATE TABLE inbox_events (
  source VARCHAR(40) NOT NULL,
  event_id UUID NOT NULL,
  received_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT pk_inbox_events PRIMARY KEY (source, event_id)
);

CREATE TABLE idempotency_keys (
  caller VARCHAR(64) NOT NULL,
  key VARCHAR(255) NOT NULL,
  fingerprint VARCHAR(64) NOT NULL,
  status INTEGER NOT NULL,
  headers JSONB NOT NULL,
  body BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT pk_idempotency_keys PRIMARY KEY (caller, key)
);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE closed_sessions (
  session_id UUID NOT NULL CONSTRAINT pk_closed_sessions PRIMARY KEY,
  until TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_closed_sessions_until ON closed_sessions (until);
"""


def install_kernel_2026_11(bind: Any) -> None:
    """Run by the initial revision of each lineage (`op.get_bind()`)."""
    # Past SQLAlchemy: the queue's functions hold `%` signs, and several statements go at once.
    connection = bind.connection.driver_connection
    connection.execute(jobs.schema_sql(up_to=_QUEUE_2026_11))
    connection.execute(_RECORDS_2026_11)
