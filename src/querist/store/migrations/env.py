"""Alembic runs this to run the migrations; `querist.store.migrations.upgrade` calls Alembic."""

from alembic import context

from querist.store.schema import metadata


def run() -> None:
    """Run the migrations on the connection that was handed over."""
    # Both databases can roll back a change of tables; the transaction is the caller's.
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
    )
    context.run_migrations()


if __name__ == "env_py":  # the name under which Alembic loads this file; elsewhere it has no context to run in
    run()
