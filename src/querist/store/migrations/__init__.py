"""Bring a project that an older Querist made up to date. Alembic is imported when one is, and only then."""

from pathlib import Path

from sqlalchemy import Connection

SCRIPTS = Path(__file__).parent


def upgrade(connection: Connection, version: int | None = None) -> None:
    """Run the migrations that a database lacks, all or up to a version, within the transaction of its caller."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head" if version is None else f"{version:04}")
