"""Shared by every lineage; called only through `services.common.migrations`, which hands the connection over."""

from typing import Any

from alembic import context

config = context.config


def _ours(name: str | None, kind: str, *_: Any) -> bool:
    """The job queue's tables are procrastinate's own: no revision of ours changes them."""
    return not (name or "").startswith("procrastinate_") and not (kind == "table" and name == "alembic_version")


def run() -> None:
    connection = config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=config.attributes["metadata"],
        include_name=_ours,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
