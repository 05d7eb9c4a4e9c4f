"""Migrations: one Alembic lineage per service under `migrations/<service>`, run by one process at a time."""

from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine

ROOT = Path(__file__).resolve().parents[2] / "migrations"
#: A migration that cannot have its lock soon gives up rather than queue every request behind it.
LOCK_TIMEOUT = "5s"
_ADVISORY_KEY = 0x43414E45


def config(service: str, metadata: MetaData, connection: Any = None) -> Config:
    """Alembic's configuration for one lineage; `env.py` is shared and reads the rest from `attributes`."""
    made = Config()
    made.set_main_option("script_location", str(ROOT))
    made.set_main_option("version_locations", str(ROOT / service))
    made.set_main_option("path_separator", "os")
    made.attributes.update(metadata=metadata, connection=connection, service=service)
    return made


def upgrade(conninfo: str, service: str, metadata: MetaData, to: str = "head") -> None:
    """Bring a database to the head of its lineage, or up to a revision. Several processes may call at once: one works, the others
    wait."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_ADVISORY_KEY})")
            connection.commit()
            try:
                connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
                connection.commit()
                command.upgrade(config(service, metadata, connection), to)
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_ADVISORY_KEY})")
                connection.commit()
    finally:
        engine.dispose()


def heads(service: str, metadata: MetaData) -> list[str]:
    return list(ScriptDirectory.from_config(config(service, metadata)).get_heads())


def revisions(service: str, metadata: MetaData) -> list[str]:
    """Every revision of a lineage, from its head down."""
    return [each.revision for each in ScriptDirectory.from_config(config(service, metadata)).walk_revisions()]


def check(conninfo: str, service: str, metadata: MetaData) -> None:
    """Fails (`alembic check`) when the tables declared and the lineage differ."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo))
    try:
        with engine.connect() as connection:
            command.check(config(service, metadata, connection))
    finally:
        engine.dispose()
