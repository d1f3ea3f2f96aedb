"""How files that a browser downloads are called."""

import re
from urllib.parse import quote

from querist.labelling.serving.project import Project


def as_file(name: str) -> dict[str, str]:
    """Return the headers by which a reply is kept as a file of this name, and kept nowhere else."""
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "cache-control": "no-store"}


def stem(project: Project) -> str:
    """Return what the names of a project's files begin with."""
    return re.sub(r"[^\w.-]+", "-", project.view.info.name).strip("-.") or "labels"
