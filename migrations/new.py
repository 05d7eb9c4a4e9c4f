"""Draft a revision: `python -m migrations.new programming add_withdrawal` compares the tables declared with the lineage.

What comes out is a draft: read it, name things, think of the table that is being written to while it runs.
"""

import importlib
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from alembic import command
from sqlalchemy import create_engine

from gateway import postgres
from services.common import migrations


def draft(service: str, slug: str) -> None:
    metadata = importlib.import_module(f"services.{service}.schema").metadata
    name = f"{datetime.now(UTC):%Y_%m_%d}_{slug}"
    if len(name) > 32:
        raise SystemExit(f"{name}: a revision's name has at most 32 characters")
    with tempfile.TemporaryDirectory() as scratch, postgres.running(Path(scratch)) as server:
        conninfo = postgres.ensure_database(server, service)
        migrations.upgrade(conninfo, service, metadata)
        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
        with engine.connect() as connection:
            config = migrations.config(service, metadata, connection)
            config.set_main_option("file_template", name)
            folder = str(migrations.ROOT / service)
            command.revision(config, slug, autogenerate=True, rev_id=name, version_path=folder)
        engine.dispose()
    written = migrations.ROOT / service / f"{name}.py"
    # SQLModel's string type is VARCHAR: revisions do not depend on the ORM.
    written.write_text(written.read_text().replace("sqlmodel.sql.sqltypes.AutoString(", "sa.String("))


if __name__ == "__main__":
    draft(*sys.argv[1:3])
