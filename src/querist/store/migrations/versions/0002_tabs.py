"""What the tabs of the page hold."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "tabs",
        sa.Column("annotator", sa.Integer, nullable=False),
        sa.Column("tab", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("held", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["annotator"], ["annotators.annotator_id"], name="tabs_annotator_fkey"),
        sa.PrimaryKeyConstraint("annotator", "tab", name="tabs_pkey"),
    )
