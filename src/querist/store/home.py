"""Where a project is at home: how a copy is told from the project itself.

Cookies and links hold for a project and not for its copies. So the project notes two marks: of its body (the file, by
the number that the drive gave it; the schema of a database, by the server's) and of its place (machine and path;
server, database and schema by name). While one of both is as it was noted, it is the project: a file that was moved
keeps its body, a backup that was brought back has its place. Where both are others, it is a copy. Numbers of devices
are not looked at, because containers and restarts change them.
"""

import hashlib
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

# Beside the settings of the project, which nobody but the store sees there.
KEY = "home"
_SERVER = text("SELECT system_identifier FROM pg_control_system()")
_SCHEMA = text("""
    SELECT current_database(), current_schema(),
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
""")


@dataclass(frozen=True)
class Home:
    """The marks of a project; they tell nobody where it lies."""

    body: str
    place: str

    def is_noted(self, settings: Mapping[str, Any]) -> bool:
        """Whether the settings of a project say that it is at home here."""
        noted = settings.get(KEY)
        return isinstance(noted, dict) and any(noted.get(name) == mark for name, mark in asdict(self).items() if mark)

    def note(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of a project that is at home here."""
        return {**settings, KEY: asdict(self)}


def without_home(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as they are told: where a project is at home is known to the store alone."""
    return {name: value for name, value in settings.items() if name != KEY}


def home_of_file(path: Path) -> Home:
    """Return the marks of a file."""
    number = path.stat().st_ino
    return Home(_mark("file", str(number)) if number else "", _mark(_machine(), str(path)))


def home_of_schema(reader: Engine) -> Home:
    """Return the marks of a schema in PostgreSQL; a server that does not say which it is gives none."""
    with reader.connect() as connection:
        database, schema, database_oid, schema_oid = connection.execute(_SCHEMA).one()
        try:
            server = str(connection.execute(_SERVER).scalar_one())
        except DBAPIError:
            return Home("", "")
    return Home(_mark(server, str(database_oid), str(schema_oid)), _mark(server, database, schema))


def _machine() -> str:
    with suppress(OSError):
        return Path("/etc/machine-id").read_text("ascii", errors="replace").strip() or socket.gethostname()
    return socket.gethostname()


def _mark(*parts: str) -> str:
    told = "\n".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(told).hexdigest()[:32]
