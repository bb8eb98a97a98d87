"""One row that is written again and again, to see whether the database can be written."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its row."""
    health = op.create_table(
        "health",
        sa.Column("health_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True)),
    )
    op.bulk_insert(health, [{"health_id": 1, "at": None}])


def downgrade() -> None:
    """Take it away; it holds nothing that is worth keeping."""
    op.drop_table("health")
