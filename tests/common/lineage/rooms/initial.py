"""The kernel's records, and the rooms."""

from alembic import op

from services.common.lineage import install_kernel_2026_11

revision = "initial"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    install_kernel_2026_11(op.get_bind())
    op.execute(
        """
        CREATE TABLE rooms (
          id UUID NOT NULL CONSTRAINT pk_rooms PRIMARY KEY,
          name VARCHAR(80) NOT NULL CONSTRAINT uq_rooms_name UNIQUE,
          beds INTEGER NOT NULL CONSTRAINT ck_rooms_has_a_bed CHECK (beds > 0),
          next_to_id UUID CONSTRAINT fk_rooms_next_to_id_rooms REFERENCES rooms DEFERRABLE INITIALLY DEFERRED,
          details JSONB NOT NULL,
          version INTEGER NOT NULL
        )
        """
    )
    op.execute("CREATE TABLE visits (id UUID NOT NULL CONSTRAINT pk_visits PRIMARY KEY, note VARCHAR(200) NOT NULL)")


def downgrade() -> None:
    raise NotImplementedError("the first revision is not undone: drop the database")
