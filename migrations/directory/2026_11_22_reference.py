"""Reference data: regions and departments (INSEE), Carcassonne and its neighbourhoods, the themes of the politique de la ville.

What administrators already wrote is left alone. When a reference file grows, a new revision calls `load` again.

Revision ID: 2026_11_22_reference
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import services.directory
from services.common.texts import fold

revision = "2026_11_22_reference"
down_revision = "2026_11_22_initial"
branch_labels = None
depends_on = None

WRITTEN_AT = datetime(2026, 11, 22, tzinfo=UTC)

TERRITORIES = sa.table(
    "territories",
    *map(sa.column, ("code", "kind", "name", "parent_code", "generation", "population", "sort_name", "version")),
    sa.column("updated_at", sa.DateTime(timezone=True)),
)
THEMES = sa.table(
    "themes",
    *map(sa.column, ("code", "label", "parent_code", "version")),
    sa.column("synonyms", postgresql.ARRAY(sa.Text())),
    sa.column("updated_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    territories = _rows("territories")
    for row in territories:
        row["sort_name"] = fold(f"{row['name']} {row['code']}")
    load(TERRITORIES, territories)
    load(THEMES, _rows("themes"))


def downgrade() -> None:
    raise NotImplementedError("reference data stay")


def load(table: sa.TableClause, rows: list[dict[str, Any]]) -> None:
    """Parents first: the files are in that order."""
    for row in rows:
        op.execute(postgresql.insert(table).values(**row, version=1, updated_at=WRITTEN_AT).on_conflict_do_nothing())


def _rows(room: str) -> list[dict[str, Any]]:
    file = Path(services.directory.__file__).parent / room / "reference.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    return [dict(zip(written["columns"], row, strict=True)) for row in written["rows"]]
