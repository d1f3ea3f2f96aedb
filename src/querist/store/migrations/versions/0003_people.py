"""Four roles, several sign-ins for a person, and links that are numbered, made by somebody and can be revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ROLES = "role IN ('viewer', 'annotator', 'reviewer', 'owner')"


def upgrade() -> None:
    """Keep everybody, and the browsers in which they are signed in."""
    op.execute("CREATE TEMPORARY TABLE earlier_people AS SELECT * FROM annotators")
    op.execute("CREATE TEMPORARY TABLE earlier_invitations AS SELECT * FROM invitations")
    if op.get_context().dialect.name == "sqlite":
        _renew_people()
    else:
        op.drop_column("annotators", "token_hash")
        op.drop_constraint(op.f("annotators_role_check"), "annotators")
        op.create_check_constraint(op.f("annotators_role_check"), "annotators", _ROLES)
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("annotator", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(["annotator"], ["annotators.annotator_id"], name="sign_ins_annotator_fkey"),
        sa.PrimaryKeyConstraint("token_hash", name="sign_ins_pkey"),
    )
    op.execute(
        "INSERT INTO sign_ins (token_hash, annotator, created_at) "
        "SELECT token_hash, annotator_id, created_at FROM earlier_people WHERE active"
    )
    _renew_invitations()
    op.execute("DROP TABLE earlier_people")
    op.execute("DROP TABLE earlier_invitations")


def _renew_people() -> None:
    # SQLite can drop neither a column that is unique nor a check. A table that is renamed would not be the one that new
    # projects get, to the letter; events and tabs point to people who are gone for a moment.
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.drop_table("annotators")
    op.create_table(
        "annotators",
        sa.Column("annotator_id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.CheckConstraint(_ROLES, name=op.f("annotators_role_check")),
        sa.PrimaryKeyConstraint("annotator_id", name="annotators_pkey"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO annotators (annotator_id, name, role, created_at, active) "
        "SELECT annotator_id, name, role, created_at, active FROM earlier_people"
    )


def _renew_invitations() -> None:
    op.drop_table("invitations")
    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("max_uses", sa.Integer, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Integer),
        sa.Column("person", sa.Integer),
        sa.Column("revoked_at", sa.Double),
        sa.CheckConstraint(_ROLES, name=op.f("invitations_role_check")),
        sa.UniqueConstraint("token_hash", name="invitations_token_hash_key"),
        sa.ForeignKeyConstraint(["made_by"], ["annotators.annotator_id"], name="invitations_made_by_fkey"),
        sa.ForeignKeyConstraint(["person"], ["annotators.annotator_id"], name="invitations_person_fkey"),
        sa.PrimaryKeyConstraint("invitation_id", name="invitations_pkey"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO invitations (token_hash, role, created_at, expires_at, max_uses, uses) "
        "SELECT token_hash, role, created_at, expires_at, max_uses, uses FROM earlier_invitations ORDER BY created_at"
    )
