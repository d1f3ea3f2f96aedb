"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "project",
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="project_pkey"),
    )
    op.create_table(
        "items",
        sa.Column("row", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("audit_number", sa.Double, nullable=False),
        sa.Column("source", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("row", name="items_pkey"),
    )
    op.create_table(
        "annotators",
        sa.Column("annotator_id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.CheckConstraint("role IN ('owner', 'annotator')", name=op.f("annotators_role_check")),
        sa.PrimaryKeyConstraint("annotator_id", name="annotators_pkey"),
        sa.UniqueConstraint("token_hash", name="annotators_token_hash_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "events",
        sa.Column("seq", _number, sa.Identity(), nullable=False),
        sa.Column("uuid", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("annotator", sa.Integer),
        sa.Column("row", sa.Integer),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="events_pkey"),
        sa.UniqueConstraint("uuid", name="events_uuid_key"),
        sa.ForeignKeyConstraint(["annotator"], ["annotators.annotator_id"], name="events_annotator_fkey"),
        sa.ForeignKeyConstraint(["row"], ["items.row"], name="events_row_fkey"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rankings",
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", _number, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("n_labels", sa.Integer, nullable=False),
        sa.Column("metrics", sa.Text, nullable=False),
        sa.Column("blob", sa.LargeBinary),
        sa.PrimaryKeyConstraint("version", name="rankings_pkey"),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("max_uses", sa.Integer, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.CheckConstraint("role IN ('owner', 'annotator')", name=op.f("invitations_role_check")),
        sa.PrimaryKeyConstraint("token_hash", name="invitations_pkey"),
    )
    if op.get_context().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE item_words USING fts5(words, content='', columnsize=0, tokenize='ascii')")
    else:
        op.execute(
            "CREATE TABLE item_words (row INTEGER NOT NULL PRIMARY KEY REFERENCES items (row), words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX item_words_words ON item_words USING gin (words)")
